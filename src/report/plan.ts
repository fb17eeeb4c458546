/** A plan for a terminal, for programs and as Markdown. */
import { duration, fixed, percent, significant, usd } from "../base/format.ts";
import type { MoneyRange, PlanAnswer, PlanOption, PlanRejected } from "../records/plan.ts";
import { plain } from "./escape.ts";
import { layOut, wrap } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

const DAY_S = 86_400;

/** Keys are the contract of other programs: "options", "rejected", "binding". */
export function planJson(answer: PlanAnswer): string {
  const { question } = answer;
  const shown = {
    answer: answer.sentence,
    basis: question.basis === "rent" ? `rent (${question.rentKind})` : "purchase and energy",
    asOf: question.asOf,
    model: question.model.id,
    tokens: question.tokens,
    withinDays: question.withinS / DAY_S,
    options: answer.options.map(optionShown),
    rejected: answer.rejected.map(rejectedShown),
    binding: answer.binding,
    flips: answer.flips,
    sanity: answer.sanity,
    beware: answer.beware,
    notIncluded: answer.notIncluded,
    acceptanceTests: answer.acceptance,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function optionShown(option: PlanOption) {
  const { cluster, acceleratorCount, p10S, p50S, p90S, p99S, total, whyNotFirst } = option;
  return {
    cluster,
    accelerators: acceleratorCount,
    days: { p10: days(p10S), p50: days(p50S), p90: days(p90S), p99: days(p99S) },
    totalUsd: range(total),
    whyNotFirst,
    onParetoFront: option.isOnFront,
    family: option.familyId,
    nodes: option.nodeCount,
    spareNodes: option.spareNodeCount,
    vendor: option.vendor,
    site: option.siteName,
    availability: option.availability,
    layout: option.layout,
    stepS: option.stepS,
    tokensPerS: option.tokensPerS,
    mfu: option.mfu,
    goodput: option.goodput,
    memoryShare: option.memoryShare,
    failures: {
      mttiHours: option.mttiS / 3600,
      interruptions: option.interruptions,
      checkpointEveryMinutes: option.checkpointS / 60,
      checkpointWriteS: option.writeS,
    },
    acceleratorHours: option.acceleratorS / 3600,
    lines: option.lines.map(({ name, ...money }) => ({ name, usd: range(money) })),
    cashByYear: option.cashByYear.map(({ year, midUsd }) => ({ year, usd: midUsd })),
    capitalUsd: option.capitalUsd ?? null,
    wallKw: option.wallW === undefined ? null : option.wallW / 1000,
    carbonTonnes: option.carbonKg === undefined ? null : option.carbonKg / 1000,
    racks: option.rackCount ?? null,
    bill: option.bill.rows.map((row) => ({
      class: row.materialClass,
      model: row.model,
      count: row.count,
      unitUsd: row.unitUsd?.value ?? null,
      totalUsd: row.totalUsd ?? null,
      source: row.unitUsd?.source ?? null,
      asOf: row.unitUsd?.date ?? null,
    })),
  };
}

const days = (seconds: number): number => seconds / DAY_S;

const range = ({ lowUsd, midUsd, highUsd }: MoneyRange) => ({
  low: lowUsd,
  mid: midUsd,
  high: highUsd,
});

const rejectedShown = ({ cluster, acceleratorCount, why }: PlanRejected) => ({
  cluster,
  accelerators: acceleratorCount ?? null,
  why,
});

interface Line {
  readonly place: number;
  readonly option: PlanOption;
}

const megaUsd = (value: number): string => fixed(value / 1e6, 1);

const COLUMNS: readonly TextColumn<Line>[] = [
  { head: "#", isNumber: true, cell: ({ place }) => fixed(place) },
  { head: "accel.", isNumber: true, cell: ({ option }) => fixed(option.acceleratorCount) },
  {
    head: "days p50–p90",
    isNumber: true,
    cell: ({ option }) => `${fixed(days(option.p50S), 1)}–${fixed(days(option.p90S), 1)}`,
  },
  { head: "M USD", isNumber: true, cell: ({ option }) => megaUsd(option.total.midUsd) },
  {
    head: "low–high",
    isNumber: true,
    cell: ({ option }) => `${megaUsd(option.total.lowUsd)}–${megaUsd(option.total.highUsd)}`,
  },
  {
    head: "to buy",
    isNumber: true,
    cell: ({ option }) => (option.capitalUsd === undefined ? "?" : megaUsd(option.capitalUsd)),
  },
  {
    head: "MW",
    isNumber: true,
    cell: ({ option }) => (option.wallW === undefined ? "?" : fixed(option.wallW / 1e6, 1)),
  },
  { head: "MFU", isNumber: true, cell: ({ option }) => percent(option.mfu, 0) },
  { head: "front", isNumber: false, cell: ({ option }) => (option.isOnFront ? "yes" : "no") },
];

export function planText(answer: PlanAnswer): string {
  const { question, options } = answer;
  const basis = question.basis === "rent" ? `rent, ${question.rentKind}` : "purchase and energy";
  const lines = options.map((option, i) => ({ place: i + 1, option }));
  const { head, rows } = layOut(COLUMNS, lines, 98);
  return (
    [
      ...wrap(answer.sentence, 98),
      "",
      `Cost basis: ${basis} · prices as of ${question.asOf} · ranges are p10–p90`,
      head,
      ...rows,
      "",
      ...options.flatMap((option, i) =>
        wrap(`${i + 1}  ${option.cluster}: ${option.whyNotFirst}`, 98),
      ),
      "",
      ...wrap(`binding: ${answer.binding}`, 98),
      ...answer.flips.flatMap((line) => wrap(`flips: ${line}`, 98)),
      ...wrap(`sanity: ${answer.sanity}`, 98),
      ...cash(options[0]),
      ...answer.beware.flatMap((line) => wrap(`beware: ${line}`, 98)),
      ...wrap(`not included: ${answer.notIncluded.join("; ")}`, 98),
      ...rejectedLines(answer.rejected),
    ]
      .map(plain)
      .join("\n") + "\n"
  );
}

function cash(first: PlanOption | undefined): string[] {
  if (first === undefined) return [];
  const years = first.cashByYear.map(({ year, midUsd }) => `${year} ${usd(midUsd)}`);
  const minutes = significant(first.checkpointS / 60, 2);
  return [
    `cash by year, option 1: ${years.join(", ")}`,
    ...wrap(
      `failures, option 1: one in ${duration(first.mttiS, 2)}, ${fixed(first.interruptions)} in ` +
        `all; a checkpoint every ${minutes} min keeps ${percent(first.goodput)} of the time`,
      98,
    ),
  ];
}

function rejectedLines(rejected: readonly PlanRejected[]): string[] {
  if (rejected.length === 0) return [];
  return [
    "",
    "rejected:",
    ...rejected.flatMap(({ cluster, why }) => wrap(`- ${cluster}: ${why}`, 98)),
  ];
}
