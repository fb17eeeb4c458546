/** Twisted tori: shortest ways, a smaller diameter, and a faster all-to-all. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { Cluster } from "../../../src/records/cluster.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { bareTorus } from "../../support/clusters.ts";

function twisted(shape: readonly number[]): Cluster {
  const made = bareTorus(shape);
  ok(made.fabric.kind === "torus");
  return { ...made, fabric: { ...made.fabric, twisted: true } };
}

/** Hops from a vertex to all others, over the links that there are. */
function distances(graph: Graph, from: number): number[] {
  const found = Array<number>(graph.vertexCount).fill(-1);
  found[from] = 0;
  const queue = [from];
  for (const vertex of queue) {
    for (let link = 0; link < graph.linkCount; link++) {
      const next = at(graph.linkTarget, link);
      if (graph.linkSource[link] !== vertex || found[next] !== -1) continue;
      found[next] = at(found, vertex) + 1;
      queue.push(next);
    }
  }
  return found;
}

test("every way is contiguous and as short as the links allow", () => {
  for (const shape of [
    [2, 4],
    [3, 6],
    [4, 8],
    [2, 2, 4],
    [3, 3, 6],
  ]) {
    const n = shape.reduce((a, b) => a * b, 1);
    const graph = buildGraph(twisted(shape), n);
    for (let source = 0; source < n; source++) {
      const shortest = distances(graph, source);
      for (let target = 0; target < n; target++) {
        let vertex = source;
        const { links } = pathOf(graph, source, target);
        for (const link of links) {
          equal(graph.linkSource[link], vertex);
          vertex = at(graph.linkTarget, link);
        }
        equal(vertex, target);
        equal(links.length, at(shortest, target), `${source} → ${target} of ${shape.join("×")}`);
      }
    }
  }
});

test("4 × 8 twisted has a diameter of 4; plain it is 2 + 4 = 6", () => {
  // Cámara et al. 2010: a rectangular twisted torus of a × 2a has a diameter of a.
  const diameter = (made: Cluster): number => Math.max(...distances(buildGraph(made, 32), 0));
  equal(diameter(twisted([4, 8])), 4);
  equal(diameter(bareTorus([4, 8])), 6);
});

test("an all-to-all is faster for the twist", () => {
  const time = (made: Cluster): number =>
    collectiveTime(buildGraph(made, 32), {
      collective: "all-to-all",
      algorithm: "direct",
      sizeBytes: 1e9,
    }).timeline.durationS;
  ok(time(twisted([4, 8])) < 0.95 * time(bareTorus([4, 8])));
});
