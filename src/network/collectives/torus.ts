/**
 * Torus: one stage a dimension, x then y then z, so that every message goes one hop.
 *
 * Along a closed dimension the buffer's halves go round in opposite ways, each by the ring
 * algorithm. Along an open one (a line of m nodes) the chunk of node i is summed towards it
 * from both ends: in step k the first k+1 nodes send to the right and the last k+1 to the
 * left, the chunk with the longest way first. That is as many steps as on a ring, and a
 * ring's closing message would have to cross the whole line back.
 * Source: Sack & Gropp 2015, "Collective algorithms for multiported torus networks", ACM
 * TOPC 1(2).
 *
 *     T = Σ_d 2(X_d−1)·(S_d/(2·X_d·B) + a),  S_x = S, each next S_d divided by X_d
 */
import { at } from "../../base/assert.ts";
import type { ChunkRange, Step } from "../../records/schedule.ts";
import { chunkOf, memberOf, rankAt, stepName } from "./stage.ts";
import type { Axis, Holding, Range, StageMaker } from "./stage.ts";

/** Both ways round a closed dimension. Messages 0 … n−1 go "+", n … 2n−1 go "−". */
export function bothWaysStage(axis: Axis): StageMaker {
  const m = axis.memberCount;
  return ({ rankCount, holding, share }) => {
    const source = Int32Array.from({ length: 2 * rankCount }, (_, i) => i % rankCount);
    const target = source.map((rank, i) => {
      const step = i < rankCount ? 1 : m - 1;
      return rankAt(axis, rank, (memberOf(axis, rank) + step) % m);
    });
    const messageBytes = new Float64Array(2 * rankCount).fill(share / (2 * m));
    const chunk = (rank: number, way: number, index: number) =>
      chunkOf(halfOf(holding(rank), way), ((index % m) + m) % m, m);
    const head = { repeat: m - 1, source, target, messageBytes };
    const part = (message: number, ahead: number, reduces: boolean): ChunkRange => {
      const way = message < rankCount ? 0 : 1;
      const rank = message % rankCount;
      const index = memberOf(axis, rank) + (way === 0 ? -ahead : ahead);
      return { ...chunk(rank, way, index), reduces };
    };
    const scatter: Step = {
      ...head,
      name: stepName("reduce-scatter", axis),
      part: (message, k) => part(message, k + 1, true),
    };
    const gather: Step = {
      ...head,
      name: stepName("all-gather", axis),
      part: (message, k) => part(message, k, false),
    };
    const after: Holding = (rank) => [0, 1].map((way) => chunk(rank, way, memberOf(axis, rank)));
    return { scatter: [scatter], gather: [gather], holding: after };
  };
}

/** The first closed dimension cuts the buffer in halves; later ones find them cut. */
function halfOf(ranges: readonly Range[], way: number): Range {
  return ranges.length === 2 ? at(ranges, way) : chunkOf(at(ranges, 0), way, 2);
}

/** Along an open dimension; a holding of two ranges sends two messages at a time. */
export function lineStage(axis: Axis): StageMaker {
  const m = axis.memberCount;
  return ({ rankCount, holding, share }) => {
    const rangeCount = holding(0).length;
    const scatter: Step[] = [];
    const gather: Step[] = [];
    for (let k = 0; k < m - 1; k++) {
      const sends = sendsOf(axis, { rankCount, rangeCount, k });
      const source = Int32Array.from(sends, (send) => send.rank);
      const target = Int32Array.from(sends, (send) => send.neighbor);
      const messageBytes = new Float64Array(sends.length).fill(share / (m * rangeCount));
      const part = (message: number): Range => {
        const send = at(sends, message);
        return chunkOf(at(holding(send.rank), send.range), send.chunk, m);
      };
      const head = { repeat: 1, messageBytes };
      scatter.push({
        ...head,
        name: stepName("reduce-scatter", axis),
        source,
        target,
        part: (message) => ({ ...part(message), reduces: true }),
      });
      gather.unshift({
        ...head,
        name: stepName("all-gather", axis),
        source: target,
        target: source,
        part: (message) => ({ ...part(message), reduces: false }),
      });
    }
    const after: Holding = (rank) =>
      holding(rank).map((range) => chunkOf(range, memberOf(axis, rank), m));
    return { scatter, gather, holding: after };
  };
}

interface Send {
  readonly rank: number;
  readonly neighbor: number;
  readonly range: number;
  readonly chunk: number;
}

/** Who sends which chunk in step k of a reduce-scatter along a line. */
function sendsOf(
  axis: Axis,
  request: { readonly rankCount: number; readonly rangeCount: number; readonly k: number },
): Send[] {
  const { rankCount, rangeCount, k } = request;
  const last = axis.memberCount - 1;
  const sends: Send[] = [];
  for (let rank = 0; rank < rankCount; rank++) {
    const i = memberOf(axis, rank);
    for (let range = 0; range < rangeCount; range++) {
      if (i <= k) {
        sends.push({ rank, neighbor: rankAt(axis, rank, i + 1), range, chunk: last - k + i });
      }
      if (last - i <= k) {
        sends.push({ rank, neighbor: rankAt(axis, rank, i - 1), range, chunk: k - (last - i) });
      }
    }
  }
  return sends;
}
