/**
 * One step of a large model as tables of text: terminal, Markdown and HTML show the same ones,
 * so that they cannot disagree.
 */
import { bytes, duration, fixed, percent, significant } from "../base/format.ts";
import type { LargeResult } from "../records/result.ts";
import { signedPercent } from "./words.ts";

export interface LargeTable {
  readonly title: string;
  readonly reader: "everybody" | "the architect" | "finance" | "the auditor";
  /** The finding, in a sentence. */
  readonly lede: string;
  readonly heads: readonly string[];
  /** The columns from this one on hold numbers. */
  readonly numbersColumn: number;
  readonly rows: readonly (readonly string[])[];
}

export function largeTables(result: LargeResult): LargeTable[] {
  return [
    stepTable(result),
    memoryTable(result),
    ...remedyTable(result),
    nearTable(result),
    ...searchTable(result),
    ...changeTable(result),
    movesTable(result),
    ...fabricTable(result),
    modelTable(result),
  ].filter(({ rows }) => rows.length > 0);
}

export interface LargeFact {
  readonly name: string;
  readonly text: string;
}

/** What stands at the top. */
export function largeFacts(result: LargeResult): LargeFact[] {
  const { stepTimeLowS, stepTimeHighS, usdPerHour, assumed, anchored } = result;
  return [
    { name: "layout", text: result.layout.text.replaceAll(",", ", ") },
    { name: "8 in 10", text: `${duration(stepTimeLowS)} – ${duration(stepTimeHighS)}` },
    { name: "tokens", text: `${fixed(result.tokensPerS)} tokens/s in all` },
    {
      name: "MFU, HFU",
      text: `${percent(result.mfu)}, ${percent(result.hfu)} of the ${result.denominator}`,
    },
    ...(usdPerHour === undefined ? [] : [{ name: "rent", text: rentWords(result, usdPerHour) }]),
    ...(anchored === undefined ? [] : [{ name: "anchored", text: anchored }]),
    ...(assumed.length === 0 ? [] : [{ name: "assumed", text: assumed.join(", ") }]),
  ];
}

function rentWords({ tokensPerS }: LargeResult, usdPerHour: number): string {
  const trillion = (usdPerHour / 3600 / tokensPerS) * 1e12;
  const price = significant(trillion / 1e6, 3);
  return `${fixed(usdPerHour, 2)} USD/hour, ${price} M USD for 1e12 tokens`;
}

function stepTable({ parts, stepTimeS }: LargeResult): LargeTable {
  const shown = parts.filter(({ durationS }) => durationS !== 0);
  const [, ...lost] = [...shown];
  const most = lost.toSorted((a, b) => b.durationS - a.durationS)[0];
  return {
    ...{ title: "Where the step goes", reader: "everybody", numbersColumn: 2 },
    lede:
      most === undefined
        ? "All of it is ideal compute."
        : `The most time above ideal compute goes to ${most.name}; the parts sum exactly.`,
    heads: ["Cause", "Kind", "Time", "Share"],
    rows: [
      ...shown.map(({ name, group, durationS }) => [
        ...[name, group, duration(durationS, 4), percent(durationS / stepTimeS)],
      ]),
      ["sum", "", duration(stepTimeS, 4), percent(1)],
    ],
  };
}

function memoryTable({ memory }: LargeResult): LargeTable {
  const names = memory[0]?.parts.map(({ name }) => name) ?? [];
  const fullest = memory.toSorted((a, b) => b.totalBytes - a.totalBytes)[0];
  const share = fullest === undefined ? 0 : fullest.totalBytes / fullest.capacityBytes;
  const gb = (size: number): string => fixed(size / 1e9, 2);
  return {
    ...{ title: "Memory of a rank, GB", reader: "the architect", numbersColumn: 1 },
    lede: `The fullest, ${fullest?.rankClass ?? "none"}, takes ${percent(share)} of its memory.`,
    heads: ["Part", ...memory.map(({ rankClass, rankCount }) => `${rankClass} (${rankCount})`)],
    rows: [
      ...names.map((name) => [
        name,
        ...memory.map(({ parts }) => gb(parts.find((part) => part.name === name)?.sizeBytes ?? 0)),
      ]),
      ["sum", ...memory.map(({ totalBytes }) => gb(totalBytes))],
      ["capacity", ...memory.map(({ capacityBytes }) => gb(capacityBytes))],
    ],
  };
}

function remedyTable({ remedies }: LargeResult): LargeTable[] {
  return [
    {
      ...{ title: "What would save memory", reader: "the architect", numbersColumn: 1 },
      lede: "Each change alone, the least slowing ones first.",
      heads: ["Change", "A rank holds", "Step"],
      rows: remedies.map(({ change, totalBytes, stepTimeRatio }) => [
        ...[change, bytes(totalBytes), signedPercent(stepTimeRatio - 1)],
      ]),
    },
  ];
}

function nearTable({ nearest, extrapolation }: LargeResult): LargeTable {
  return {
    ...{ title: "Published runs nearby", reader: "everybody", numbersColumn: 3 },
    lede:
      extrapolation.length === 0
        ? "The question lies inside what was measured; this is how the law did on its neighbors."
        : `Extrapolation: ${extrapolation.join("; ")}.`,
    heads: ["Row", "Model", "Part", "Accelerators", "Measured", "Predicted", "Error"],
    rows: nearest.map((run) => [
      ...[run.id, run.model.replace(/^train-\S+ /, ""), run.part, fixed(run.rankCount)],
      ...[duration(run.measuredS, 4), duration(run.predictedS, 4), signedPercent(run.errorShare)],
    ]),
  };
}

function searchTable({ search }: LargeResult): LargeTable[] {
  if (search === undefined) return [];
  const { legalCount, fittingCount, ranked } = search;
  return [
    {
      ...{ title: "Layouts", reader: "the architect", numbersColumn: 1 },
      lede: `${fixed(legalCount)} legal layouts were computed, ${fixed(fittingCount)} of them fit.`,
      heads: ["Layout", "Step", "On the fabric", "A rank holds", "Why not first"],
      rows: ranked.map((one) => [
        ...[one.layout, duration(one.stepTimeS, 4)],
        one.engineStepTimeS === undefined ? "not run" : duration(one.engineStepTimeS, 4),
        ...[bytes(one.memoryBytes), one.why],
      ]),
    },
  ];
}

function changeTable({ changes }: LargeResult): LargeTable[] {
  return [
    {
      ...{ title: "What if", reader: "everybody", numbersColumn: 1 },
      lede: "One thing changed, the step computed again; time and cost a token.",
      heads: ["Change", "Time", "Memory", "Cost", "Cause"],
      rows: changes.map(({ change, stepTimeRatio, memoryRatio, costRatio, cause }) => [
        change,
        ...[stepTimeRatio, memoryRatio, costRatio].map((ratio) => signedPercent(ratio - 1)),
        cause,
      ]),
    },
  ];
}

function movesTable({ sensitivities, insensitive }: LargeResult): LargeTable {
  return {
    ...{ title: "What moves the step", reader: "the auditor", numbersColumn: 1 },
    lede: `${fixed(insensitive.length)} inputs move it by less than 0.1 % for 10 %: ${
      insensitive.join("; ") || "none"
    }.`,
    heads: ["Input", "10 % lower", "10 % higher"],
    rows: sensitivities.map(({ name, whenLower, whenHigher }) => [
      ...[name, signedPercent(whenLower, 2), signedPercent(whenHigher, 2)],
    ]),
  };
}

function fabricTable({ fabric }: LargeResult): LargeTable[] {
  return [
    {
      ...{ title: "Groups on the fabric", reader: "the architect", numbersColumn: 1 },
      lede: "A ring of 1 GiB by all groups at once: by the engine, and with nothing shared.",
      heads: ["Groups", "Engine", "Nothing shared", "Kept", "Limit"],
      rows: fabric.map(({ group, engineS, unsharedS, keptShare, limit }) => [
        ...[group, duration(engineS), duration(unsharedS), percent(keptShare), limit],
      ]),
    },
  ];
}

function modelTable({ modelFields, parameterCount, activeParameterCount }: LargeResult) {
  const billions = (count: number): string => `${significant(count / 1e9, 4)} billion`;
  return {
    ...({ title: "The model", numbersColumn: 4 } as const),
    reader: "the auditor",
    lede:
      `${billions(parameterCount)} parameters, ${billions(activeParameterCount)} of which a ` +
      "token meets.",
    heads: ["Figure", "Value", "Origin", "From"],
    rows: modelFields.map(({ name, figure, origin, from }) => [name, figure, origin, from]),
  } satisfies LargeTable;
}
