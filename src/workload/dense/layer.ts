/**
 * One layer and one micro-batch on one rank, forward and backward.
 *
 *   forward  = G · (products/share + results/HBM + e · bytes/HBM + attention + visible wire)
 *   backward = the same of both gradients, and what is computed again
 *
 * Neither is shorter than the host takes to launch it.
 */
import { attention } from "./attention.ts";
import type { ForwardBackward } from "./attention.ts";
import type { DenseConstants } from "./constants.ts";
import { contextWire } from "./context.ts";
import { expertLayer } from "./experts.ts";
import type { Product } from "./matmul.ts";
import { byInput, byWeights, matmulFlopPerS, productsS } from "./matmul.ts";
import { resultBytes, sustainedShare } from "./matmul.ts";
import { attentionWeights } from "./parameters.ts";
import type { DenseRun } from "./types.ts";

/** Seconds by cause, before the factor of the software. */
export interface LayerParts {
  readonly productsS: number;
  readonly bytesS: number;
  readonly attentionS: number;
  readonly tensorS: number;
  readonly contextS: number;
  readonly expertsS: number;
  readonly recomputeS: number;
}

export interface LayerTime {
  readonly parts: LayerParts;
  /** With the software's factor and the floor of launches. */
  readonly forwardS: number;
  readonly backwardS: number;
}

export function layerTime(run: DenseRun, c: DenseConstants): LayerTime {
  const { layout, part, software, model } = run;
  const products = layerProducts(run);
  const dispatch = expertLayer(run, c);
  const rate = matmulFlopPerS(part, layout.precision, c) * sustainedShare(part, c);
  const inputs = products.map(byInput);
  const weights = layout.isLora ? [] : products.map(byWeights);
  const hbm = part.memoryBytesPerS;
  const gradientBytes = layout.sharding.startsWith("fsdp") ? 2 : 8;
  const written = {
    forwardS: resultBytes(products, 2) / hbm,
    backwardS: (resultBytes(inputs, 2) + resultBytes(weights, gradientBytes)) / hbm,
  };
  const sms = part.multiprocessors;
  const slow = 1 + biasedShare(run, c);
  const forward = slow * productsS(products, rate, sms) + written.forwardS;
  const backward =
    slow * (productsS(inputs, rate, sms) + productsS(weights, rate, sms)) + written.backwardS;
  const passes = elementwiseBytes(run);
  const passesFactor = bytePasses(run, c);
  const castBytes = c.castPassesFactor * castElements(run);
  const bytes = {
    forwardS: (passesFactor * passes.forward + castBytes) / hbm,
    backwardS: (passesFactor * passes.backward + castBytes) / hbm,
  };
  const att = attention(run, c);
  const [tensor, context] = [tensorWire(run, c), contextWire(run, c, att)];
  const wires = [tensor, context, dispatch];
  const forwardWiresS = wires.reduce((sum, wire) => sum + wire.forwardS, 0);
  const backwardWiresS = wires.reduce((sum, wire) => sum + wire.backwardS, 0);
  const forwardPartsS = forward + bytes.forwardS + att.forwardS + forwardWiresS;
  const recomputeS = recomputed(run, c, { all: forwardPartsS, half: forward / 2 + bytes.forwardS });
  const factor = softwareFactor(run, c);
  const floor = software.hasGraphs ? 0 : model.experts ? c.expertFloorS : c.denseFloorS;
  const hostS = expertHostS(run, c) / 3;
  const backwardPartsS = backward + bytes.backwardS + att.backwardS + backwardWiresS + recomputeS;
  return {
    parts: {
      productsS: forward + backward,
      bytesS: bytes.forwardS + bytes.backwardS,
      attentionS: att.forwardS + att.backwardS,
      tensorS: tensor.forwardS + tensor.backwardS,
      contextS: context.forwardS + context.backwardS,
      expertsS: dispatch.forwardS + dispatch.backwardS,
      recomputeS,
    },
    forwardS: Math.max(factor * forwardPartsS, floor) + hostS,
    backwardS: Math.max(factor * backwardPartsS, 2 * floor) + 2 * hostS,
  };
}

/** Of experts that add biases and clamp, beyond their products. */
function biasedShare({ model }: DenseRun, c: DenseConstants): number {
  return model.experts?.hasBias === true ? c.biasedExpertShare : 0;
}

/** What a host adds to every expert layer that it launches piece by piece. */
function expertHostS({ model, software, part }: DenseRun, c: DenseConstants): number {
  if (model.experts === undefined || software.hasFusedExperts || software.hasGraphs) return 0;
  return c.expertHostS + (part.hasArmHost === true ? c.armExpertHostS : 0);
}

/** G: what the software adds to every layer. */
export function softwareFactor({ software, part, model }: DenseRun, c: DenseConstants): number {
  const age = software.isEager ? c.eagerFactor : c.plainFactor;
  const early = software.isEarly && part.family === "blackwell" ? c.earlyFactor : 1;
  const experts = software.hasFusedExperts ? c.expertFactor : c.earlyExpertFactor;
  return age * early * (model.experts ? experts : 1);
}

/** Tokens of a micro-batch that one rank of a context-parallel group holds. */
export function rankTokens({ layout }: DenseRun): number {
  return (layout.microBatch * layout.seqTokens) / layout.contextRanks;
}

function layerProducts(run: DenseRun): Product[] {
  const { model, layout } = run;
  const tp = layout.tensorRanks;
  const tokens = rankTokens(run);
  const h = model.hiddenSize;
  const up = (model.isGated ? 2 : 1) * model.ffnChannels;
  // The first products split their results over the ranks, the last its inputs.
  const weights = attentionWeights(model);
  const around = weights.map(([out, into], i): Product =>
    i < weights.length - 1 ? [tokens, out / tp, into] : [tokens, out, into / tp],
  );
  const experts = model.experts;
  if (experts === undefined) {
    return [...around, [tokens, up / tp, h], [tokens, h, model.ffnChannels / tp]];
  }
  const local = experts.experts / layout.expertRanks;
  const each = (tokens * experts.expertsPerToken) / local;
  const routed = Array.from({ length: Math.max(1, Math.round(local)) }, (): Product[] => [
    [each, up / tp, h],
    [each, h, model.ffnChannels / tp],
  ]).flat();
  const shared = experts.sharedExperts;
  if (shared === 0) return [...around, ...routed];
  const width = shared * model.ffnChannels;
  return [...around, ...routed, [tokens, (shared * up) / tp, h], [tokens, h, width / tp]];
}

/** Norms, residuals, dropout, activation and rotary or transposes, in bytes moved. */
function elementwiseBytes(run: DenseRun): { forward: number; backward: number } {
  const { model, layout } = run;
  const tokens = rankTokens(run);
  const tp = layout.tensorRanks;
  const shards = layout.isSequenceParallel ? tp : 1;
  const h = model.hiddenSize / shards;
  const dropout = model.hasDropout ? 2 * h : 0;
  const copies = model.experts ? model.experts.expertsPerToken + model.experts.sharedExperts : 1;
  const ffn = (copies * model.ffnChannels) / tp;
  const turned = (4 * model.headSize * (model.heads + model.kvHeads)) / tp;
  const [forwardPasses, backwardPasses] = model.isGated ? [6, 10] : [4, 6];
  // Two norms and two residual additions; one of each where the blocks stand side by side.
  const around = model.isParallel === true ? 0.5 : 1;
  return {
    forward: tokens * (around * (8 * h + 12 * h) + dropout + forwardPasses * ffn + turned),
    backward: tokens * (around * (12 * h + 12 * h) + dropout + backwardPasses * ffn + turned),
  };
}

/** Passes over memory for each counted byte. */
export function bytePasses({ software }: DenseRun, c: DenseConstants): number {
  return c.bytePassesFactor * (software.isFused ? 1 : c.unfusedPassesFactor);
}

/** Inputs of a layer's products that are cast to fewer bits before them. */
function castElements(run: DenseRun): number {
  const { model, layout } = run;
  if (layout.precision !== "fp8" && layout.precision !== "fp4") return 0;
  const copies = model.experts?.expertsPerToken ?? 1;
  const split = model.heads * model.headSize + copies * model.ffnChannels;
  return rankTokens(run) * (2 * model.hiddenSize + split / layout.tensorRanks);
}

/**
 * Two all-reduces of a micro-batch's activations, each way, as far as they show. With
 * sequence parallelism the backward pass gathers its inputs once more.
 */
function tensorWire(run: DenseRun, c: DenseConstants): ForwardBackward {
  const { model, layout, part, software } = run;
  const tp = layout.tensorRanks;
  if (tp === 1) return { forwardS: 0, backwardS: 0 };
  const bytes = 2 * rankTokens(run) * model.hiddenSize;
  const reach = tp <= part.domainRanks ? part.ringBytesPerS : part.nicBytesPerS * c.nicShare;
  const wireS = (((tp - 1) / tp) * bytes) / reach / (run.fabric?.tensorShare ?? 1);
  const halfS = c.ringStartS + (tp - 1) * c.ringStepS + wireS;
  const shown = software.overlapsTensor ? c.tensorVisibleShare : 1;
  // Blocks side by side are reduced together.
  const blocks = model.isParallel === true ? 1 : 2;
  const backwardHalves = layout.isSequenceParallel && !software.overlapsTensor ? 2.5 : 2;
  const sideS = shown * blocks * halfS;
  return { forwardS: 2 * sideS, backwardS: backwardHalves * sideS };
}

/** Per operation, half of the products and all bytes are run again; fused attention never. */
function recomputed(
  { layout, software }: DenseRun,
  c: DenseConstants,
  forward: { readonly all: number; readonly half: number },
): number {
  const share = software.hasFlashAttention ? c.recomputeShare : c.wholeRecomputeShare;
  if (layout.recompute === "full") return share * forward.all;
  if (layout.recompute === "per-op") return c.recomputeShare * forward.half;
  return 0;
}
