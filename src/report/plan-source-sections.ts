/** How sure a plan is and where it comes from: published runs, sources, how to ask again. */
import { duration, fixed } from "../base/format.ts";
import type { PlanAnswer, PlanMove } from "../records/plan.ts";
import type { Assumption } from "../records/result.ts";
import type { NearRun } from "../records/large-step.ts";
import type { Cell, DocumentSection, DocumentTable } from "./document.ts";
import { days } from "./plan-words.ts";
import { PROVENANCE, quantity, signedPercent, staleWords } from "./words.ts";

/** What no figure of a plan holds; told on every page. */
const NOT_MODELED: readonly string[] = [
  "Queues inside switches, other jobs on the fabric, ranks in another order.",
  "Thermal throttling and power caps below the data sheet’s.",
  "Reading of training data, evaluation, experiments before the run.",
  "Convergence: that so many tokens give the model one wants.",
  "Days until the acceptance tests pass.",
];

export function sureSection({ detail, beware }: PlanAnswer): DocumentSection {
  const { nearest, extrapolation } = detail;
  const errors = nearest.map(({ errorShare }) => errorShare);
  const worst = errors.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];
  const trend = errors.every((error) => error > 0)
    ? "all predicted too slow"
    : errors.every((error) => error < 0)
      ? "all predicted too fast"
      : "some too slow, some too fast";
  const near =
    worst === undefined
      ? "No published run is near."
      : `Nearest published runs: ${trend}, at most ${signedPercent(worst)}.`;
  return {
    title: "How sure",
    reader: "the auditor",
    lede:
      (extrapolation.length === 0
        ? "The step lies inside what was measured. "
        : `Outside what was measured: ${extrapolation.join("; ")}. `) + near,
    blocks: [
      {
        kind: "pair",
        left: [nearTable(detail.nearest)],
        right: [{ kind: "list", title: "Not modeled", items: NOT_MODELED }],
      },
      { kind: "list", title: "Beware", items: beware, isOffPaper: true },
    ],
  };
}

const nearTable = (nearest: readonly NearRun[]): DocumentTable => ({
  kind: "table",
  title: "Nearest published runs, and what this law says of them",
  caption: "Rows of public tables, by their id in scenarios/validation; error of the step.",
  heads: ["Run", "Accelerators", "Measured", "Predicted", "Error"],
  numbers: [1, 2, 3, 4],
  rows: nearest.map((run): Cell[] => [
    [run.model.replace(/^train-\S+ /, ""), `${run.part}, ${run.id}`],
    ...[fixed(run.rankCount), duration(run.measuredS), duration(run.predictedS)],
    signedPercent(run.errorShare),
  ]),
});

export function sourcesSection(answer: PlanAnswer): DocumentSection {
  const { detail, question } = answer;
  const { moves, assumptions } = detail;
  const assumed = moves.filter(({ provenance }) => provenance === "assumed");
  const swing = (list: readonly PlanMove[]): number =>
    list.reduce((sum, { low, high }) => sum + Math.abs(high.p90S - low.p90S), 0);
  const share = swing(moves) === 0 ? 0 : swing(assumed) / swing(moves);
  const most = moves[0]?.name.toLowerCase() ?? "none";
  const stale = assumptions.filter(({ unit, date }) => staleWords(unit, date, question.asOf));
  return {
    title: "Assumptions and sources",
    reader: "the auditor",
    lede:
      `${fixed(100 * share)}\u00a0% of the effect on the days comes from inputs that are assumed ` +
      `and not measured. ${fixed(stale.length)} prices are older than 180 days.`,
    blocks: [
      {
        kind: "table",
        title: `Inputs at the ends of their ranges: ${most} moves the days most`,
        caption: "By effect on the days at p90, everything else as uncertain as before.",
        heads: ["Input", "Value", "Range", "Days at p90", "Kind", "Source", "Date"],
        numbers: [1, 2, 3],
        rows: moves.map(moveRow),
        printedRowCount: 4,
      },
      {
        kind: "table",
        foldedAs: `${fixed(assumptions.length)} constants of the parts, the links and the site`,
        caption: "Their error is in that of the step, of the prices and of the days.",
        heads: ["Input", "Value", "Kind", "Source", "Date"],
        numbers: [1],
        rows: assumptions.map((one) => assumptionRow(one, question.asOf)),
        moneyRows: assumptions.flatMap(({ unit }, i) => (unit.startsWith("USD") ? [i] : [])),
      },
    ],
  };
}

const kindWords = (kind: Assumption["provenance"]): string =>
  `${PROVENANCE[kind].glyph}\u00a0${PROVENANCE[kind].word}`;

const moveRow = ({ name, now, low, high, provenance, source, date }: PlanMove): Cell[] => [
  ...[name, now, `${low.input} – ${high.input}`],
  `${days(low.p90S)} – ${days(high.p90S)}`,
  ...[kindWords(provenance), source, date === "" ? "none" : date],
];

function assumptionRow(one: Assumption, asOf: string): Cell[] {
  const stale = staleWords(one.unit, one.date, asOf);
  const date = one.date === "" ? "none" : one.date;
  return [
    one.note === undefined ? one.name : [one.name, one.note],
    ...[quantity(one.value, one.unit), kindWords(one.provenance), one.source],
    stale === undefined ? date : [date, stale],
  ];
}

export function reproduceSection(command: string): DocumentSection {
  return {
    title: "Reproduce",
    reader: "the auditor",
    lede: "Same inputs, same bytes. The question and its answer stand inside this page.",
    blocks: [
      {
        kind: "commands",
        lines: [command, "npx fabricast reproduce report.html"],
      },
    ],
  };
}
