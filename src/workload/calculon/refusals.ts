/** What Calculon refuses, refused here too: layouts that do not divide, networks, memory. */
import { Refusal } from "../../base/errors.ts";
import type {
  CalculonApplication,
  CalculonExecution,
  CalculonSystem,
} from "../../records/calculon.ts";
import type { CalculonMachine } from "./machine.ts";
import type { Blocks } from "./times.ts";

function refuse(pointer: string, found: string, expected: string): never {
  const nextStep = "change the execution; Calculon refuses it too";
  throw new Refusal({ code: "does-not-divide", pointer, found, expected, nextStep });
}

export function blocksOf(
  { blockCount: all }: CalculonApplication,
  execution: CalculonExecution,
): Blocks {
  const { pipelineRanks, chunksPerRank, dataRanks, batch, microBatch } = execution;
  const blockCount = Math.ceil(all / pipelineRanks);
  const over = all % pipelineRanks;
  if (blockCount % chunksPerRank !== 0) {
    const found = `${blockCount} blocks a rank in ${chunksPerRank} chunks`;
    refuse("/pipeline_interleaving", found, "chunks that divide a rank's blocks");
  }
  const { areWeightsOffloaded, areActivationsOffloaded, isOptimizerOffloaded } = execution;
  const isOffloaded = areWeightsOffloaded || areActivationsOffloaded || isOptimizerOffloaded;
  if (isOffloaded && blockCount <= 2) {
    refuse("/pipeline_par", `${blockCount} blocks a rank`, "3 blocks a rank for offloading");
  }
  return {
    blockCount,
    chunkBlockCount: blockCount / chunksPerRank,
    missingCount: over === 0 ? 0 : pipelineRanks - over,
    microBatches: batch / dataRanks / microBatch,
  };
}

export function refuseSplits(app: CalculonApplication, execution: CalculonExecution): void {
  const { tensorRanks: t, tensorComm, microBatch } = execution;
  const parts: readonly (readonly [string, number])[] = [
    ["hidden", app.hiddenSize],
    ["feedforward", app.feedForwardSize],
    ["attn_heads", app.headCount],
    ...(tensorComm === "ar"
      ? []
      : [["tokens of a microbatch", microBatch * app.sequenceTokens] as const]),
  ];
  const bad = parts.find(([, size]) => size % t !== 0);
  if (bad) refuse("/tensor_par", `${bad[0]} ${bad[1]} over ${t}`, "a tensor_par that divides it");
}

/** Each network holds the product of the ways that use it, and is filled where it must be. */
export function refuseNetworks(execution: CalculonExecution, { networks }: CalculonSystem): void {
  const ways = [
    ["tensor_par_net", execution.tensorNetworkIndex, execution.tensorRanks],
    ["pipeline_par_net", execution.pipelineNetworkIndex, execution.pipelineRanks],
    ["data_par_net", execution.dataNetworkIndex, execution.dataRanks],
  ] as const;
  for (const [key, index] of ways) {
    if (index >= networks.length) {
      refuse(`/${key}`, `network ${index}`, `0 to ${networks.length - 1}, as the system has`);
    }
  }
  for (const [i, { rankCount, isToBeFilled }] of networks.entries()) {
    const used = ways.reduce((product, [, index, n]) => product * (index === i ? n : 1), 1);
    if (used === 1) continue;
    const found = `${used} ranks on network ${i} of ${rankCount}`;
    if (used > rankCount) refuse("/networks", found, "a network large enough");
    if (isToBeFilled && rankCount % used !== 0)
      refuse("/networks", found, "a divisor: must be filled");
  }
}

export function refuseMemory(
  needed: readonly [number, number],
  { memories }: CalculonMachine,
): void {
  for (const i of [0, 1] as const) {
    if (needed[i] <= memories[i].capacityBytes) continue;
    throw new Refusal({
      code: "does-not-fit",
      pointer: `/mem${i + 1}`,
      found: `${Math.ceil(needed[i])} bytes needed in memory ${i + 1}`,
      expected: `at most the ${memories[i].capacityBytes} bytes of the system`,
      nextStep: "recompute, split more, or offload; Calculon refuses it too",
    });
  }
}
