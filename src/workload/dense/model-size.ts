/**
 * All parameters of a model, exactly: products, their biases, norms, routers and tables.
 * What the step-time law counts (`parameters.ts`) leaves out what moves no step.
 */
import type { LargeModel } from "../../records/large-model.ts";
import { attentionWeights } from "./parameters.ts";

export function modelParameterCount(model: LargeModel): number {
  const { shape } = model;
  const experts = shape.experts;
  const dense = experts === undefined ? shape.layers : (experts.denseLayers ?? 0);
  const denseFfn = experts === undefined ? shape.ffnChannels : (experts.denseFfnChannels ?? 0);
  const around = shape.layers * (attentionCount(model) + normCount(model));
  const inDense = dense * feedCount(model, denseFfn);
  const inExperts = (shape.layers - dense) * expertsCount(model);
  return around + inDense + inExperts + tableCount(model);
}

/** Parameters that one token meets. */
export function activeParameterCount(model: LargeModel): number {
  const experts = model.shape.experts;
  if (experts === undefined) return modelParameterCount(model);
  const idle = experts.experts - experts.expertsPerToken;
  const layers = model.shape.layers - (experts.denseLayers ?? 0);
  return modelParameterCount(model) - layers * idle * feedCount(model, model.shape.ffnChannels);
}

function attentionCount({ shape, biases }: LargeModel): number {
  const products = attentionWeights(shape);
  const weights = products.reduce((sum, [out, into]) => sum + out * into, 0);
  if (biases === "none") return weights;
  const channels = products.map(([out]) => out);
  const first = channels.slice(0, biases === "queries" ? -1 : undefined);
  return weights + first.reduce((sum, out) => sum + out, 0);
}

function feedCount({ shape, biases }: LargeModel, channels: number): number {
  const h = shape.hiddenSize;
  const up = shape.isGated ? 2 : 1;
  const bias = biases === "all" ? up * channels + h : 0;
  return (up + 1) * h * channels + bias;
}

function expertsCount(model: LargeModel): number {
  const { shape, biases } = model;
  const experts = shape.experts;
  if (experts === undefined) return 0;
  const { experts: count, sharedExperts } = experts;
  const router = count * (shape.hiddenSize + (biases === "all" ? 1 : 0));
  return (count + sharedExperts) * feedCount(model, shape.ffnChannels) + router;
}

function normCount({ shape, normsPerLayer, hasNormBias }: LargeModel): number {
  const latent = shape.latent;
  const narrow = latent === undefined ? 0 : latent.queryChannels + latent.keyValueChannels;
  return normsPerLayer * shape.hiddenSize * (hasNormBias ? 2 : 1) + narrow;
}

function tableCount(model: LargeModel): number {
  const { shape, positionTokens, hasPooler, hasNormBias } = model;
  const h = shape.hiddenSize;
  const tables = (shape.vocabularyTables ?? 2) * shape.vocabularyTokens + positionTokens;
  return tables * h + h * (hasNormBias ? 2 : 1) + (hasPooler ? h * h + h : 0);
}
