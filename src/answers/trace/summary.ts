/** What a recorded step asks of a machine, added up by kind; the keys of `trace show --json`. */
import { at } from "../../base/assert.ts";
import { median, quantile } from "../../base/quantile.ts";
import type { Degrees, RecordedTrace, TraceMeasurement } from "../../records/trace-file.ts";
import type { TraceCollective, TraceOp } from "../../records/trace.ts";

export interface KindTotals {
  readonly kind: string;
  readonly calls: number;
  readonly flop: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export interface CollectiveTotals {
  readonly kind: string;
  readonly group: string;
  readonly rankCount: number;
  readonly calls: number;
  readonly bytes: number;
}

export interface ProgramSummary {
  /** How many ranks run this program, and the first of them. */
  readonly rankCount: number;
  readonly firstRank: number;
  readonly kinds: readonly KindTotals[];
  readonly total: Omit<KindTotals, "kind">;
  readonly collectives: readonly CollectiveTotals[];
  readonly memory: { readonly parameterCount: number; readonly activationBytes: number };
}

export interface MeasuredSummary {
  readonly backend: string;
  readonly steps: number;
  readonly stepTimeS: { readonly p10: number; readonly p50: number; readonly p90: number };
  /** Seconds of the recorded step's ops by kind. */
  readonly kinds: readonly { readonly kind: string; readonly durationS: number }[];
}

export interface TraceSummary {
  readonly model: string;
  readonly device: string;
  readonly elementBytes: number;
  readonly sampleCount: number;
  readonly tokensPerSample: number;
  readonly degrees: Degrees;
  /** Of one rank of each program, added up. */
  readonly kinds: readonly KindTotals[];
  readonly total: Omit<KindTotals, "kind">;
  readonly collectives: readonly CollectiveTotals[];
  readonly programs: readonly ProgramSummary[];
  readonly measured: MeasuredSummary | null;
}

export function summaryOf(recorded: RecordedTrace): TraceSummary {
  const { trace } = at(recorded.programs, 0);
  const { model, device, elementBytes, sampleCount, tokensPerSample } = trace;
  const ops = recorded.programs.flatMap((program) => program.trace.ops);
  const collectives = recorded.programs.flatMap((program) => program.trace.collectives ?? []);
  return {
    ...{ model, device, elementBytes, sampleCount, tokensPerSample, degrees: recorded.degrees },
    ...work(ops, collectives),
    programs: recorded.programs.map((program) => {
      const { parameterCount, activationBytes } = program.trace;
      return {
        rankCount: program.ranks.length,
        firstRank: program.ranks[0] ?? 0,
        ...work(program.trace.ops, program.trace.collectives ?? []),
        memory: { parameterCount, activationBytes },
      };
    }),
    measured: recorded.measured === undefined ? null : measuredOf(recorded.measured, trace.ops),
  };
}

function work(ops: readonly TraceOp[], collectives: readonly TraceCollective[]) {
  const kinds = kindsOf(ops).map((kind) => {
    return totalsOf(
      kind,
      ops.filter((op) => op.kind === kind),
    );
  });
  const { kind: _, ...total } = totalsOf("all", ops);
  return { kinds, total, collectives: collectiveTotals(collectives) };
}

/** In the order in which they first run. */
const kindsOf = (ops: readonly TraceOp[]) => [...new Set(ops.map(({ kind }) => kind))];

function totalsOf(kind: string, ops: readonly TraceOp[]): KindTotals {
  let [flop, readBytes, writtenBytes] = [0, 0, 0];
  for (const op of ops) {
    flop += op.flop;
    readBytes += op.readBytes;
    writtenBytes += op.writtenBytes;
  }
  return { kind, calls: ops.length, flop, readBytes, writtenBytes };
}

function collectiveTotals(collectives: readonly TraceCollective[]): CollectiveTotals[] {
  const totals = new Map<string, CollectiveTotals>();
  for (const { kind, group, rankCount, bytes } of collectives) {
    const key = `${kind} ${group} ${rankCount}`;
    const before = totals.get(key) ?? { kind, group, rankCount, calls: 0, bytes: 0 };
    totals.set(key, { ...before, calls: before.calls + 1, bytes: before.bytes + bytes });
  }
  return [...totals.values()];
}

function measuredOf(measured: TraceMeasurement, ops: readonly TraceOp[]): MeasuredSummary {
  const { backend, stepTimesS, opDurationsS } = measured;
  const times = stepTimesS.length === 0 ? [0] : stepTimesS;
  return {
    backend,
    steps: stepTimesS.length,
    stepTimeS: { p10: quantile(times, 0.1), p50: median(times), p90: quantile(times, 0.9) },
    kinds: kindsOf(ops).map((kind) => {
      const durationS = ops.reduce((sum, op, i) => {
        return sum + (op.kind === kind ? (opDurationsS[i] ?? 0) : 0);
      }, 0);
      return { kind, durationS };
    }),
  };
}
