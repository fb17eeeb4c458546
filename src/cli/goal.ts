/** `solve --vary PATH`: the input as a setting, the condition as a metric, pushed to its end. */
import { InputError, UsageError } from "../base/errors.ts";
import { percent, significant } from "../base/format.ts";
import { suggest } from "../base/suggest.ts";
import { pushed } from "../answers/goal.ts";
import type { GoalAnswer, GoalPoint } from "../answers/goal.ts";
import { resultMetrics, resultParts } from "../answers/result-metrics.ts";
import type { Result } from "../records/result.ts";
import { text, texts } from "./command.ts";
import { countFlag, flagIssue } from "./flags.ts";
import { singleResult } from "./single.ts";
import { parseSettings } from "./settings.ts";
import type { Setting } from "./settings.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Names for what is pushed most often; anything else is a path into the cluster's file. */
const ALIASES: Readonly<Record<string, Pushed>> = {
  "network.oversubscription": {
    // Uplinks are whole: they are what is pushed, the ratio is what is told.
    settings: (uplinks) => [{ path: "fabric.uplinksPerLeaf", value: String(uplinks) }],
    told: (value, { portsPerLeaf }) => portsPerLeaf / value,
    ...{ unit: ":1", fromText: "1", toText: "32" },
  },
  "network.nic": {
    settings: (value) =>
      ["fabric.link.rate", "fabric.uplink.rate"].map((path) => ({ path, value: `${value} Gb/s` })),
    ...{ unit: "Gb/s", fromText: "800", toText: "10" },
  },
  "network.latency": {
    settings: (value) => [{ path: "fabric.link.latency", value: `${value} us` }],
    ...{ unit: "us", fromText: "0.1", toText: "10000" },
  },
};

interface Leaf {
  readonly portsPerLeaf: number;
}

interface Pushed {
  readonly settings: (value: number) => Setting[];
  /** From what the reader names to whole numbers that are pushed, and back. */
  readonly told?: (value: number, leaf: Leaf) => number;
  readonly unit: string;
  readonly fromText?: string;
  readonly toText?: string;
}

export interface GoalShown {
  /** Absent: not even the first value holds. */
  readonly value?: number;
  readonly unit: string;
  /** How far the metric is from its bound at that value, as a share of the bound. */
  readonly margin?: number;
  readonly binding: string;
  readonly isMonotone: boolean;
  readonly sentence: string;
  readonly tried: readonly { readonly input: number; readonly metric: number }[];
}

const UNTIL = /^\s*([a-z_]+)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%|ms|s|us)?\s*$/i;

export async function solveGoal(flags: Flags): Promise<GoalShown> {
  const vary = text(flags, "vary") ?? "";
  const until = conditionOf(text(flags, "until") ?? "");
  const given = inputOf(flags, vary);
  const { input } = given;
  const leaf = await leafOf(text(flags, "cluster") ?? "");
  const whole = (value: number): number =>
    Math.max(1, Math.round(input.told?.(value, leaf) ?? value));
  const isWhole = given.isWhole || input.told !== undefined;
  const [from, to] = isWhole ? [whole(given.from), whole(given.to)] : [given.from, given.to];
  if (from === to) throw new UsageError("--from and --to are the same on this cluster");
  const evaluate = evaluator(flags, input, until.id);
  const holds = (metric: number): boolean =>
    until.atLeast ? metric >= until.bound : metric <= until.bound;
  const found = await pushed({
    ...{ fromValue: from, toValue: to, isWhole, evaluate, holds },
    tries: countFlag("--tries", text(flags, "tries") ?? "14", 200),
  });
  const told = (value: number): number => input.told?.(value, leaf) ?? value;
  return shownOf(found, { vary, unit: input.unit, until, told });
}

interface Condition {
  readonly words: string;
  readonly id: string;
  readonly atLeast: boolean;
  readonly bound: number;
}

function conditionOf(words: string): Condition {
  const [, id = "", sign = "", amount = "", unit = ""] = UNTIL.exec(words) ?? [];
  if (id === "") {
    const expected = "a metric and its bound: efficiency >= 90%, step_time <= 4 s";
    throw new InputError([flagIssue("--until", `"${words}"`, expected, "write it so")]);
  }
  const factor = { "%": 0.01, ms: 1e-3, us: 1e-6 }[unit.toLowerCase()] ?? 1;
  return { words, id, atLeast: sign.startsWith(">"), bound: Number(amount) * factor };
}

function inputOf(flags: Flags, vary: string) {
  const known = Object.hasOwn(ALIASES, vary) ? ALIASES[vary] : undefined;
  const [fromText, toText] = [
    text(flags, "from") ?? known?.fromText,
    text(flags, "to") ?? known?.toText,
  ];
  if (fromText === undefined || toText === undefined) {
    const near = suggest(vary, ["accelerators", ...Object.keys(ALIASES)]);
    const next = near === undefined ? "give --from and --to" : `did you mean ${near}?`;
    throw new InputError([
      flagIssue("--vary", `"${vary}" without both ends`, "--from and --to, with units", next),
    ]);
  }
  const [start, end] = [amountOf("--from", fromText), amountOf("--to", toText)];
  const unit = start.unit === "" ? (known?.unit ?? end.unit) : start.unit;
  const isWhole = known === undefined && unit === "" && [start, end].every(isInteger);
  const written = (value: number): string => (unit === "" ? String(value) : `${value} ${unit}`);
  const input: Pushed = known ?? {
    unit,
    settings: (value) => [{ path: vary, value: written(value) }],
  };
  return { input, from: start.value, to: end.value, isWhole };
}

const isInteger = ({ value }: { readonly value: number }): boolean => Number.isInteger(value);

function amountOf(flag: string, words: string): { readonly value: number; readonly unit: string } {
  const [, amount, unit = ""] =
    /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(\D.*)?$/i.exec(words.trim()) ?? [];
  if (amount !== undefined) return { value: Number(amount), unit: unit.trim() };
  const expected = "a number with its unit";
  throw new InputError([flagIssue(flag, `"${words}"`, expected, `write ${flag} '100 Gb/s'`)]);
}

/** Efficiency is the rate of an accelerator against that at a smaller size of the same cluster. */
function evaluator(flags: Flags, input: Pushed, id: string) {
  const set = parseSettings(texts(flags, "set"));
  const cluster = text(flags, "cluster") ?? "";
  const accelerators = countFlag("--accelerators", text(flags, "accelerators") ?? "256");
  const base = countFlag("--base", text(flags, "base") ?? "8");
  const at = (size: number, own: readonly Setting[]): Promise<Result> =>
    singleResult({
      ...{ model: text(flags, "model") ?? "", cluster, accelerators: size },
      ...{ layout: text(flags, "layout") ?? "auto", batch: text(flags, "batch") ?? "1024" },
      set: [...set, ...own],
    });
  return async (value: number): Promise<GoalPoint> => {
    const own = input.settings(value);
    const result = await at(accelerators, own);
    const limit = limitOf(result);
    if (id !== "efficiency") return { metric: metricOf(result, id), limit };
    return { metric: metricOf(result, "rate") / metricOf(await at(base, own), "rate"), limit };
  };
}

async function leafOf(cluster: string): Promise<Leaf> {
  const { readDesign } = await import("../files/cluster.ts");
  const { cluster: simulated } = await readDesign(cluster);
  const fabric = simulated?.fabric;
  return { portsPerLeaf: fabric?.kind === "fat-tree" ? fabric.portsPerLeaf : 1 };
}

function metricOf(result: Result, id: string): number {
  const metrics = resultMetrics(result) ?? [];
  const found = metrics.find((metric) => metric.id === id);
  if (found !== undefined) return found.value;
  const known = ["efficiency", ...metrics.map((metric) => metric.id)];
  const near = suggest(id, known);
  const next = near === undefined ? "take one of them" : `did you mean ${near}?`;
  throw new InputError([flagIssue("--until", `"${id}"`, `one of ${known.join(", ")}`, next)]);
}

/** The greatest part of the step that is no computing of the model. */
function limitOf(result: Result): string {
  if (result.kind === "simulate") {
    const limit = result.rows[0]?.limit;
    return limit === undefined ? "unknown" : `${limit.kind} (${limit.id})`;
  }
  const losses = resultParts(result).filter(
    ({ name }) => !/^(ideal )?compute|^products/.test(name),
  );
  const [first] = [...losses].sort((a, b) => b.durationS - a.durationS);
  return first?.name ?? "compute";
}

function shownOf(
  { best, failed, isMonotone, tried }: GoalAnswer,
  about: {
    readonly vary: string;
    readonly unit: string;
    readonly until: Condition;
    readonly told: (value: number) => number;
  },
): GoalShown {
  const { vary, unit, until, told } = about;
  const words = (value: number): string => `${significant(told(value), 3)} ${unit}`.trim();
  const points = tried.map(({ input, metric }) => ({ input: told(input), metric }));
  const warning = isMonotone ? "" : " It fails and holds again further on: not monotone.";
  if (best === undefined) {
    const limit = failed?.limit ?? "unknown";
    const sentence = `${until.words} does not even hold at the first value of ${vary}.${warning}`;
    return { unit, binding: limit, isMonotone, sentence, tried: points };
  }
  const distance = until.atLeast ? best.metric - until.bound : until.bound - best.metric;
  const margin = distance / until.bound;
  const beyond =
    failed === undefined
      ? "it holds as far as was asked"
      : `at ${words(failed.input)} it fails, limited by ${failed.limit}`;
  return {
    ...{ value: told(best.input), unit, margin, isMonotone, tried: points },
    binding: failed?.limit ?? `none up to ${words(best.input)}`,
    sentence:
      `${until.words} holds up to ${words(best.input)} of ${vary} ` +
      `(margin ${percent(margin)}); ${beyond}.${warning}`,
  };
}
