/**
 * All-to-all: rank i's block j goes to rank j, where it becomes block i.
 *
 * `direct` sends all at once; `pairwise` in n−1 rounds, in round r from i to i + r, so that
 * each rank sends and receives one block at a time. Both send (n−1)/n of the buffer.
 * Source: Thakur, Rabenseifner & Gropp 2005, "Optimization of collective communication
 * operations in MPICH", section 3.3.
 *
 *     direct: T = a + (n−1)/n·S/B,  pairwise: T = (n−1)·(a + S/(n·B)) where nothing binds
 */
import type { ChunkRange, Program, Step } from "../../records/schedule.ts";

export function directAllToAll(rankCount: number, sizeBytes: number): Program {
  const step = allPairsStep(rankCount, sizeBytes / rankCount);
  return allToAll("direct", rankCount, sizeBytes, rankCount > 1 ? [step] : []);
}

export function pairwiseAllToAll(rankCount: number, sizeBytes: number): Program {
  const source = Int32Array.from({ length: rankCount }, (_, rank) => rank);
  const messageBytes = new Float64Array(rankCount).fill(sizeBytes / rankCount);
  const steps = Array.from({ length: rankCount - 1 }, (_, index): Step => {
    const round = index + 1;
    const target = source.map((rank) => (rank + round) % rankCount);
    return {
      name: `round ${round}`,
      repeat: 1,
      source,
      target,
      messageBytes,
      part: (rank) => block(rank, (rank + round) % rankCount, rankCount),
    };
  });
  return allToAll("pairwise", rankCount, sizeBytes, steps);
}

function allToAll(
  algorithm: string,
  rankCount: number,
  sizeBytes: number,
  steps: readonly Step[],
): Program {
  return { collective: "all-to-all", algorithm, rankCount, sizeBytes, steps };
}

/** Block `target` of the source's send buffer becomes block `source` of what is received. */
function block(source: number, target: number, count: number): ChunkRange {
  const into = source / count;
  return { from: target / count, to: (target + 1) / count, into, reduces: false };
}

/** Its arrays are made when first read: for 4,096 ranks they take 270 MB. */
function allPairsStep(rankCount: number, pairBytes: number): Step {
  let made: Pick<Step, "source" | "target" | "messageBytes"> | undefined;
  const pairs = () => (made ??= allPairs(rankCount, pairBytes));
  return {
    name: "all at once",
    repeat: 1,
    allPairsBytes: pairBytes,
    get source() {
      return pairs().source;
    },
    get target() {
      return pairs().target;
    },
    get messageBytes() {
      return pairs().messageBytes;
    },
    part: (message) => {
      const source = Math.floor(message / (rankCount - 1));
      const other = message % (rankCount - 1);
      return block(source, other < source ? other : other + 1, rankCount);
    },
  };
}

function allPairs(
  rankCount: number,
  pairBytes: number,
): Pick<Step, "source" | "target" | "messageBytes"> {
  const count = rankCount * (rankCount - 1);
  const source = new Int32Array(count);
  const target = new Int32Array(count);
  let message = 0;
  for (let from = 0; from < rankCount; from++) {
    for (let to = 0; to < rankCount; to++) {
      if (from === to) continue;
      source[message] = from;
      target[message++] = to;
    }
  }
  return { source, target, messageBytes: new Float64Array(count).fill(pairBytes) };
}
