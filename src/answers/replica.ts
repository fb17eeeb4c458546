/** One copy of a model for serving: its figures on a part, at a precision, over some ranks. */
import { Refusal } from "../base/errors.ts";
import type { EngineRates, RatedPart, ServingConstants } from "../serving/engine-law.ts";
import { engineRates, SERVING } from "../serving/engine-law.ts";
import type { Replica } from "../serving/iteration.ts";
import { LOW_LATENCY_S, NIC_SHARE } from "../network/measured/expert-law.ts";
import { activeCount, embeddingCount, parameterCount } from "../workload/dense/parameters.ts";
import type { DenseModel, PartRates } from "../workload/dense/types.ts";

/** Bits of a weight. */
export type WeightBits = 4 | 8 | 16;

export interface ReplicaChoice {
  readonly model: DenseModel;
  readonly part: PartRates & RatedPart;
  readonly ranks: number;
  readonly weightBits: WeightBits;
  readonly kvBits: 8 | 16;
  /** Weights are unpacked to 16 bits before they are multiplied. */
  readonly isWeightOnly?: boolean;
  /** Engines before 2025 launch each kernel of a small step from the host. */
  readonly isLaunched?: boolean;
}

/** Bytes of a weight; of four bits each 16 share one scale of eight. */
const WEIGHT_BYTES = { 4: 0.5625, 8: 1, 16: 2 } as const;

export function replicaOf(choice: ReplicaChoice, constants: ServingConstants = SERVING): Replica {
  const { model, part, ranks, weightBits, kvBits } = choice;
  const held = parameterCount(model, { layers: model.layers }) - embeddingCount(model);
  const peaks = { 4: part.peakFp4FlopPerS, 8: part.peakFp8FlopPerS, 16: part.peakBf16FlopPerS };
  const active = activeCount(model) - embeddingCount(model);
  return {
    model: {
      ...{ layers: model.layers, hiddenSize: model.hiddenSize, heads: model.heads },
      ...{ headSize: model.headSize, kvHeads: model.kvHeads, readParameters: held },
      ...{ activeParameters: active, heldParameters: held },
      vocabularyTokens: model.vocabularyTokens,
      latentChannels: model.latent === undefined ? 0 : model.latent.keyValueChannels + 64,
    },
    ranks,
    weightBytes: WEIGHT_BYTES[weightBits],
    kvBytes: kvBits / 8,
    peakFlopPerS: multiplies(choice) ? peaks[weightBits] : part.peakBf16FlopPerS,
    peak16FlopPerS: part.peakBf16FlopPerS,
    rates: ratesOf(choice, constants),
    // A Trainium chip is two cores, each a rank of its framework.
    coreCount: part.family === "trainium" ? 2 : 1,
    memoryBytes: part.memoryBytes,
    memoryBytesPerS: part.memoryBytesPerS,
    linkBytesPerS: part.ringBytesPerS,
  };
}

/** Whether products run at the precision of the weights, not at 16 bits. */
function multiplies({ part, weightBits, isWeightOnly }: ReplicaChoice): boolean {
  const peaks = { 4: part.peakFp4FlopPerS, 8: part.peakFp8FlopPerS, 16: part.peakBf16FlopPerS };
  return peaks[weightBits] > 0 && isWeightOnly !== true;
}

/** What the engine reaches on its part, which alone follows from the constants. */
export function ratesOf(choice: ReplicaChoice, constants: ServingConstants): EngineRates {
  const { part, kvBits, weightBits, isLaunched } = choice;
  const productBits = multiplies(choice) ? weightBits : 16;
  return engineRates({ part, productBits, kvBits, isCaptured: isLaunched !== true }, constants);
}

/** The same with the routed experts apart, so that small batches read only those they meet. */
export function servedReplica(choice: ReplicaChoice, constants = SERVING): Replica {
  refuseRanks(choice);
  refusePrecision(choice);
  return withRouted(replicaOf(choice, constants), choice);
}

export function withRouted(replica: Replica, { model }: ReplicaChoice): Replica {
  const { experts } = model;
  if (experts === undefined) return replica;
  const idle = replica.model.heldParameters - replica.model.activeParameters;
  const idleExperts = experts.experts - experts.expertsPerToken;
  const routed = {
    expertCount: experts.experts,
    expertsPerToken: experts.expertsPerToken,
    parameterCount: idleExperts === 0 ? 0 : (idle * experts.experts) / idleExperts,
  };
  return { ...replica, model: { ...replica.model, routed } };
}

/**
 * A rank of many that share the experts: its own attention, its part of the routed experts, and
 * copies of its tokens over NICs, or over links where one domain holds all ranks.
 */
export function expertRank(choice: ReplicaChoice, rankCount: number): Replica {
  const replica = withRouted(replicaOf({ ...choice, ranks: 1 }), choice);
  const { model } = replica;
  const { routed } = model;
  const { experts } = choice.model;
  if (routed === undefined || experts === undefined) return replica;
  const own = routed.parameterCount / rankCount;
  const elsewhere = routed.parameterCount - own;
  const isInside = rankCount <= choice.part.domainRanks;
  // Eight bits to the experts, sixteen back.
  const tokenBytes = 3 * model.hiddenSize * experts.expertsPerToken;
  return {
    ...replica,
    model: {
      ...model,
      readParameters: model.readParameters - elsewhere,
      heldParameters: model.heldParameters - elsewhere,
      routed: { ...routed, parameterCount: own },
    },
    exchange: {
      ...{ rankCount, startS: 2 * LOW_LATENCY_S, tokenBytes },
      bytesPerS: isInside ? choice.part.ringBytesPerS : choice.part.nicBytesPerS * NIC_SHARE,
    },
  };
}

/** Queries divide among ranks; keys and values are copied where ranks outnumber them. */
function refuseRanks({ model, ranks, part }: ReplicaChoice): void {
  const most = Math.min(part.domainRanks, model.heads);
  if (model.heads % ranks === 0 && ranks <= most) return;
  const legal = [1, 2, 4, 8, 16, 32, 64].filter((n) => model.heads % n === 0 && n <= most);
  throw new Refusal({
    code: "does-not-divide",
    pointer: "/tp",
    found: `${ranks} ranks for ${model.heads} heads in a domain of ${part.domainRanks}`,
    expected: `one of ${legal.join(", ")}`,
    nextStep: "take one of these",
  });
}

function refusePrecision({ part, weightBits }: ReplicaChoice): void {
  const peak = { 4: part.peakFp4FlopPerS, 8: part.peakFp8FlopPerS, 16: part.peakBf16FlopPerS };
  if (peak[weightBits] > 0) return;
  throw new Refusal({
    code: "no-such-precision",
    pointer: "/precision",
    found: `weights of ${weightBits} bits on ${part.id}, which multiplies none`,
    expected: part.peakFp8FlopPerS > 0 ? "fp8 or bf16" : "bf16",
    nextStep: "take another precision or accelerator",
  });
}
