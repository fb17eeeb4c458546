/**
 * Prefill and decode on replicas of their own, in closed form. A prefill replica is a queue with
 * one server (Pollaczek–Khinchine); a decoding one is disturbed by no prompt:
 *
 *     TTFT = λ E[p²] / (2 (1 − λ p)) + p + exposed transfer,   TPOT = td(B),  B = λ · OSL · td(B)
 *
 * Keys and values cross the fabric layer by layer behind the prompt, so that about 2 of L layers
 * show. Means only.
 */
import type { Replica } from "./iteration.ts";
import { capacityTokens, decodeStepS, engineStepS, kvBytesPerToken } from "./iteration.ts";
import type { Traffic } from "./requests.ts";

export interface PoolLimits {
  readonly ttftS: number;
  readonly tpotS: number;
}

export interface Pools {
  /** Requests a second that one replica of each pool serves within the limits. */
  readonly prefillPerS: number;
  readonly decodePerS: number;
  readonly promptS: number;
  readonly transferS: number;
  readonly exposedTransferS: number;
}

/** Share of a network card that a transfer reaches. */
const NIC_SHARE = 0.9;
/** Of the memory for keys and values, what decoding may fill. */
const KV_SHARE = 0.9;
const HALVINGS = 60;

export function pools(
  prefill: Replica,
  decode: Replica,
  traffic: Traffic,
  limits: PoolLimits & { readonly nicBytesPerS: number },
): Pools {
  const { promptTokens, outputTokens, variation, cachedShare } = traffic;
  const spread = 1 + variation ** 2;
  const computed = promptTokens * (1 - cachedShare);
  const promptS = engineStepS(prefill, {
    ...{ decodeCount: 0, tokensPerDecode: 1, contextTokens: 0, promptTokens: computed },
    ...{ promptPairs: (promptTokens ** 2 * (1 - cachedShare ** 2)) / 2, endedPrompts: 1 },
  });
  const bytes = promptTokens * kvBytesPerToken(prefill);
  const transferS = bytes / (NIC_SHARE * limits.nicBytesPerS);
  const exposedTransferS = Math.min(1, 2 / prefill.model.layers) * transferS;
  const left = limits.ttftS - promptS - exposedTransferS;
  // λ p² (1 + v²) / (2 (1 − λ p)) = left, solved for λ.
  const square = promptS ** 2 * spread;
  const prefillPerS = left <= 0 ? 0 : (2 * left) / (square + 2 * left * promptS);
  const context = promptTokens + (outputTokens * spread) / 2;
  const most = (KV_SHARE * capacityTokens(decode)) / (promptTokens + outputTokens * spread);
  const batch = largestWithin(decode, context, most, limits.tpotS);
  const decodePerS = batch === 0 ? 0 : batch / (outputTokens * decodeStepS(decode, batch, context));
  return { prefillPerS, decodePerS, promptS, transferS, exposedTransferS };
}

/** The most sequences whose step stays within the limit; 0 where one alone does not. */
function largestWithin(replica: Replica, context: number, most: number, limitS: number): number {
  if (most < 1 || decodeStepS(replica, 1, context) > limitS) return 0;
  if (decodeStepS(replica, most, context) <= limitS) return most;
  let [fits, exceeds] = [1, most];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (fits + exceeds) / 2;
    if (decodeStepS(replica, middle, context) <= limitS) fits = middle;
    else exceeds = middle;
  }
  return fits;
}
