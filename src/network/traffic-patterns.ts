/**
 * Traffic by rule: incast (N ranks to one), a random permutation without fixed points, all
 * pairs at once, and pairs drawn uniformly. All messages start together and wait for nobody.
 */
import { assert } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { seeded } from "../base/random.ts";
import type { Pattern, Traffic } from "../records/traffic.ts";

/** All pairs of more ranks are more messages than a list should hold. */
const PAIRS_RANKS_MOST = 1024;

/** Each message carries `sizeBytes`; uniform: as many messages as ranks. */
export function patternTraffic(pattern: Pattern, rankCount: number, sizeBytes: number): Traffic {
  const pairs = pairsOf(pattern, rankCount);
  const count = pairs.length / 2;
  return {
    ids: Array.from({ length: count }, (_, m) => `${pattern.kind}-${m}`),
    source: Int32Array.from({ length: count }, (_, m) => pairs[2 * m]!),
    target: Int32Array.from({ length: count }, (_, m) => pairs[2 * m + 1]!),
    sizeBytes: new Float64Array(count).fill(sizeBytes),
    startS: new Float64Array(count),
    afterStart: new Int32Array(count + 1),
    after: new Int32Array(0),
  };
}

/** Source, target, source, target … */
function pairsOf(pattern: Pattern, rankCount: number): number[] {
  if (rankCount < 2) throw tooSmall(pattern.kind, rankCount, 2);
  switch (pattern.kind) {
    case "incast": {
      const { senderCount } = pattern;
      if (senderCount >= rankCount) throw tooSmall("incast", rankCount, senderCount + 1);
      return Array.from({ length: senderCount }, (_, i) => [i + 1, 0]).flat();
    }
    case "permutation": {
      const order = ring(rankCount, pattern.seed);
      const next = (i: number): number => order[(i + 1) % rankCount]!;
      return order.flatMap((rank, i) => [rank, next(i)]);
    }
    case "all-to-all":
      if (rankCount > PAIRS_RANKS_MOST) throw tooMany(rankCount);
      return Array.from({ length: rankCount * rankCount }, (_, i) => [
        Math.floor(i / rankCount),
        i % rankCount,
      ])
        .filter(([source, target]) => source !== target)
        .flat();
    case "uniform": {
      const random = seeded(pattern.seed);
      return Array.from({ length: rankCount }, () => {
        const source = Math.floor(random() * rankCount);
        const step = 1 + Math.floor(random() * (rankCount - 1));
        return [source, (source + step) % rankCount];
      }).flat();
    }
  }
}

/** One random circle through all ranks: each sends to the next, nobody to itself. */
function ring(rankCount: number, seed: number): number[] {
  assert(rankCount > 1, "a circle has two ranks");
  const order = Array.from({ length: rankCount }, (_, rank) => rank);
  const random = seeded(seed);
  for (let i = rankCount - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function tooSmall(kind: string, rankCount: number, least: number): Refusal {
  return new Refusal({
    code: "too-few-ranks",
    pointer: "",
    found: `${kind} among ${rankCount} ranks`,
    expected: `at least ${least} ranks`,
    nextStep: `take a cluster of ${least} ranks or more, or a smaller ${kind}`,
  });
}

function tooMany(rankCount: number): Refusal {
  return new Refusal({
    code: "too-many-events",
    pointer: "",
    found: `all pairs of ${rankCount} ranks as a list of messages`,
    expected: `at most ${PAIRS_RANKS_MOST} ranks`,
    nextStep: "take `collective all_to_all`, which merges flows that are alike",
  });
}
