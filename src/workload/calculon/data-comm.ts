/**
 * What data parallelism sends in Calculon, and how much of it shows (calculon-ai/calculon,
 * llm/llm.py). A block's weights are reduced, or reduced and gathered where the optimizer is
 * sharded. Overlapped, all chunks but the last hide behind the backward pass of p micro-batches
 * through the next, and the last chunk's blocks but one behind its own; arithmetic is slowed by the
 * network's use of the processor. Messages on the network of tensor parallelism do not overlap with
 * it.
 */
import type { BlockTimes, Job } from "./times.ts";
import { overChunk } from "./times.ts";
import { networkS } from "./machine.ts";

export interface DataComm {
  readonly blockBytes: number;
  readonly linkS: number;
  readonly exposedS: number;
  /** What the network must carry to hide all chunks but the last, and the last. */
  readonly chunkBytesPerS: number;
  readonly tailBytesPerS: number;
}

export function dataComm(job: Job, times: BlockTimes): DataComm {
  const { execution, sums, blocks } = job;
  const none = { chunkBytesPerS: 0, tailBytesPerS: 0 };
  if (execution.dataRanks === 1 || !execution.isTraining) {
    return { blockBytes: 0, linkS: 0, exposedS: 0, ...none };
  }
  const blockBytes = sums.weightBytes;
  const blockS = blockCommS(job);
  const linkS = blocks.blockCount * blockS;
  if (!execution.isDataOverlapped) return { blockBytes, linkS, exposedS: linkS, ...none };
  const window = hidingWindow(job, times);
  const chunks = overlappedChunks(job, times, window, blockS);
  const tail = lastChunk(job, times, window, blockS);
  return {
    ...{ blockBytes, linkS },
    exposedS: blockS + (chunks.exposedS + tail.exposedS),
    chunkBytesPerS: required(job, chunks.windowS),
    tailBytesPerS: required(job, tail.windowS),
  };
}

function blockCommS({ execution, machine, sums }: Job): number {
  const message = { bytes: sums.weightBytes, rankCount: execution.dataRanks };
  const net = machine.dataNetwork;
  if (!execution.isOptimizerSharded) return networkS(net, "all_reduce", message);
  return networkS(net, "reduce_scatter", message) + networkS(net, "all_gather", message);
}

interface Window {
  /** Time of a chunk's backward pass during which the network is free. */
  readonly chunkS: number;
  /** Arithmetic within it, of a block. */
  readonly blockComputeS: number;
}

function hidingWindow({ execution, machine, sums, blocks }: Job, times: BlockTimes): Window {
  const { work, comm } = sums;
  const memoryOnlyS = work.agrad.bytesS + work.wgrad.bytesS + work.re.bytesS;
  const optimS = execution.isOptimizerSharded ? 0 : work.optim.timeS - work.optim.bytesS;
  const isSameNet = machine.dataNetwork === machine.tensorNetwork;
  const free = (i: 0 | 1) =>
    times.bwS[i] -
    memoryOnlyS +
    optimS -
    (isSameNet ? comm.wgrad.linkS[i] + comm.agrad.linkS[i] : 0);
  const computeS = work.agrad.flopS + work.wgrad.flopS + work.re.flopS;
  return {
    chunkS: overChunk(blocks, [free(0), free(1)]),
    blockComputeS: computeS + (execution.isOptimizerSharded ? 0 : work.optim.flopS),
  };
}

interface Hidden {
  readonly exposedS: number;
  readonly windowS: number;
}

/** All chunks but the last. */
function overlappedChunks(
  { execution, machine, blocks }: Job,
  { chunkBwS, pipeBwS }: BlockTimes,
  window: Window,
  blockS: number,
): Hidden {
  const { pipelineRanks: p, chunksPerRank } = execution;
  const use = machine.dataNetwork.processorShare;
  const isSameNet = machine.dataNetwork === machine.pipelineNetwork;
  const chunkCommS = blocks.chunkBlockCount * blockS;
  const over = blocks.microBatches % p;
  const pipes = isSameNet ? Math.min(Math.floor(chunkCommS / chunkBwS), over === 0 ? p : over) : 0;
  const computeS = p * (blocks.chunkBlockCount * window.blockComputeS);
  const excessS = chunkCommS - (p * window.chunkS - pipes * pipeBwS) + computeS * use;
  const windowS = p * window.chunkS + computeS * use - (isSameNet ? pipeBwS : 0);
  return {
    exposedS: (chunksPerRank - 1) * (excessS > 0 ? excessS : chunkCommS * use),
    windowS: windowS * (chunksPerRank - 1),
  };
}

/** The last chunk hides all but the block that comes last. */
function lastChunk(
  { execution, machine, sums, blocks }: Job,
  { bwS, pipeBwS }: BlockTimes,
  window: Window,
  blockS: number,
): Hidden {
  const use = machine.dataNetwork.processorShare;
  const { timeS, bytesS } = sums.work.optim;
  const hidden = blocks.chunkBlockCount - 1;
  const optimS = execution.isOptimizerSharded ? 0 : timeS - bytesS;
  const windowS = hidden === 0 ? 0 : window.chunkS - pipeBwS - (bwS[0] + bwS[1]) / 2 + optimS;
  const excessS = hidden * blockS + (window.blockComputeS * use - windowS);
  return {
    exposedS: excessS > 0 ? excessS : hidden * blockS * use,
    windowS: windowS + hidden * blockS * use,
  };
}

function required({ execution, machine, sums, blocks }: Job, windowS: number): number {
  if (windowS <= 0) return 0;
  const { ops } = machine.dataNetwork;
  const scalar = execution.isOptimizerSharded
    ? ops.reduce_scatter[0] + ops.all_gather[0]
    : ops.all_reduce[0];
  return ((blocks.chunkBlockCount * sums.weightBytes) / windowS) * scalar;
}
