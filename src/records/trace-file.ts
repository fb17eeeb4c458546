/**
 * A recorded step with all that is needed to replay it: whose it is, how the work was divided,
 * and a program for each class of ranks. What was measured stands apart.
 */
import type { Training } from "./job.ts";
import type { GroupKind, ModelSpec, Trace, TraceCollective } from "./trace.ts";

/** Degrees of parallelism: data, tensor, pipeline, expert, context. */
export type DegreeName = "dp" | "tp" | "pp" | "ep" | "cp";
export type Degrees = Readonly<Record<DegreeName, number>>;

export const NO_PARALLELISM: Degrees = { dp: 1, tp: 1, pp: 1, ep: 1, cp: 1 };

export interface RecordedTrace {
  readonly model: ModelSpec;
  /** What was trained; absent where shapes alone were walked. */
  readonly training?: Training;
  readonly degrees: Degrees;
  readonly programs: readonly RankProgram[];
  readonly measured?: TraceMeasurement;
}

/** What the ranks of one class do in a step, all of them the same. */
export interface RankProgram {
  readonly ranks: readonly number[];
  readonly trace: Trace;
  /**
   * For each node the nodes that must have ended before it starts. Nodes are the ops in their
   * order, then the collectives in theirs.
   */
  readonly dependencies: readonly (readonly number[])[];
}

/** Times of the machine that recorded; no prediction reads them. */
export interface TraceMeasurement {
  readonly backend: string;
  readonly coreCount: number;
  /** Of each op of the recorded step, of the first program. */
  readonly opDurationsS: readonly number[];
  /** Of steps that followed, which nobody recorded. */
  readonly stepTimesS: readonly number[];
}

/** Where a node runs: one after the other on each stream. */
export type Stream = "compute" | GroupKind;

export function streamOf(trace: Trace, node: number): Stream {
  return trace.collectives?.[node - trace.ops.length]?.group ?? "compute";
}

export function nodeCount({ ops, collectives = [] }: Trace): number {
  return ops.length + collectives.length;
}

/**
 * What each node waits for: the one before it on its stream; a collective for the op it follows;
 * the next op for a collective whose result the model uses, the optimizer for the reductions of
 * gradients, and nobody for what was sent.
 */
export function dependenciesOf(trace: Trace): number[][] {
  const { ops, collectives = [] } = trace;
  const all: number[][] = ops.map((_, op) => (op === 0 ? [] : [op - 1]));
  const last = new Map<GroupKind, number>();
  const firstUpdate = ops.findIndex(({ phase }) => phase === "optimizer");
  for (const [i, collective] of collectives.entries()) {
    const node = ops.length + i;
    const own = collective.op === 0 ? [] : [collective.op - 1];
    const before = last.get(collective.group);
    if (before !== undefined) own.push(before);
    all.push(own);
    last.set(collective.group, node);
    const waiter = waiterOf(collective, firstUpdate);
    all[waiter]?.push(node);
  }
  return all;
}

function waiterOf(collective: TraceCollective, firstUpdate: number): number {
  if (collective.kind === "send") return Infinity;
  const isReduction = collective.group === "data" && collective.phase === "backward";
  return isReduction ? Math.max(firstUpdate, collective.op) : collective.op;
}
