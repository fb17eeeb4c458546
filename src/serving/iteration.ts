/**
 * One step of a serving engine on one replica, and what follows at full load.
 *
 *   T = ((2 P M / (n F e_c))³ + (W / (BW e_m))³)^⅓ + D C kv / (BW e_m) + attention + L t_L + wire
 *
 * D sequences decode at mean context C, M = D and the prompt tokens of the step; W weight bytes,
 * kv bytes of keys and values a token. Constants fitted to published throughput.
 */

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
}

export interface Replica {
  readonly model: ServedModel;
  readonly ranks: number;
  readonly weightBytes: number;
  readonly kvBytes: number;
  readonly peakFlopPerS: number;
  readonly peak16FlopPerS: number;
  readonly matmulShare: number;
  readonly memoryBytes: number;
  readonly memoryBytesPerS: number;
  readonly linkBytesPerS: number;
}

const MEMORY_SHARE = 0.875;
const LAYER_S = 93e-6;
const BATCH_MAX = 2048;
const RESERVED_BYTES = 4e9;
const KV_SHARE = 0.9;

/** Bytes of keys and values of one token on one rank. */
export function kvBytesPerToken({ model, ranks, kvBytes }: Replica): number {
  const { layers, kvHeads, headSize, latentChannels } = model;
  if (latentChannels > 0) return layers * latentChannels * kvBytes;
  return (2 * layers * kvHeads * headSize * kvBytes) / Math.min(ranks, kvHeads);
}

/** Seconds of a step that decodes `sequences` at a mean context. */
export function decodeStepS(replica: Replica, sequences: number, contextTokens: number): number {
  const { model, ranks, weightBytes, memoryBytesPerS } = replica;
  const rate = memoryBytesPerS * MEMORY_SHARE;
  const head = 2 * model.vocabularyTokens * model.hiddenSize;
  const readS = (model.readParameters * weightBytes + head) / ranks / rate;
  const computeS = productsS(replica, sequences) + headS(replica, sequences);
  const linearS = Math.cbrt(readS ** 3 + computeS ** 3);
  const kvS = (sequences * contextTokens * kvBytesPerToken(replica)) / rate;
  return linearS + kvS + model.layers * LAYER_S + wireS(replica, sequences, true);
}

function productsS({ model, ranks, peakFlopPerS, matmulShare }: Replica, tokens: number): number {
  return (2 * model.activeParameters * tokens) / (ranks * peakFlopPerS * matmulShare);
}

function headS({ model, ranks, peak16FlopPerS }: Replica, tokens: number): number {
  const flop = 2 * model.vocabularyTokens * model.hiddenSize * tokens;
  return flop / (ranks * peak16FlopPerS * 0.55);
}

/** Two all-reduces a layer. */
function wireS({ model, ranks, linkBytesPerS }: Replica, tokens: number, starts: boolean): number {
  if (ranks === 1) return 0;
  const startS = starts ? 6.6e-6 + 2 * (ranks - 1) * 0.6e-6 : 0;
  const bytes = ((2 * (ranks - 1)) / ranks) * tokens * model.hiddenSize * 2;
  return 2 * model.layers * (startS + bytes / (0.8 * linkBytesPerS));
}

/** What one prompt adds to steps that run anyway. */
export function promptS(replica: Replica, tokens: number): number {
  const { model, ranks, peak16FlopPerS, kvBytes } = replica;
  const attention = 4 * model.layers * model.heads * model.headSize * (tokens ** 2 / 2);
  const attentionShare = kvBytes < 2 ? 0.9 : 0.6;
  const attentionS = attention / (ranks * peak16FlopPerS * attentionShare);
  return productsS(replica, tokens) + attentionS + wireS(replica, tokens, false);
}

/** Sequences whose keys and values fit at once, each from prompt to end. */
export function largestBatch(replica: Replica, footTokens: number): number {
  const { model, ranks, weightBytes, memoryBytes } = replica;
  const tables = 2 * 2 * model.vocabularyTokens * model.hiddenSize;
  const weights = (model.heldParameters * weightBytes + tables) / ranks;
  const free = 1.0737 * memoryBytes - weights - RESERVED_BYTES;
  const tokens = (KV_SHARE * Math.max(0, free)) / kvBytesPerToken(replica);
  return Math.max(1, Math.min(BATCH_MAX, tokens / footTokens));
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
