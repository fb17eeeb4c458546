/**
 * A training step of a transformer, from its layers.
 *
 *   step = m · (layers · layer + logits) + (stages − 1)/chunks · stage + data + p2p + optimizer
 *
 * Where layers do not divide, the slowest stage sets the pace.
 */
import { CONSTANTS } from "./constants.ts";
import type { DenseConstants } from "./constants.ts";
import { dataExposureS, microBatches } from "./exposure.ts";
import { layerTime, rankTokens, softwareFactor } from "./layer.ts";
import type { LayerParts, LayerTime } from "./layer.ts";
import { logitsS } from "./logits.ts";
import { parameterCount } from "./parameters.ts";
import type { DenseRun } from "./types.ts";

/** Seconds of one step by cause; they sum to the step. */
export interface StepParts {
  readonly productsS: number;
  readonly bytesS: number;
  readonly attentionS: number;
  readonly tensorS: number;
  readonly contextS: number;
  readonly expertsS: number;
  readonly recomputeS: number;
  /** What the software's factor and the floor of launches add. */
  readonly softwareS: number;
  readonly logitsS: number;
  readonly bubbleS: number;
  readonly dataS: number;
  readonly pointToPointS: number;
  readonly optimizerS: number;
}

export interface StepTime {
  readonly stepS: number;
  readonly parts: StepParts;
  readonly softwareFactor: number;
}

/** What one micro-batch takes in a layer and in the logits; alike for many layouts. */
export interface OpTimes {
  readonly layer: LayerTime;
  readonly logitsS: number;
}

export const opTimes = (run: DenseRun, constants: DenseConstants): OpTimes => ({
  layer: layerTime(run, constants),
  logitsS: logitsS(run, constants),
});

export function stepTime(run: DenseRun, constants: DenseConstants = CONSTANTS): StepTime {
  return stepFrom(run, constants, opTimes(run, constants));
}

/** The step of a layout from its ops' times. */
export function stepFrom(
  run: DenseRun,
  constants: DenseConstants,
  { layer, logitsS: ends }: OpTimes,
): StepTime {
  const layerS = layer.forwardS + layer.backwardS;
  const { layers, extraS } = slowestStage(run, layerS, ends);
  const m = microBatches(run);
  const stage = {
    layers,
    forwardS: layers * layer.forwardS,
    backwardS: layers * layer.backwardS,
  };
  const times = m * layers;
  const inLayer = layer.parts;
  const parts: StepParts = {
    productsS: times * inLayer.productsS,
    bytesS: times * inLayer.bytesS,
    attentionS: times * inLayer.attentionS,
    tensorS: times * inLayer.tensorS,
    contextS: times * inLayer.contextS,
    expertsS: times * inLayer.expertsS,
    recomputeS: times * inLayer.recomputeS,
    softwareS: times * (layerS - sumOfLayer(inLayer)),
    logitsS: m * extraS,
    bubbleS: bubbleS(run, layers * layerS),
    dataS: dataExposureS(run, constants, stage),
    pointToPointS: pointToPointS(run, constants),
    optimizerS: optimizerS(run, constants, layers),
  };
  return { stepS: sumOf(parts), parts, softwareFactor: softwareFactor(run, constants) };
}

// Written out: a refit sums these a million times.
function sumOfLayer(p: LayerParts): number {
  const computed = p.productsS + p.bytesS + p.attentionS;
  return computed + p.tensorS + p.contextS + p.expertsS + p.recomputeS;
}

function sumOf(p: StepParts): number {
  const outside = p.logitsS + p.bubbleS + p.dataS + p.pointToPointS + p.optimizerS;
  return sumOfLayer(p) + p.softwareS + outside;
}

/**
 * 1F1B: (p − 1)/v stages. Zero bubble moves gradients of weights into the gap: a third is left
 * (Qi et al. 2023, arXiv 2401.10241, ZB-H1).
 */
function bubbleS({ layout }: DenseRun, stageS: number): number {
  const { stages, chunks, schedule } = layout;
  const left = schedule === "zero-bubble" ? 1 / 3 : 1;
  return ((stages - 1) * stageS * left) / chunks;
}

/** Layers of the stage that sets the pace, and what it computes besides. */
function slowestStage(
  { model, layout }: DenseRun,
  layerS: number,
  logitsS: number,
): { layers: number; extraS: number } {
  const { stages, chunks } = layout;
  const each = model.layers / stages;
  if (stages === 1 || model.layers % (stages * chunks) === 0 || model.layers % stages === 0) {
    return { layers: each, extraS: logitsS };
  }
  let best = { layers: each, extraS: Number.POSITIVE_INFINITY };
  for (let last = 0; last <= Math.ceil(each); last += 1) {
    const others = (model.layers - last) / (stages - 1);
    const paceS = Math.max(others * layerS, last * layerS + logitsS);
    if (paceS < best.layers * layerS + best.extraS) {
      best = { layers: others, extraS: Math.max(0, paceS - others * layerS) };
    }
  }
  return best;
}

/** Activations passed on between stages; the pipeline fills and drains once. */
function pointToPointS(run: DenseRun, c: DenseConstants): number {
  const { model, layout, part } = run;
  if (layout.stages === 1) return 0;
  const bytes = (2 * rankTokens(run) * model.hiddenSize) / layout.tensorRanks;
  const inside = layout.tensorRanks * layout.contextRanks * layout.stages <= part.domainRanks;
  const rate = inside ? part.ringBytesPerS : part.nicBytesPerS * c.nicShare;
  return (2 * (layout.stages - 1) * bytes) / rate;
}

/** Adam reads and writes 30 bytes a parameter of its shard. */
function optimizerS(run: DenseRun, c: DenseConstants, layers: number): number {
  const { model, layout, part } = run;
  if (layout.isLora) return 0;
  const held = parameterCount(model, { layers, expertRanks: layout.expertRanks });
  const mine = held / layout.tensorRanks / Math.max(1, layout.shardRanks);
  return (c.optimizerPassesFactor * 30 * mine) / part.memoryBytesPerS;
}
