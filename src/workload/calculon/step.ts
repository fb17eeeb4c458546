/**
 * One batch of a transformer by Calculon's step equations, with the figures under Calculon's own
 * names, so that they can be laid beside its output (calculon-ai/calculon, llm/llm.py).
 */
import type {
  CalculonApplication,
  CalculonExecution,
  CalculonStats,
  CalculonSystem,
} from "../../records/calculon.ts";
import { blockLayers } from "./block.ts";
import { blockSums } from "./block-sums.ts";
import { dataComm } from "./data-comm.ts";
import { machineOf } from "./machine.ts";
import { blocksOf, refuseMemory, refuseNetworks, refuseSplits } from "./refusals.ts";
import { tiersBytes } from "./spaces.ts";
import { stageFigures, spaceFigures } from "./figures.ts";
import type { BlockTimes, Job } from "./times.ts";
import { blockTimes, offloadBwBytes, offloadFwBytes, overBatch } from "./times.ts";

export function calculonStep(
  app: CalculonApplication,
  execution: CalculonExecution,
  system: CalculonSystem,
): CalculonStats {
  refuseNetworks(execution, system);
  refuseSplits(app, execution);
  const blocks = blocksOf(app, execution);
  const machine = machineOf(system, execution);
  const sums = blockSums(blockLayers(app, execution, machine.bytesPerElement), machine, execution);
  const { microBatch, tensorRanks, pipelineRanks, recompute, isTraining, tensorComm } = execution;
  const rows = microBatch * app.sequenceTokens;
  const sizeBytes = rows * app.hiddenSize * machine.bytesPerElement;
  const splitBytes = Math.floor(rows / tensorRanks) * app.hiddenSize * machine.bytesPerElement;
  const job: Job = {
    ...{ execution, machine, sums, blocks },
    pipeBytes: pipelineRanks === 1 ? 0 : tensorComm === "ar" ? sizeBytes : splitBytes,
    checkpointBytes: isTraining && recompute === "full" ? sizeBytes : 0,
  };
  const times = blockTimes(job);
  refuseMemory(tiersBytes(job), machine);
  return {
    ...stageFigures(job, times),
    ...spaceFigures(job),
    ...batchFigures(job, times),
  };
}

function batchFigures(job: Job, times: BlockTimes) {
  const { execution, sums, blocks } = job;
  const { work, comm } = sums;
  const count = blocks.blockCount * blocks.microBatches;
  const isPiped = execution.pipelineRanks > 1;
  const passes = isPiped ? blocks.microBatches * execution.chunksPerRank : 0;
  const pipeS = passes * times.pipeFwS + (execution.isTraining ? passes * times.pipeBwS : 0);
  const data = dataComm(job, times);
  const parts = {
    fw_time: count * work.fw.timeS,
    bw_time: count * work.agrad.timeS + count * work.wgrad.timeS,
    optim_step_time: blocks.blockCount * work.optim.timeS,
    fw_offload_exposed_time: overBatch(job, times.offloadFwS),
    bw_offload_exposed_time: execution.isTraining ? overBatch(job, times.offloadBwS) : 0,
    recompute_time: count * work.re.timeS,
    recomm_exposed_time: overBatch(job, comm.wgrad.exposedS),
    bubble_time: times.bubbleS,
    tp_comm_exposed_time: overBatch(job, comm.fw.exposedS) + overBatch(job, comm.agrad.exposedS),
    pp_comm_exposed_time: pipeS,
    dp_comm_exposed_time: data.exposedS,
  };
  const totalS = Object.values(parts).reduce((total, part) => total + part, 0);
  return {
    ...parts,
    recomm_link_time: overBatch(job, comm.wgrad.linkS),
    tp_comm_link_time: overBatch(job, comm.fw.linkS) + overBatch(job, comm.agrad.linkS),
    pp_comm_link_time: pipeS,
    dp_comm_link_time: data.linkS,
    block_dp_size: data.blockBytes,
    dp_bw_overlap_req_chunk: data.chunkBytesPerS,
    dp_bw_overlap_req_tail: data.tailBytesPerS,
    total_time: totalS,
    ...offloadRates(job, times),
    ...efficiencies(job, parts.fw_time + parts.bw_time + parts.optim_step_time, totalS),
    sample_rate: execution.batch / totalS,
  };
}

function efficiencies(job: Job, computeS: number, totalS: number) {
  const { work } = job.sums;
  const { blockCount, microBatches } = job.blocks;
  const flop = work.fw.flop + work.agrad.flop + work.wgrad.flop + work.optim.flop;
  const idealS = (blockCount * microBatches * flop) / job.machine.matrix.peakFlopPerS;
  return {
    useful_flops: flop,
    compute_efficiency: idealS / computeS,
    system_efficiency: computeS / totalS,
    total_efficiency: idealS / totalS,
  };
}

/** What the second memory must carry for offloading to hide; null where there is no time to. */
function offloadRates(job: Job, { plainFwS, plainBwS }: BlockTimes) {
  const { execution, sums, checkpointBytes } = job;
  const { work } = sums;
  const fwS = Math.min(plainFwS[0] - work.fw.bytesS, plainFwS[1] - work.fw.bytesS);
  const touchedS = work.agrad.bytesS + work.wgrad.bytesS;
  const bwS = Math.min(plainBwS[0] - touchedS, plainBwS[1] - touchedS);
  const kept = execution.recompute === "full" ? checkpointBytes : sums.storedBytes;
  const { isTraining } = execution;
  const back = isTraining ? offloadBwBytes(job) / bwS : 0;
  const rates = {
    act_offload_bw_req: kept / fwS,
    weight_offload_bw_req: sums.weightBytes / fwS,
    optim_offload_bw_req: isTraining ? (sums.weightGradientBytes + sums.optimizerBytes) / bwS : 0,
    offload_mem_bw_req: Math.max(offloadFwBytes(job) / fwS, back),
  };
  return Object.fromEntries(
    Object.entries(rates).map(([name, rate]) => [name, Number.isFinite(rate) ? rate : null]),
  );
}
