/**
 * Requests as an engine meets them: when they come, how long they are, how much of their prompt is
 * in the prefix cache. Drawn by chance with a seed: arrivals without memory (Poisson), lengths
 * log-normal with a given coefficient of variation v, so that E[S^k] = mean^k (1+v²)^(k(k−1)/2),
 * and cut three deviations out.
 */
import type { Random } from "../base/random.ts";
import { normal, seeded } from "../base/random.ts";

/** Columns of one entry a request, in the order of arrival. */
export interface Requests {
  readonly arrivalsS: Float64Array;
  readonly promptTokens: Float64Array;
  readonly outputTokens: Int32Array;
  /** Tokens of the prompt whose keys and values are kept already. */
  readonly cachedTokens: Float64Array;
}

export interface Traffic {
  readonly requestsPerS: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Coefficient of variation of both lengths. */
  readonly variation: number;
  /** Share of every prompt that the prefix cache holds. */
  readonly cachedShare: number;
}

export function drawRequests(traffic: Traffic, count: number, seed: number): Requests {
  const random = seeded(seed);
  const { requestsPerS, promptTokens, outputTokens, variation, cachedShare } = traffic;
  const requests = emptyRequests(count);
  let timeS = 0;
  for (let i = 0; i < count; i++) {
    timeS -= Math.log(1 - random()) / requestsPerS;
    requests.arrivalsS[i] = timeS;
    const prompt = length(promptTokens, variation, random);
    requests.promptTokens[i] = prompt;
    requests.outputTokens[i] = length(outputTokens, variation, random);
    // One token at least is always computed: the first output comes of it.
    requests.cachedTokens[i] = Math.min(prompt - 1, Math.floor(prompt * cachedShare));
  }
  return requests;
}

export function emptyRequests(count: number): Requests {
  return {
    arrivalsS: new Float64Array(count),
    promptTokens: new Float64Array(count),
    outputTokens: new Int32Array(count),
    cachedTokens: new Float64Array(count),
  };
}

/** Deviations beyond which no length is drawn. */
const CUT = 3;

/** Whole tokens, at least one. */
function length(mean: number, variation: number, random: Random): number {
  if (variation === 0) return Math.max(1, Math.round(mean));
  const variance = Math.log(1 + variation ** 2);
  const deviations = Math.max(-CUT, Math.min(CUT, normal(random)));
  return Math.max(1, Math.round(mean * Math.exp(Math.sqrt(variance) * deviations - variance / 2)));
}

/** The longest prompt with the longest answer that can be drawn, in tokens. */
export function longestTokens(traffic: Omit<Traffic, "requestsPerS">): number {
  const { promptTokens, outputTokens, variation } = traffic;
  const variance = Math.log(1 + variation ** 2);
  const factor = Math.exp(CUT * Math.sqrt(variance) - variance / 2);
  return [promptTokens, outputTokens].reduce((sum, mean) => sum + Math.ceil(mean * factor), 0);
}
