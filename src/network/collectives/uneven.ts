/**
 * Uneven all-to-all, as routing of tokens to experts makes it: every rank sends S in all, but
 * its blocks differ. They are drawn once and for all, from nothing to several times the mean.
 * Blocks of a rank's buffer stand in the order of their targets; a rank collects what it gets
 * in the order of the sources, each block where its share of that source's buffer began.
 */
import { at } from "../../base/assert.ts";
import { seeded } from "../../base/random.ts";
import type { ChunkRange, Program, Step } from "../../records/schedule.ts";

/** A block is so many pieces on average; pieces wander from one target to another. */
const PIECES = 8;

/** Where the block of each target starts in the source's buffer, as shares; n + 1 of them. */
function blockStarts(rankCount: number): readonly Float64Array[] {
  const random = seeded(rankCount);
  const below = (count: number): number => Math.floor(random() * count);
  return Array.from({ length: rankCount }, () => {
    const pieces = new Int32Array(rankCount).fill(PIECES);
    for (let j = 0; j < rankCount; j++) {
      const moved = below(Math.min(PIECES, pieces[j]!) + 1);
      pieces[j]! -= moved;
      pieces[below(rankCount)]! += moved;
    }
    const starts = new Float64Array(rankCount + 1);
    let sum = 0;
    pieces.forEach((count, j) => (starts[j + 1] = (sum += count) / (PIECES * rankCount)));
    return starts;
  });
}

export function unevenDirect(rankCount: number, sizeBytes: number): Program {
  const source: number[] = [];
  const target: number[] = [];
  for (let i = 0; i < rankCount; i++) {
    for (let j = 0; j < rankCount; j++) {
      if (i === j) continue;
      source.push(i);
      target.push(j);
    }
  }
  const ends = { source: Int32Array.from(source), target: Int32Array.from(target) };
  const step = unevenStep("all at once", ends, blockStarts(rankCount), sizeBytes);
  return program("direct", rankCount, sizeBytes, rankCount > 1 ? [step] : []);
}

export function unevenPairwise(rankCount: number, sizeBytes: number): Program {
  const starts = blockStarts(rankCount);
  const source = Int32Array.from({ length: rankCount }, (_, rank) => rank);
  const steps = Array.from({ length: rankCount - 1 }, (_, index) => {
    const target = source.map((rank) => (rank + index + 1) % rankCount);
    return unevenStep(`round ${index + 1}`, { source, target }, starts, sizeBytes);
  });
  return program("pairwise", rankCount, sizeBytes, steps);
}

function unevenStep(
  name: string,
  { source, target }: Pick<Step, "source" | "target">,
  starts: readonly Float64Array[],
  sizeBytes: number,
): Step {
  const share = (m: number): ChunkRange => {
    const own = at(starts, source[m]!);
    const [from, to] = [at(own, target[m]!), at(own, target[m]! + 1)];
    // The target's buffer has a place of the whole size for each source.
    return { from, to, into: source[m]! + from, reduces: false };
  };
  const messageBytes = Float64Array.from(source, (_, m) => {
    const { from, to } = share(m);
    return (to - from) * sizeBytes;
  });
  return { name, repeat: 1, source, target, messageBytes, part: share };
}

function program(
  algorithm: string,
  rankCount: number,
  sizeBytes: number,
  steps: readonly Step[],
): Program {
  return { collective: "uneven-all-to-all", algorithm, rankCount, sizeBytes, steps };
}
