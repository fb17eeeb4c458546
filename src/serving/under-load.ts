/**
 * Mean times under load in closed form: a batch with gates, whose steps are the service. With λ
 * arrivals a second, td(x) a step that decodes x sequences, and p what a prompt adds to one of B,
 *
 *     TPOT = td(B + 1) / (1 − λp),  B = λ · OSL · TPOT       (a fixed point, damped by half)
 *     V = λ · TPOT · E[p²] / (1 − (λp)²),  I = TPOT + V / TPOT
 *     TTFT = (1 − e^−B) · I · (½ + λp) + td(B) · ⌈ISL / (budget − B)⌉ + p
 *
 * where p hides in part behind the weights that the step reads anyway, and E[p²] is of the prompt's
 * full cost, a·S + b·S² with log-normal lengths. For search; the loop decides.
 */
import type { Replica } from "./iteration.ts";
import { engineStepS, promptS } from "./iteration.ts";
import type { Traffic } from "./requests.ts";

export interface LoadedTimes {
  readonly ttftS: number;
  readonly tpotS: number;
  /** Sequences that decode at once, on average. */
  readonly batch: number;
}

export interface LoadBounds {
  readonly budgetTokens: number;
  /** Sequences whose keys and values fit. */
  readonly sequenceMaxCount: number;
}

const ROUNDS = 200;
const SETTLED = 1e-10;

/** Undefined where the replica cannot keep up, or more sequences would decode than fit. */
export function loadedTimes(
  replica: Replica,
  traffic: Traffic,
  { budgetTokens, sequenceMaxCount }: LoadBounds,
): LoadedTimes | undefined {
  const { requestsPerS, outputTokens: osl, variation, cachedShare } = traffic;
  const spread = 1 + variation ** 2;
  const context = traffic.promptTokens + (osl * spread) / 2;
  const computed = traffic.promptTokens * (1 - cachedShare);
  const pairs = (traffic.promptTokens ** 2 * (1 - cachedShare ** 2) * spread) / 2;
  const step = (sequences: number, promptTokens = 0, promptPairs = 0, endedPrompts = 0) =>
    engineStepS(replica, {
      ...{ decodeCount: sequences, tokensPerDecode: 1, contextTokens: sequences * context },
      ...{ promptTokens, promptPairs, endedPrompts },
    });
  const added = (sequences: number) => step(sequences, computed, pairs, 1) - step(sequences);
  let batch = 0;
  let prompt = added(0);
  let tpotS = step(1);
  for (let round = 0; round < ROUNDS; round++) {
    const next = (batch + requestsPerS * osl * tpotS) / 2;
    if (next > sequenceMaxCount || next >= budgetTokens) return undefined;
    const isSettled = Math.abs(next - batch) <= SETTLED * Math.max(1, next);
    batch = next;
    prompt = added(batch);
    if (requestsPerS * prompt >= 1) return undefined;
    tpotS = step(batch + 1) / (1 - requestsPerS * prompt);
    if (isSettled) break;
  }
  const busy = requestsPerS * prompt;
  const square = secondMoment(replica, computed, pairs / spread, spread);
  const interval = tpotS + (requestsPerS * square) / (1 - busy ** 2);
  const wait = (1 - Math.exp(-batch)) * interval * (0.5 + busy);
  const pieces = Math.ceil(computed / (budgetTokens - batch));
  return { ttftS: wait + step(batch) * pieces + prompt, tpotS, batch };
}

/** E[(aS + bS²)²] = a²E[S²] + 2abE[S³] + b²E[S⁴], where E[S^k] = mean^k · spread^(k(k−1)/2). */
function secondMoment(replica: Replica, tokens: number, pairs: number, spread: number): number {
  const linearS = promptS(replica, tokens, 0);
  const squareS = promptS(replica, tokens, pairs) - linearS;
  return linearS ** 2 * spread + 2 * linearS * squareS * spread ** 3 + squareS ** 2 * spread ** 6;
}
