/** Goodput and days to finish: published points, laws, and a Monte-Carlo twin. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { seeded } from "../../src/base/random.ts";
import type { Random } from "../../src/base/random.ts";
import { interruptionRates, mttiS, poissonQuantile, spareNodes } from "../../src/cost/failures.ts";
import { finish } from "../../src/cost/finish.ts";
import type { Interrupted } from "../../src/cost/goodput.ts";
import { bestIntervalS, checkpointWriteS, goodput, intervalBand } from "../../src/cost/goodput.ts";
import { mixtureQuantile, normalDeviations, normalShare } from "../../src/cost/normal.ts";

const HOUR = 3600;
const close = (actual: number, expected: number, tolerance: number): void => {
  ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);
};

/** Failures at random hit work, writes and restarts alike; progress since the last write goes. */
function playedS(job: Interrupted, intervalS: number, workS: number, random: Random): number {
  let [nowS, doneS] = [0, 0];
  const nextFailure = (): number => -job.mttiS * Math.log(1 - random());
  let failureS = nextFailure();
  const survives = (spanS: number): boolean => {
    if (failureS > spanS) {
      failureS -= spanS;
      nowS += spanS;
      return true;
    }
    nowS += failureS;
    failureS = nextFailure();
    return false;
  };
  let isRestarting = false;
  while (doneS < workS) {
    if (isRestarting && !survives(job.restartS)) continue;
    isRestarting = false;
    const spanS = Math.min(intervalS, workS - doneS);
    if (survives(spanS + job.writeS)) doneS += spanS;
    else isRestarting = true;
  }
  return nowS;
}

test("best intervals and goodputs are those of the worked cases", () => {
  const llama = { mttiS: 3.09 * HOUR, writeS: 10, restartS: 600 };
  close(bestIntervalS(llama) / 60, 7.75, 0.01);
  close(goodput(llama, bestIntervalS(llama)), 0.9079, 1e-4);
  close(bestIntervalS({ mttiS: 48.83 * HOUR, writeS: 60 }) / 60, 75.88, 0.7);
  const heavy = { mttiS: HOUR, writeS: 300, restartS: 900 };
  close(bestIntervalS(heavy) / 60, 21.28, 0.01);
  close(goodput(heavy, bestIntervalS(heavy)), 0.5026, 1e-4);
});

test("no interval is better than the best, and a restart does not move it", () => {
  for (const [mtti, writeS, restartS] of [
    [1, 300, 900],
    [10, 5, 300],
    [48, 60, 3600],
  ] as const) {
    const job = { mttiS: mtti * HOUR, writeS, restartS };
    const best = bestIntervalS(job);
    for (const factor of [0.5, 0.9, 1.1, 2]) {
      ok(goodput(job, best * factor) < goodput(job, best));
    }
  }
});

test("a band of intervals loses at most a point, and holds the best", () => {
  const job = { mttiS: 3.09 * HOUR, writeS: 10, restartS: 600 };
  const band = intervalBand(job);
  ok(band.shortestS < band.bestS && band.bestS < band.longestS);
  close(goodput(job, band.shortestS), band.goodput - 0.01, 1e-9);
  close(goodput(job, band.longestS), band.goodput - 0.01, 1e-9);
});

test("the closed form of goodput is what playing failures gives", () => {
  const random = seeded(7);
  for (const job of [
    { mttiS: 3 * HOUR, writeS: 30, restartS: 600 },
    { mttiS: HOUR, writeS: 300, restartS: 900 },
  ]) {
    const intervalS = bestIntervalS(job);
    const workS = 4000 * intervalS;
    const played = workS / playedS(job, intervalS, workS, random);
    // About 2,000 failures and more: a standard error of some tenths of a point.
    close(played, goodput(job, intervalS), 0.01);
  }
});

test("percentiles of finishing are those of playing failures, rate known or uncertain", () => {
  const job = { mttiS: 6 * HOUR, writeS: 60, restartS: 1200, workS: 20 * 86_400 };
  for (const rateErrorShare of [0, 0.4]) {
    const closed = finish({ ...job, stepErrorShare: 0, rateErrorShare });
    const random = seeded(11);
    const played = Array.from({ length: 600 }, () => {
      const rate = Math.exp(rateErrorShare * normalDeviations(0.5 / 4294967296 + random()));
      const met = { ...job, mttiS: job.mttiS / rate };
      return playedS(met, closed.intervalS, job.workS, random);
    }).sort((a, b) => a - b);
    // Of 600 runs the error of a percentile is some thousandths of the time.
    close(at(played, 300) / closed.p50S, 1, 0.01);
    close(at(played, 540) / closed.p90S, 1, 0.012);
    close(at(played, 594) / closed.p99S, 1, 0.03);
  }
});

test("an uncertain rate widens the range, and failures only delay", () => {
  const job = { mttiS: 3.09 * HOUR, writeS: 10, restartS: 600, workS: 50 * 86_400 };
  const known = finish({ ...job, stepErrorShare: 0, rateErrorShare: 0 });
  const unknown = finish({ ...job, stepErrorShare: 0 });
  const unsure = finish({ ...job, stepErrorShare: 0.06 });
  ok(known.p90S < unknown.p90S && unknown.p90S < unsure.p90S);
  ok(known.p10S > unknown.p10S && known.p10S > job.workS);
  // W/G = 50 d / 0.9079.
  close(known.p50S / 86_400, 55.07, 0.05);
});

test("rates by class add up to the published mean time: 3.09 h at 16,384", () => {
  const park = { acceleratorCount: 16_384, cablesPerAccelerator: 2, preset: "typical" } as const;
  close(mttiS(park) / HOUR, (54 * 24) / 419, 1e-9);
  const sum = interruptionRates(park).reduce(
    (total, { interruptsPerS }) => total + interruptsPerS,
    0,
  );
  close(sum * mttiS(park), 1, 1e-12);
  // Half the cables: half of 35 of 419.
  const fewer = { ...park, cablesPerAccelerator: 1 };
  close(mttiS(fewer) / mttiS(park), 419 / 401.5, 1e-9);
});

test("spares are those of a Poisson count: 2, 4 and 8 for 128 nodes", () => {
  for (const [days, spares] of [
    [1, 2],
    [3, 4],
    [10, 8],
  ] as const) {
    const asked = { nodeCount: 128, acceleratorsPerNode: 8, preset: "typical" } as const;
    equal(spareNodes({ ...asked, repairS: days * 86_400 }), spares);
  }
  equal(poissonQuantile(0, 0.99), 0);
  // Large means: mean + 2.33 deviations, where e^−mean is nothing.
  close(poissonQuantile(1e4, 0.99), 1e4 + 233, 3);
});

test("a checkpoint is written through the slower of storage and host link", () => {
  const asked = { stateBytes: 1e12, acceleratorCount: 1000, hostLinkBytesPerS: 1e9 };
  equal(checkpointWriteS({ ...asked, storageBytesPerS: 1e11 }), 10);
  equal(checkpointWriteS({ ...asked, storageBytesPerS: 1e13 }), 1);
});

test("shares and deviations of the normal distribution undo each other", () => {
  for (const share of [1e-4, 0.01, 0.1, 0.5, 0.9, 0.999]) {
    close(normalShare(normalDeviations(share)), share, 2e-7);
  }
  close(normalDeviations(0.9), 1.281551566, 1e-8);
  close(mixtureQuantile([{ mean: 5, deviation: 2 }], 0.9), 5 + 2 * 1.281551566, 1e-5);
});
