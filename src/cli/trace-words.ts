/** A trace in words: a table of kinds, collectives, memory, and what was measured. */
import type { KindTotals, TraceSummary } from "../answers/trace/summary.ts";
import { bytes, duration, fixed, significant } from "../base/format.ts";
import type { TextColumn } from "../report/text-table.ts";
import { layOut } from "../report/text-table.ts";

const WIDTH = 100;

export function summaryWords(summary: TraceSummary): string {
  const { model, device, sampleCount, tokensPerSample, measured } = summary;
  const table = layOut(KIND_COLUMNS, [...summary.kinds, { kind: "all", ...summary.total }], WIDTH);
  const lines = [
    `${model} (${device}): ${sampleCount} x ${tokensPerSample} a step, ` +
      `${summary.elementBytes} bytes a number, ${layoutWords(summary)}`,
    "",
    table.head,
    ...table.rows,
    "",
    ...summary.collectives.map(({ kind, group, rankCount, calls, bytes: size }) => {
      return `${fixed(calls)} ${kind} of the ${group} group (${rankCount} ranks), ${bytes(size)}`;
    }),
    ...summary.programs.slice(0, 1).map(({ memory }) => {
      return (
        `${fixed(memory.parameterCount)} parameters; ` +
        `${bytes(memory.activationBytes)} of activations when backward starts`
      );
    }),
  ];
  if (measured !== null) {
    const { p10, p50, p90 } = measured.stepTimeS;
    const kinds = measured.kinds.map(({ kind, durationS }) => `${kind} ${duration(durationS)}`);
    lines.push(
      "",
      `measured here (${measured.backend}): ${measured.steps} later steps, median ` +
        `${duration(p50)}, p10 ${duration(p10)}, p90 ${duration(p90)}`,
      `recorded step: ${kinds.join(", ")}`,
    );
  }
  return lines.join("\n");
}

function layoutWords({ degrees, programs }: TraceSummary): string {
  const given = Object.entries(degrees).filter(([, degree]) => degree > 1);
  const ranks = programs.reduce((sum, { rankCount }) => sum + rankCount, 0);
  if (given.length === 0) return "one rank";
  const shown = given.map(([name, degree]) => `${name} ${degree}`).join(" x ");
  return `${fixed(ranks)} ranks (${shown}), ${programs.length} programs`;
}

const number = (value: number) => (value < 1e6 ? fixed(value) : significant(value, 4));

const KIND_COLUMNS: readonly TextColumn<KindTotals>[] = [
  { head: "kind", cell: ({ kind }) => kind, isKept: true },
  { head: "calls", cell: ({ calls }) => fixed(calls), isNumber: true },
  { head: "flop", cell: ({ flop }) => number(flop), isNumber: true },
  { head: "read", cell: ({ readBytes }) => bytes(readBytes), isNumber: true },
  { head: "written", cell: ({ writtenBytes }) => bytes(writtenBytes), isNumber: true },
];

export function scaleWords(from: TraceSummary, to: TraceSummary): string {
  const before = new Map(from.kinds.map((totals) => [totals.kind, totals]));
  const times = (now: number, then: number | undefined) =>
    then === undefined || then === 0 ? "-" : `${significant(now / then, 3)}x`;
  const columns: TextColumn<KindTotals>[] = [
    ...KIND_COLUMNS,
    {
      head: "flop grow",
      cell: ({ kind, flop }) => times(flop, before.get(kind)?.flop),
      isNumber: true,
    },
  ];
  const all = { kind: "all", ...to.total };
  before.set("all", { kind: "all", ...from.total });
  const table = layOut(columns, [...to.kinds, all], WIDTH);
  const sizes = ({ model, sampleCount, tokensPerSample }: TraceSummary) =>
    `${model} at ${sampleCount} x ${tokensPerSample}`;
  return [`from ${sizes(from)} to ${sizes(to)}`, "", table.head, ...table.rows].join("\n");
}
