/** Failed cables and boxes: ways round, or who is cut off. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { linkId, vertexId } from "../../../src/base/ids.ts";
import { runProgram } from "../../../src/network/engine/run.ts";
import { findAlgorithm } from "../../../src/network/collectives/table.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { sceneGraph } from "../../../src/network/scene.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { barePods, bareTorus, h100FatTree } from "../../support/clusters.ts";

function namesOn(graph: Graph, source: number, target: number): string[] {
  let vertex = source;
  return [...pathOf(graph, source, target).links].map((link) => {
    equal(graph.linkSource[link], vertex);
    vertex = at(graph.linkTarget, link);
    return graph.vertexName(vertexId(vertex));
  });
}

test("a message whose spine is down takes another one, as short; others stay", () => {
  const whole = sceneGraph(barePods(), 64);
  const graph = sceneGraph(barePods(), 64, { failed: ["pod-0/spine-1"] });
  const round = namesOn(graph, 0, 13);
  deepEqual([round.length, round.includes("pod-0/spine-1")], [4, false]);
  deepEqual(namesOn(graph, 0, 14), namesOn(whole, 0, 14));
});

test("one cable may be down, either way round the colon, and both its directions are", () => {
  for (const name of ["leaf-0:pod-0/spine-1", "pod-0/spine-1 → leaf-0", "leaf-0->pod-0/spine-1"]) {
    const graph = sceneGraph(barePods(), 64, { failed: [name] });
    for (const [source, target] of [
      [0, 13],
      [13, 1],
    ] as const) {
      const links = [...pathOf(graph, source, target).links].map((l) => graph.linkName(linkId(l)));
      ok(!links.some((link) => /leaf-0 → pod-0\/spine-1|pod-0\/spine-1 → leaf-0/.test(link)));
    }
  }
});

test("on a ring of six a cut cable sends messages the long way", () => {
  const graph = sceneGraph(bareTorus([6]), 6, { failed: ["(0):(1)"] });
  deepEqual(namesOn(graph, 0, 1), ["(5)", "(4)", "(3)", "(2)", "(1)"]);
  deepEqual(namesOn(graph, 2, 1), ["(1)"]);
});

test("bytes still add up when messages take ways round, and the twin agrees", () => {
  const graph = sceneGraph(barePods(), 32, { failed: ["pod-0/spine-2", "leaf-5:pod-1/spine-0"] });
  const program = findAlgorithm("halving-doubling")?.program(graph, "all-reduce", 1e8);
  ok(program !== undefined);
  const whole = runProgram(program, sceneGraph(barePods(), 32)).durationS;
  ok(runProgram(program, graph, { twin: true, verify: true }).durationS > whole);
});

test("who is cut off is named; accelerators do not forward for others", () => {
  const cut = () => sceneGraph(barePods(), 64, { failed: ["host-9:leaf-2"] });
  throws(() => pathOf(cut(), 3, 9), { code: "unreachable-rank" });
  throws(() => pathOf(cut(), 9, 3), /from rank 9 to rank 3/);
  // Each accelerator has a port of its own; its neighbors in the node have others.
  const node = sceneGraph(h100FatTree(2), 64, { failed: ["node-0/gpu-0:leaf-0"] });
  throws(() => pathOf(node, 0, 40), { code: "unreachable-rank" });
  equal(pathOf(node, 0, 7).links.length, 2);
});

test("names of nothing are refused, with an example", () => {
  throws(() => sceneGraph(barePods(), 64, { failed: ["leaf-99"] }), { code: "unknown-link" });
  throws(() => sceneGraph(barePods(), 64, { failed: ["leaf-0:leaf-1"] }), { code: "unknown-link" });
});
