/**
 * How much of a queue of collectives stays visible beside a pass of compute.
 *
 * Both passes ask the same question, once seen from the start and once from the end.
 *
 * Gathers behind a forward pass: all queued from time 0, one after another; the pass comes to
 * collective k after m_k seconds of its own compute and stalls until k is done. It has then
 * stalled for max over j ≤ k of (d_1 + … + d_j − m_j), so in all
 *
 *     exposed = max(0, max over k of (d_1 + … + d_k − m_k))
 *
 * Reductions behind a backward pass: collective b may start m_b seconds before the end of the
 * pass and not before the one ahead of it has ended. The end of the last is the latest of
 * "b starts when it is ready and all behind it follow at once": the same formula, counted
 * from the last collective backwards.
 */
import { assert, at } from "../base/assert.ts";

export interface Hiding {
  readonly totalS: number;
  readonly hiddenS: number;
  readonly exposedS: number;
}

/**
 * @param durationsS  d_k; for a backward pass the last collective comes first
 * @param marginsS    m_k, not decreasing
 */
export function hiding(durationsS: readonly number[], marginsS: readonly number[]): Hiding {
  assert(durationsS.length === marginsS.length, "each collective has a margin");
  let totalS = 0;
  let exposedS = 0;
  durationsS.forEach((durationS, k) => {
    const marginS = at(marginsS, k);
    assert(durationS >= 0, "no collective ends before it starts");
    assert(marginS >= (k === 0 ? 0 : at(marginsS, k - 1)), "margins do not decrease");
    totalS += durationS;
    exposedS = Math.max(exposedS, totalS - marginS);
  });
  return { totalS, hiddenS: totalS - exposedS, exposedS };
}
