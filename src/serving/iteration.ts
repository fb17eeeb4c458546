/**
 * One step of a serving engine on one replica, and what follows at full load.
 *
 *   T = ((2 P M / (n F e_c))³ + (W / (BW e_m))³)^⅓ + D C kv / (BW e_k) + attention + L t_L + wire
 *   t_L = lone + (many − lone) · M / (M + 8)
 *
 * D sequences decode at mean context C, M = D and the prompt tokens of the step; W weight bytes,
 * kv bytes of keys and values a token. Constants fitted to published runs: engine-law.ts. Of E
 * experts a step of M tokens reads E·(1 − (1 − k/E)^M), if routing is even.
 */
import type { EngineRates } from "./engine-law.ts";

export interface ServedModel {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly headSize: number;
  readonly kvHeads: number;
  /** Parameters that are read in a step, and those one token is multiplied by. */
  readonly readParameters: number;
  readonly activeParameters: number;
  readonly heldParameters: number;
  readonly vocabularyTokens: number;
  /** Channels of latent keys and values; 0: by head. */
  readonly latentChannels: number;
  /** Of the parameters read, those of routed experts; without it all are read in each step. */
  readonly routed?: RoutedExperts;
}

export interface RoutedExperts {
  readonly expertCount: number;
  readonly expertsPerToken: number;
  readonly parameterCount: number;
}

/** What one step of the engine does. */
export interface EngineStep {
  readonly decodeCount: number;
  /** Tokens that each of them is run for: 1, or a draft's and one more. */
  readonly tokensPerDecode: number;
  /** Tokens of context, of all of them together. */
  readonly contextTokens: number;
  readonly promptTokens: number;
  /** Σ length · (what came before + length / 2) of the pieces of prompts. */
  readonly promptPairs: number;
  /** Prompts that end in this step and so give their first token. */
  readonly endedPrompts: number;
}

export interface Replica {
  readonly model: ServedModel;
  readonly ranks: number;
  readonly weightBytes: number;
  readonly kvBytes: number;
  readonly peakFlopPerS: number;
  readonly peak16FlopPerS: number;
  readonly rates: EngineRates;
  /** Processors of a rank that keep keys and values of their own. */
  readonly coreCount: number;
  readonly memoryBytes: number;
  readonly memoryBytesPerS: number;
  readonly linkBytesPerS: number;
  /** Experts over many ranks, each of which attends for its own sequences. */
  readonly exchange?: ExpertExchange;
}

/** Dispatch and combine of a layer: a start, and the bytes of a token's copies. */
export interface ExpertExchange {
  readonly rankCount: number;
  readonly startS: number;
  readonly tokenBytes: number;
  readonly bytesPerS: number;
}

/** Tokens of a step at which half of what a graph saves is gone. */
const CAPTURED_TOKENS = 8;
export const BATCH_MAX = 2048;
const RESERVED_BYTES = 4e9;
const KV_SHARE = 0.9;

/** Bytes of keys and values of one token on one rank. */
export function kvBytesPerToken({ model, ranks, coreCount, kvBytes }: Replica): number {
  const { layers, kvHeads, headSize, latentChannels } = model;
  if (latentChannels > 0) return layers * latentChannels * kvBytes;
  const all = 2 * layers * kvHeads * headSize * kvBytes;
  return (coreCount * all) / Math.min(coreCount * ranks, kvHeads);
}

/** Seconds of a step that decodes `sequences` at a mean context. */
export function decodeStepS(replica: Replica, sequences: number, contextTokens: number): number {
  return engineStepS(replica, {
    ...{ decodeCount: sequences, tokensPerDecode: 1, contextTokens: sequences * contextTokens },
    ...{ promptTokens: 0, promptPairs: 0, endedPrompts: 0 },
  });
}

/** Seconds of a step that decodes and works on prompts at once. */
export function engineStepS(replica: Replica, step: EngineStep): number {
  const { model, ranks, weightBytes, memoryBytesPerS, rates } = replica;
  const { decodeCount, promptTokens, contextTokens } = step;
  const rate = memoryBytesPerS * rates.memoryShare;
  const head = 2 * model.vocabularyTokens * model.hiddenSize;
  const drafted = decodeCount * step.tokensPerDecode;
  const tokens = drafted + promptTokens;
  // Experts of a rank meet the tokens of all ranks.
  const met = tokens * (replica.exchange?.rankCount ?? 1);
  const readS = (readParameters(model, met) * weightBytes + head) / ranks / rate;
  const computeS = productsS(replica, tokens) + headS(replica, drafted + step.endedPrompts);
  const linearS = Math.cbrt(readS ** 3 + computeS ** 3);
  const kvS = (contextTokens * kvBytesPerToken(replica)) / (memoryBytesPerS * rates.keyValueShare);
  const promptedS = attentionS(replica, step.promptPairs);
  const layersS = model.layers * layerS(rates, tokens);
  return linearS + kvS + promptedS + layersS + wireS(replica, tokens, true);
}

function layerS({ layerS: many, loneLayerS: lone }: EngineRates, tokens: number): number {
  return lone + ((many - lone) * tokens) / (tokens + CAPTURED_TOKENS);
}

function readParameters(model: ServedModel, tokens: number): number {
  const { routed, readParameters: all } = model;
  if (routed === undefined) return all;
  const idleShare = (1 - routed.expertsPerToken / routed.expertCount) ** Math.max(1, tokens);
  return all - routed.parameterCount * idleShare;
}

/** Prompt attention over so many pairs of tokens. */
function attentionS({ model, ranks, peak16FlopPerS, rates }: Replica, pairs: number): number {
  const { attentionShare } = rates;
  const flop = 4 * model.layers * model.heads * model.headSize * pairs;
  return flop / (ranks * peak16FlopPerS * attentionShare);
}

function productsS({ model, ranks, peakFlopPerS, rates }: Replica, tokens: number): number {
  return (2 * model.activeParameters * tokens) / (ranks * peakFlopPerS * rates.productShare);
}

function headS({ model, ranks, peak16FlopPerS, rates }: Replica, tokens: number): number {
  const flop = 2 * model.vocabularyTokens * model.hiddenSize * tokens;
  return flop / (ranks * peak16FlopPerS * rates.head16Share);
}

/** Two all-reduces a layer, or dispatch and combine. */
function wireS(replica: Replica, tokens: number, starts: boolean): number {
  const { model, ranks, linkBytesPerS, exchange } = replica;
  if (exchange !== undefined) {
    const wire = (tokens * exchange.tokenBytes) / exchange.bytesPerS;
    return model.layers * ((starts ? exchange.startS : 0) + wire);
  }
  if (ranks === 1) return 0;
  const startS = starts ? 6.6e-6 + 2 * (ranks - 1) * 0.6e-6 : 0;
  const bytes = ((2 * (ranks - 1)) / ranks) * tokens * model.hiddenSize * 2;
  return 2 * model.layers * (startS + bytes / (0.8 * linkBytesPerS));
}

/** What one prompt adds to steps that run anyway; `pairs` is tokens² / 2 unless it is a mean. */
export function promptS(replica: Replica, tokens: number, pairs = tokens ** 2 / 2): number {
  return productsS(replica, tokens) + attentionS(replica, pairs) + wireS(replica, tokens, false);
}

/** Tokens whose keys and values fit beside weights and the engine's own memory. */
export function capacityTokens(replica: Replica): number {
  const { model, ranks, weightBytes, memoryBytes } = replica;
  const tables = 2 * 2 * model.vocabularyTokens * model.hiddenSize;
  const weights = (model.heldParameters * weightBytes + tables) / ranks;
  const free = 1.0737 * memoryBytes - weights - RESERVED_BYTES;
  return (KV_SHARE * Math.max(0, free)) / kvBytesPerToken(replica);
}

/** Sequences whose keys and values fit at once, each from prompt to end. */
export function largestBatch(replica: Replica, footTokens: number, most = BATCH_MAX): number {
  return Math.max(1, Math.min(most, capacityTokens(replica) / footTokens));
}

/** Output tokens per second of continuous batching that never runs out of requests. */
export function fullLoadTokensPerS(
  replica: Replica,
  { promptTokens, outputTokens, sequences }: Load,
): number {
  const cycleS =
    decodeStepS(replica, sequences, promptTokens + outputTokens / 2) +
    (sequences / outputTokens) * promptS(replica, promptTokens);
  return sequences / cycleS;
}

export interface Load {
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly sequences: number;
}
