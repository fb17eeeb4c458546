/** Claims that hold for every timeline; a violation is our bug. */
import { assert } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import type { Program } from "../../records/schedule.ts";
import type { Messages, MessagesEnd } from "../../records/traffic.ts";

const TOLERANCE = 1e-9;

/** No link can carry its bytes in less than bytes / capacity. */
export function assertLinksKeepUp(
  graph: Graph,
  links: Int32Array,
  carried: { readonly bytes: Float64Array; readonly stepS: number },
): void {
  for (let i = 0; i < links.length; i++) {
    const least = carried.bytes[i]! / graph.linkBytesPerS[links[i]!]!;
    assert(least <= carried.stepS * (1 + TOLERANCE), "no link carries more than its capacity");
  }
}

/**
 * What flows into a vertex flows out of it, but for what its rank receives and sends. The
 * vertex of rank r is r.
 */
export function assertBytesConserved(
  graph: Graph,
  program: Program,
  linkBytes: Float64Array,
): void {
  const { surplus, passed } = flowsOfVertices(graph, linkBytes);
  for (const step of program.steps) {
    const { allPairsBytes, repeat } = step;
    if (allPairsBytes !== undefined) {
      // Each rank sends as much as it receives.
      const sent = allPairsBytes * (program.rankCount - 1) * repeat;
      for (let rank = 0; rank < program.rankCount; rank++) passed[rank]! += sent;
      continue;
    }
    const { source, target, messageBytes } = step;
    for (let m = 0; m < source.length; m++) {
      const bytes = messageBytes[m]! * repeat;
      surplus[source[m]!]! += bytes;
      surplus[target[m]!]! -= bytes;
      passed[source[m]!]! += bytes;
    }
  }
  assertEven(surplus, passed);
}

function assertEven(surplus: Float64Array, passed: Float64Array): void {
  for (let vertex = 0; vertex < surplus.length; vertex++) {
    const isEven = Math.abs(surplus[vertex]!) <= TOLERANCE * passed[vertex]!;
    assert(isEven, "bytes that enter a vertex leave it or have arrived");
  }
}

/** What flows into each vertex less what flows out of it, and all that flows in. */
function flowsOfVertices(
  graph: Graph,
  linkBytes: Float64Array,
): { readonly surplus: Float64Array; readonly passed: Float64Array } {
  const surplus = new Float64Array(graph.vertexCount);
  const passed = new Float64Array(graph.vertexCount);
  for (let link = 0; link < graph.linkCount; link++) {
    const bytes = linkBytes[link]!;
    if (bytes === 0) continue;
    surplus[graph.linkSource[link]!]! -= bytes;
    surplus[graph.linkTarget[link]!]! += bytes;
    passed[graph.linkTarget[link]!]! += bytes;
  }
  return { surplus, passed };
}

/** The same claims of messages by events: capacity over the whole run, bytes by vertex. */
export function assertMessagesHold(
  graph: Graph,
  { source, target, sizeBytes }: Messages,
  end: Pick<MessagesEnd, "linkBytes" | "finishS">,
): void {
  const { linkBytes, finishS } = end;
  const stepS = finishS.reduce((last, seconds) => Math.max(last, seconds), 0);
  assertLinksKeepUp(
    graph,
    Int32Array.from({ length: graph.linkCount }, (_, link) => link),
    { bytes: linkBytes, stepS },
  );
  const { surplus, passed } = flowsOfVertices(graph, linkBytes);
  for (let m = 0; m < source.length; m++) {
    if (source[m] === -1) continue;
    surplus[source[m]!]! += sizeBytes[m]!;
    surplus[target[m]!]! -= sizeBytes[m]!;
    passed[source[m]!]! += sizeBytes[m]!;
  }
  assertEven(surplus, passed);
}

/** The engine's clock is finer than this by far: 2^40 ticks in the longest transfer. */
export function assertTwinAgrees(twinS: number, durationS: number): void {
  assert(Math.abs(twinS - durationS) <= TOLERANCE * twinS, "the plain twin takes the same time");
}
