/** How many parameters layers and embeddings hold. */
import type { DenseModel } from "./types.ts";

/** Parameters of the part of the model that a stage of so many layers holds. */
export function parameterCount(
  model: DenseModel,
  { layers, expertRanks = 1 }: { readonly layers: number; readonly expertRanks?: number },
): number {
  const share = layers / model.layers;
  return layers * layerParameterCount(model, expertRanks) + share * embeddingCount(model);
}

/** Rows and columns of the weights around attention: in and out of its heads. */
export function attentionWeights(model: DenseModel): (readonly [out: number, into: number])[] {
  const h = model.hiddenSize;
  const q = model.heads * model.headSize;
  const kv = model.kvHeads * model.headSize;
  if (model.latent === undefined) {
    return [
      [q + 2 * kv, h],
      [h, q],
    ];
  }
  // Per head 128 channels of content and of values, and 64 that carry the position.
  const { queryChannels, keyValueChannels } = model.latent;
  const queries = model.heads * 192;
  const narrow = queryChannels + keyValueChannels + 64;
  return [
    [queryChannels === 0 ? narrow + queries : narrow, h],
    ...(queryChannels === 0 ? [] : [[queries, queryChannels] as const]),
    [model.heads * 256, keyValueChannels],
    [h, model.heads * 128],
  ];
}

/** Counts already made: a search asks for those of one model many thousand times. */
const counted = new WeakMap<DenseModel, Map<number, number>>();

export function layerParameterCount(model: DenseModel, expertRanks = 1): number {
  const known = counted.get(model) ?? new Map<number, number>();
  counted.set(model, known);
  const found = known.get(expertRanks);
  if (found !== undefined) return found;
  const made = layerCountOf(model, expertRanks);
  known.set(expertRanks, made);
  return made;
}

function layerCountOf(model: DenseModel, expertRanks: number): number {
  const h = model.hiddenSize;
  const feed = (model.isGated ? 3 : 2) * h * model.ffnChannels;
  const weights = attentionWeights(model);
  const around = weights.reduce((sum, [out, into]) => sum + out * into, 4 * h);
  const experts = model.experts;
  if (experts === undefined) return around + feed;
  const held = experts.experts / expertRanks + experts.sharedExperts;
  return around + held * feed + h * experts.experts;
}

/** GPT ties its two; gated models with large vocabularies mostly hold two. */
export function embeddingCount(model: DenseModel): number {
  const tables = model.vocabularyTables ?? (model.isGated ? 2 : 1);
  return tables * model.vocabularyTokens * model.hiddenSize;
}

/** Parameters that one token meets: of the experts, only those it goes to. */
export function activeCount(model: DenseModel): number {
  const experts = model.experts;
  if (experts === undefined) return parameterCount(model, { layers: model.layers });
  const { experts: _, ...dense } = model;
  const copies = experts.expertsPerToken + experts.sharedExperts;
  return parameterCount({ ...dense, ffnChannels: model.ffnChannels * copies }, model);
}
