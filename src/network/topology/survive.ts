/**
 * Does a fabric still join all its accelerators with some cables gone? By components of its
 * boxes: accelerators pass nothing on, so those of two components cannot reach each other.
 * Where rails meet in the nodes only, each rail must hold together by itself.
 */
import { at } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";

/** Cables between boxes of the fabric, by their first links: those whose failure is tried. */
export function fabricCables(graph: Graph): number[] {
  const ownTiers = ["scale-up", "nic", "host"];
  const cables: number[] = [];
  for (let link = 0; link < graph.linkCount; link += 2) {
    if (!ownTiers.includes(at(graph.linkTiers, at(graph.linkTier, link)).kind)) cables.push(link);
  }
  return cables;
}

/** Two ranks that cannot reach each other without these cables; undefined if all can. */
export function partedPair(
  graph: Graph,
  dead: ReadonlySet<number>,
  railCount = 1,
): readonly [number, number] | undefined {
  const parent = Int32Array.from({ length: graph.vertexCount }, (_, vertex) => vertex);
  const rootOf = (vertex: number): number => {
    let here = vertex;
    while (parent[here] !== here) {
      parent[here] = parent[parent[here]!]!;
      here = parent[here]!;
    }
    return here;
  };
  const hostCount = at(graph.vertexTiers, 0).vertexCount;
  /** The box to which an accelerator has its port. */
  const portOf = new Int32Array(hostCount).fill(-1);
  const forwards = graph.ranksForward === true;
  for (let link = 0; link < graph.linkCount; link += 2) {
    if (dead.has(link)) continue;
    const [a, b] = [graph.linkSource[link]!, graph.linkTarget[link]!];
    if (at(graph.linkTiers, at(graph.linkTier, link)).kind === "scale-up") continue;
    if (!forwards && a < hostCount) portOf[a] = b;
    else parent[rootOf(a)] = rootOf(b);
  }
  const firstOf = new Int32Array(railCount).fill(-1);
  for (let rank = 0; rank < graph.rankCount; rank++) {
    const root = rootOf(forwards ? rank : portOf[rank]!);
    const rail = rank % railCount;
    const first = firstOf[rail]!;
    if (first === -1) firstOf[rail] = rank;
    else if (rootOf(forwards ? first : portOf[first]!) !== root) return [first, rank];
  }
  return undefined;
}
