/** Calculon's figures of a block and of memory, under its own names. */
import type { Stage } from "./layer.ts";
import { leastSpaces, tiersBytes, wholeSpaces } from "./spaces.ts";
import type { BlockTimes, Job } from "./times.ts";

const STAGES: readonly (Stage | "re")[] = ["fw", "re", "agrad", "wgrad", "optim"];

const COMMS = [
  ["fw", "fw_tp_time", "fw_tp_size"],
  ["wgrad", "recomm_time", "recomm_size"],
  ["agrad", "agrad_tp_time", "bw_tp_size"],
] as const;

export function stageFigures({ sums }: Job, { pipeBytes }: BlockTimes) {
  const figures: Record<string, number> = {};
  for (const stage of STAGES) {
    const work = sums.work[stage];
    figures[`block_${stage}_flops`] = work.flop;
    figures[`block_${stage}_flops_time`] = work.flopS;
    figures[`block_${stage}_mem_accessed`] = work.bytes;
    figures[`block_${stage}_mem_time`] = work.bytesS;
    figures[`block_${stage}_time`] = work.timeS;
  }
  for (const [stage, timeName, sizeName] of COMMS) {
    const comm = sums.comm[stage];
    for (const [i, block] of (["baseblock", "edgeblock"] as const).entries()) {
      const place = i === 0 ? 0 : 1;
      figures[`${block}_${timeName}`] = comm.linkS[place];
      figures[`${block}_${timeName}_exposed`] = comm.exposedS[place];
      figures[`${block}_${sizeName}`] = comm.bytes[place];
    }
  }
  figures["block_fw_pp_size"] = pipeBytes[0];
  figures["block_bw_pp_size"] = pipeBytes[1];
  figures["tp_bw_overlap_req"] = sums.tensorBytesPerSToHide;
  return figures;
}

export function spaceFigures(job: Job) {
  const { sums, checkpointBytes, execution } = job;
  const [all, least] = [wholeSpaces(job), leastSpaces(job)];
  const [near, far] = tiersBytes(job);
  return {
    block_weight_space: sums.weightBytes,
    block_act_working_space: sums.workingBytes,
    block_act_storage_space: sums.storedBytes,
    block_act_checkpoint_size: checkpointBytes,
    block_weight_grad_space: sums.weightGradientBytes,
    block_weight_grad_space_no_sharding: sums.weightGradientWholeBytes,
    block_act_grad_space: sums.activationGradientBytes,
    block_optimizer_space: sums.optimizerBytes,
    weight_space_with_offload: least.weightBytes,
    act_space_with_offload: least.activationBytes,
    // The program gives nothing here outside training.
    act_checkpoint_size_with_offload: execution.isTraining ? least.checkpointBytes : null,
    act_grad_space_with_offload: least.activationGradientBytes,
    weight_grad_space_with_offload: least.weightGradientBytes,
    optimizer_space_with_offload: least.optimizerBytes,
    weight_space: all.weightBytes,
    act_space: all.activationBytes,
    act_checkpoint_size: all.checkpointBytes,
    act_grad_space: all.activationGradientBytes,
    weight_grad_space: all.weightGradientBytes,
    optimizer_space: all.optimizerBytes,
    proc_mem_tier1_cap_req: near,
    proc_mem_tier2_cap_req: far,
  };
}
