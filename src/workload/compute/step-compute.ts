/** The compute of one micro-batch and one update: a trace's ops in time, summed by phase. */
import { assert, at } from "../../base/assert.ts";
import { exactSum } from "../../base/sum.ts";
import type { Accelerator, SoftwareProfile } from "../../records/cluster.ts";
import type { Phase, Trace, TraceOp } from "../../records/trace.ts";
import { type ComputeTime, opTime } from "./op-time.ts";

export interface StepCompute {
  readonly forward: ComputeTime;
  readonly backward: ComputeTime;
  readonly optimizer: ComputeTime;
  /** Total of each op of the trace, in its order. */
  readonly opS: Float64Array;
}

export interface ComputeAsked {
  readonly trace: Trace;
  readonly accelerator: Accelerator;
  readonly software: SoftwareProfile;
  /** The optimizer's flop and bytes are divided by this many ranks; its launches are not. */
  readonly optimizerShardCount: number;
}

export function stepCompute(asked: ComputeAsked): StepCompute {
  const { trace, accelerator, software, optimizerShardCount } = asked;
  assertPhaseOrder(trace.ops);
  const times = trace.ops.map((op) => {
    const own = op.phase === "optimizer" ? shard(op, optimizerShardCount) : op;
    return opTime(own, accelerator, software);
  });
  const ofPhase = (phase: Phase) => sumOf(times.filter((_, i) => at(trace.ops, i).phase === phase));
  return {
    forward: ofPhase("forward"),
    backward: ofPhase("backward"),
    optimizer: ofPhase("optimizer"),
    opS: Float64Array.from(times, (time) => time.totalS),
  };
}

function shard(op: TraceOp, count: number): TraceOp {
  const { flop, readBytes, writtenBytes } = op;
  return {
    ...op,
    flop: flop / count,
    readBytes: readBytes / count,
    writtenBytes: writtenBytes / count,
  };
}

function sumOf(times: readonly ComputeTime[]): ComputeTime {
  const idealS = exactSum(times.map((time) => time.idealS));
  const matmulLossS = exactSum(times.map((time) => time.matmulLossS));
  const memoryS = exactSum(times.map((time) => time.memoryS));
  const launchS = exactSum(times.map((time) => time.launchS));
  const totalS = exactSum([idealS, matmulLossS, memoryS, launchS]);
  return { idealS, matmulLossS, memoryS, launchS, totalS };
}

const ORDER: Readonly<Record<Phase, number>> = {
  forward: 0,
  backward: 1,
  optimizer: 2,
};

function assertPhaseOrder(ops: readonly TraceOp[]): void {
  const isOrdered = ops.every((op, i) => i === 0 || ORDER[at(ops, i - 1).phase] <= ORDER[op.phase]);
  assert(isOrdered, "a trace goes forward, then backward, then updates");
}
