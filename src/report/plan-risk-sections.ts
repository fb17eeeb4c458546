/** What a plan runs on and what could go wrong: fabric, sensitivity, memory and failures. */
import { at } from "../base/assert.ts";
import { bytes, duration, fixed, percent } from "../base/format.ts";
import type { Drawing } from "../records/drawing.ts";
import type { PlanAnswer, PlanDetail } from "../records/plan.ts";
import { fabricChart } from "./chart/drawing.ts";
import { movesChart } from "./chart/moves.ts";
import type { Block, DocumentSection, DocumentTable } from "./document.ts";
import { days } from "./plan-words.ts";
import { closing } from "./round.ts";
import { capitalized } from "./words.ts";

export function fabricSection(answer: PlanAnswer): DocumentSection {
  const { detail, options, question } = answer;
  const first = at(options, 0);
  const { bestS, shortestS, longestS } = detail.checkpoint;
  const lostDays = (first.p50S * (1 - first.goodput)) / 86_400;
  const minutes = (seconds: number): string => fixed(seconds / 60);
  return {
    title: "Fabric, memory and reliability",
    reader: "the architect",
    lede:
      `An interruption every ${duration(first.mttiS, 2)}: ${fixed(first.interruptions)} in the ` +
      `run, ${fixed(lostDays, 1)} days lost to them and to checkpoints. A checkpoint every ` +
      `${minutes(bestS)} minutes is best; anything from ${minutes(shortestS)} to ` +
      `${minutes(longestS)} costs at most a point.`,
    blocks: [
      ...drawn(first.cluster, detail),
      {
        kind: "pair",
        left: [stopsTable(detail)],
        right: [{ ...memoryTable(detail), isOffPaper: true }],
      },
      {
        kind: "table",
        title: `Goodput ${percent(first.goodput)}: what it rests on`,
        caption: `Failures at the ${question.failures} rate, uncertain by a factor of 1.5.`,
        heads: ["What", "Value"],
        numbers: [1],
        rows: [
          ["Restart: detect, replace, load", duration(question.restartS, 2)],
          ["Writing a checkpoint", duration(first.writeS, 2)],
          ["Work between two checkpoints", duration(first.checkpointS, 2)],
          ["Spare nodes bought", fixed(first.spareNodeCount)],
          ["Days p50, p90, p95, p99", daysOf([first.p50S, first.p90S, first.p95S, first.p99S])],
        ],
        isOffPaper: true,
      },
    ],
  };
}

/** The fabric as a graph, and what the rings of the layout keep of its links. */
function drawn(cluster: string, { drawing, fabric }: PlanDetail): Block[] {
  const blocks: Block[] = [];
  if (drawing !== undefined) {
    const chart = fabricChart(drawing, 1);
    const subtitle = `${cluster}. Counts are those of the simulated graph.`;
    blocks.push({ kind: "chart", chart: { ...chart, title: drawnTitle(drawing), subtitle } });
  }
  if (fabric.length > 0) {
    blocks.push({
      kind: "table",
      title: "Rings of the layout on the links of this fabric",
      caption: "A ring of 1 GiB by all groups at once, by the engine, and with nothing shared.",
      heads: ["Groups", "On the fabric", "Nothing shared", "Kept", "Limit"],
      numbers: [1, 2, 3],
      rows: fabric.map((one) => [
        ...[one.group, duration(one.engineS), duration(one.unsharedS)],
        ...[percent(one.keptShare), one.limit],
      ]),
      isOffPaper: true,
    });
  }
  return blocks;
}

function drawnTitle(drawing: Drawing): string {
  const { nodeCount } = drawing;
  if (drawing.family === "fat-tree") {
    const { leafCount, spineCount, coreCount } = drawing;
    const cores = coreCount === undefined ? "" : `, ${fixed(coreCount)} cores`;
    const switches = `${fixed(leafCount)} leaves, ${fixed(spineCount)} spines${cores}`;
    return `${switches} join ${fixed(nodeCount)} nodes`;
  }
  if (drawing.family === "torus") {
    const shape = drawing.shape.join(" × ");
    return `A torus of ${shape} joins ${fixed(nodeCount)} nodes without switches`;
  }
  return `The fabric of ${fixed(nodeCount)} nodes`;
}

export function changeSection(answer: PlanAnswer): DocumentSection {
  const { question, detail, options, acceptance } = answer;
  const { moves } = detail;
  const first = at(options, 0);
  const inside = moves.filter(({ flipsInside }) => flipsInside);
  const what = inside.map(({ name, flipsAt = "" }) => `${name.toLowerCase()} ${flipsAt}`);
  return {
    title: "What could change it",
    reader: "everybody",
    lede:
      inside.length === 0
        ? "No input alone makes it late inside its plausible range."
        : `Late at p90 with ${what.join(", or with ")}. Settle that in the contract.`,
    blocks: [
      {
        kind: "chart",
        chart: movesChart({ moves, nowS: first.p90S, withinS: question.withinS }),
        remarks: acceptance.map(numbered),
      },
    ],
  };
}

const numbered = (test: string, i: number): readonly [string, string] => [
  `Acceptance test ${i + 1}`,
  test,
];

const daysOf = (seconds: readonly number[]): string => seconds.map(days).join(" · ");

function memoryTable({ memory }: PlanDetail): DocumentTable {
  const fullest = memory.toSorted((a, b) => b.totalBytes - a.totalBytes)[0];
  const names = fullest?.parts.map(({ name }) => name) ?? [];
  const gb = (size: number): string => fixed(size / 1e9, 1);
  const columns = memory.map(({ parts, totalBytes }) =>
    closing(
      parts.map(({ sizeBytes }) => sizeBytes / 1e9),
      1,
      Number((totalBytes / 1e9).toPrecision(12)),
    ),
  );
  const free = fullest === undefined ? 0 : fullest.capacityBytes - fullest.totalBytes;
  return {
    kind: "table",
    title: `The fullest accelerator has ${bytes(free)} to spare`,
    caption: `GB an accelerator of ${bytes(fullest?.capacityBytes ?? 0)}, by stage.`,
    heads: ["Part", ...memory.map(({ rankClass }) => capitalized(rankClass))],
    numbers: memory.map((_, i) => i + 1),
    rows: [
      ...names.map((name, i) => [name, ...columns.map((column) => fixed(column[i] ?? 0, 1))]),
      ["Total", ...memory.map(({ totalBytes }) => gb(totalBytes))],
    ],
    isSummed: true,
  };
}

function stopsTable({ interruptions }: PlanDetail): DocumentTable {
  const counts = interruptions.map(({ count }) => count);
  const total = counts.reduce((sum, one) => sum + one, 0);
  const shown = closing(counts, 1, total);
  const first = interruptions.toSorted((a, b) => b.count - a.count)[0];
  return {
    kind: "table",
    title: `Most interruptions come from ${first?.name ?? "nothing"}`,
    caption: "Expected in the run; rates of Llama 3 405B, arXiv:2407.21783.",
    heads: ["What fails", "Times"],
    numbers: [1],
    rows: [
      ...interruptions.map(({ name }, i) => [name, fixed(shown[i] ?? 0, 1)]),
      ["Total", fixed(total, 1)],
    ],
    isSummed: true,
  };
}
