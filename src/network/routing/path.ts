/** The way of one message, with what it waits and the most it can carry alone. */
import { at } from "../../base/assert.ts";
import { rankId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";

export interface Path {
  /** Links in the order in which they are crossed. */
  readonly links: Int32Array;
  /** Latencies of the links and the endpoint's time of one message. */
  readonly latencyS: number;
  /** Rate of the slowest link; Infinity where source and target are the same. */
  readonly bytesPerS: number;
}

export function pathOf(graph: Graph, source: number, target: number): Path {
  const scratch = new Int32Array(graph.routeLengthMax);
  const end = graph.route(rankId(source), rankId(target), scratch, 0);
  const links = scratch.slice(0, end);
  let latencyS = graph.messageOverheadS(rankId(source), rankId(target));
  let bytesPerS = Infinity;
  for (const link of links) {
    latencyS += at(graph.linkLatencyS, link);
    bytesPerS = Math.min(bytesPerS, at(graph.linkBytesPerS, link));
  }
  return { links, latencyS, bytesPerS };
}
