/**
 * A batch through a pipeline, in Calculon's equations (calculon-ai/calculon, llm/llm.py). A chunk
 * is a run of blocks on one rank: base blocks, and at its end an edge block, which also sends to
 * the next rank. With m micro-batches, p stages, v chunks a rank:
 *
 *     bubble  (p−1)·chunk, and (v−1)·(p − m mod p)·chunk if p does not divide m, less the
 *             blocks that the last stages lack where p does not divide their number
 *
 * Quirk: with one stage a chunk's end still pays a network's latency for a message of no bytes,
 * which shows only through offloading and hiding.
 */
import type { CalculonExecution } from "../../records/calculon.ts";
import type { BlockSums } from "./block-sums.ts";
import type { CalculonMachine } from "./machine.ts";
import { memoryS, networkS } from "./machine.ts";

/** How the blocks lie on ranks. */
export interface Blocks {
  readonly blockCount: number;
  readonly chunkBlockCount: number;
  readonly missingCount: number;
  readonly microBatches: number;
}

/** Base and edge blocks, forward and backward. */
export interface BlockTimes {
  readonly plainFwS: readonly [number, number];
  readonly plainBwS: readonly [number, number];
  readonly offloadFwS: readonly [number, number];
  readonly offloadBwS: readonly [number, number];
  readonly fwS: readonly [number, number];
  readonly bwS: readonly [number, number];
  readonly chunkFwS: number;
  readonly chunkBwS: number;
  readonly pipeFwS: number;
  readonly pipeBwS: number;
  readonly pipeBytes: readonly [number, number];
  readonly bubbleS: number;
}

export interface Job {
  readonly execution: CalculonExecution;
  readonly machine: CalculonMachine;
  readonly sums: BlockSums;
  readonly blocks: Blocks;
  /** What goes to the next stage, from rank to rank. */
  readonly pipeBytes: number;
  readonly checkpointBytes: number;
}

/** Of a value of base blocks and one of edge blocks: the sum over a chunk. */
export function overChunk(blocks: Blocks, [base, edge]: readonly [number, number]): number {
  return (blocks.chunkBlockCount - 1) * base + edge;
}

/** Over all chunks and micro-batches of a rank. */
export function overBatch(job: Job, both: readonly [number, number]): number {
  const { microBatches } = job.blocks;
  return microBatches * job.execution.chunksPerRank * overChunk(job.blocks, both);
}

export function blockTimes(job: Job): BlockTimes {
  const { execution, machine, sums, blocks, pipeBytes } = job;
  const { work, comm } = sums;
  const back = execution.isTraining ? pipeBytes : 0;
  const pipeS = (bytes: number) =>
    networkS(machine.pipelineNetwork, "p2p", { bytes, rankCount: 2 });
  const [pipeFwS, pipeBwS] = [pipeS(pipeBytes), pipeS(back)];
  const forward = (i: 0 | 1) => work.fw.timeS + comm.fw.exposedS[i] + i * pipeFwS;
  const backward = (i: 0 | 1) =>
    work.re.timeS +
    comm.wgrad.exposedS[i] +
    work.agrad.timeS +
    work.wgrad.timeS +
    comm.agrad.exposedS[i] +
    i * pipeBwS;
  const plainFwS = [forward(0), forward(1)] as const;
  const plainBwS = [backward(0), backward(1)] as const;
  const offFwS = memoryS(machine.memories[1], offloadFwBytes(job));
  const offBwS = execution.isTraining ? memoryS(machine.memories[1], offloadBwBytes(job)) : 0;
  const offloadFwS = plainFwS.map((s) => Math.max(0, offFwS + work.fw.bytesS - s));
  const offloadBwS = plainBwS.map((s) =>
    Math.max(0, offBwS + work.agrad.bytesS + work.wgrad.bytesS - s),
  );
  const fwS = added(plainFwS, offloadFwS);
  const bwS = added(plainBwS, offloadBwS);
  const [chunkFwS, chunkBwS] = [overChunk(blocks, fwS), overChunk(blocks, bwS)];
  return {
    ...{ plainFwS, plainBwS, fwS, bwS, chunkFwS, chunkBwS, pipeFwS, pipeBwS },
    offloadFwS: pair(offloadFwS),
    offloadBwS: pair(offloadBwS),
    pipeBytes: [pipeBytes, back],
    bubbleS: bubbleS(job, fwS, bwS, chunkFwS + chunkBwS),
  };
}

function pair([base = 0, edge = 0]: readonly number[]): readonly [number, number] {
  return [base, edge];
}

function added(a: readonly number[], b: readonly number[]): readonly [number, number] {
  return pair(a.map((value, i) => value + (b[i] ?? 0)));
}

function bubbleS(
  { execution, blocks }: Job,
  fwS: readonly [number, number],
  bwS: readonly [number, number],
  chunkS: number,
): number {
  const { pipelineRanks, chunksPerRank } = execution;
  const { missingCount, chunkBlockCount, microBatches } = blocks;
  const cutS = chunkBlockCount > 1 ? (fwS[0] + fwS[1] + bwS[0] + bwS[1]) / 2 : fwS[1] + bwS[1];
  const over = microBatches % pipelineRanks;
  const extra = over === 0 ? 0 : (chunksPerRank - 1) * (pipelineRanks - over);
  return (pipelineRanks - 1) * chunkS + (extra * chunkS - missingCount * cutS);
}

/** Bytes of a block that leave or enter while the next one runs forward. */
export function offloadFwBytes({ execution, sums, checkpointBytes }: Job): number {
  const weights = execution.areWeightsOffloaded ? sums.weightBytes : 0;
  const kept = execution.recompute === "full" ? checkpointBytes : sums.storedBytes;
  return Math.max(weights, execution.areActivationsOffloaded ? kept : 0);
}

export function offloadBwBytes({ execution, sums, checkpointBytes }: Job): number {
  if (!execution.isTraining) return 0;
  const kept = execution.recompute === "full" ? checkpointBytes : sums.storedBytes;
  return (
    (execution.areWeightsOffloaded ? sums.weightBytes : 0) +
    (execution.areActivationsOffloaded ? kept : 0) +
    (execution.isOptimizerOffloaded ? sums.optimizerBytes : 0)
  );
}
