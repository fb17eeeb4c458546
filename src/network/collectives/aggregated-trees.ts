/**
 * Parallel aggregated trees (PAT): one binomial tree for the chunk of each rank, all at the
 * same time, and what goes the same way in the same step is sent as one message of at most
 * `CHUNKS_A_MESSAGE` chunks. The farthest partners come first, when there is one chunk to
 * send, and the nearest last, with half of all.
 *
 * Chunk c of member i is at offset (i − c) mod m of its tree; at distance D the offsets that
 * are multiples of 2D pass it on to offset + D. The scatter runs backwards and adds.
 * Source: Jeaugey 2025, "PAT: a new algorithm for all-gather and reduce-scatter operations
 * at scale", arXiv:2506.20252.
 *
 *     T = (⌈log₂ m⌉ + aggregation)·a + (m−1)/m·S/B where nothing is contended
 */
import { at } from "../../base/assert.ts";
import type { ChunkRange, Step } from "../../records/schedule.ts";
import { chunkOf, memberOf, rankAt, stepName } from "./stage.ts";
import type { Axis, Holding, StageMaker } from "./stage.ts";

/** Buffers are finite: a longer list of chunks is sent in several steps. */
const CHUNKS_A_MESSAGE = 32;

export function aggregatedTreesStage(axis: Axis): StageMaker {
  const m = axis.memberCount;
  return ({ rankCount, holding, share }) => {
    const scatter: Step[] = [];
    const gather: Step[] = [];
    const all = Int32Array.from({ length: rankCount }, (_, rank) => rank);
    for (let distance = 2 ** Math.ceil(Math.log2(m) - 1); distance >= 1; distance /= 2) {
      const offsets = offsetsAt(m, distance);
      const ahead = all.map((rank) => rankAt(axis, rank, (memberOf(axis, rank) + distance) % m));
      for (let first = 0; first < offsets.length; first += CHUNKS_A_MESSAGE) {
        const some = offsets.slice(first, first + CHUNKS_A_MESSAGE);
        const messageBytes = new Float64Array(rankCount).fill((some.length * share) / m);
        const chunks = (rank: number, reduces: boolean): ChunkRange =>
          chained(
            some.map((offset) => (memberOf(axis, rank) - offset + m) % m),
            (chunk) => ({ ...chunkOf(at(holding(rank), 0), chunk, m), reduces }),
          );
        gather.push({
          name: `${stepName("all-gather", axis)} at distance ${distance}`,
          ...{ repeat: 1, messageBytes, source: all, target: ahead },
          part: (rank) => chunks(rank, false),
        });
        scatter.unshift({
          name: `${stepName("reduce-scatter", axis)} at distance ${distance}`,
          ...{ repeat: 1, messageBytes, source: ahead, target: all },
          part: (rank) => chunks(rank, true),
        });
      }
    }
    const after: Holding = (rank) => [chunkOf(at(holding(rank), 0), memberOf(axis, rank), m)];
    return { scatter, gather, holding: after };
  };
}

function offsetsAt(m: number, distance: number): number[] {
  const offsets: number[] = [];
  for (let offset = 0; offset + distance < m; offset += 2 * distance) offsets.push(offset);
  return offsets;
}

/** Several ranges of one message. */
function chained(chunks: readonly number[], rangeOf: (chunk: number) => ChunkRange): ChunkRange {
  return chunks.reduceRight<ChunkRange | undefined>(
    (rest, chunk) => ({ ...rangeOf(chunk), ...(rest === undefined ? {} : { wrapped: rest }) }),
    undefined,
  )!;
}
