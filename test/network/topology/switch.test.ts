import { deepEqual, equal } from "node:assert/strict";
import { test } from "vitest";
import { linkId, rankId, vertexId } from "../../../src/base/ids.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import {
  BARE_LINK,
  H100_NODE,
  bareSwitch,
  cluster,
  endpoint,
  link,
  sourced,
} from "../../support/clusters.ts";

test("64 hosts on a switch are 65 vertices and 128 directed links", () => {
  const graph = buildGraph(bareSwitch(64), 64);
  equal(graph.vertexCount, 65);
  equal(graph.linkCount, 128);
  deepEqual(graph.vertexTiers, [
    { kind: "host", vertexCount: 64 },
    { kind: "switch", vertexCount: 1 },
  ]);
  equal(graph.vertexName(vertexId(64)), "switch");
  equal(graph.linkName(linkId(3)), "switch → host-1");
});

test("a message between hosts crosses two links and waits for both", () => {
  const path = pathOf(buildGraph(bareSwitch(4), 4), 1, 3);
  deepEqual([...path.links], [2, 7]); // up from host 1, down to host 3
  equal(path.latencyS, 1e-6);
  equal(path.bytesPerS, 50e9);
});

test("a switch adds its latency once to a path, half on either link", () => {
  // 500 ns + 300/2 ns up, the same down: 1.3 µs.
  const fabric = {
    kind: "switch",
    hostCount: 2,
    link: BARE_LINK,
    switchLatencyS: sourced(300e-9),
  } as const;
  const path = pathOf(buildGraph(cluster("slow", { fabric }), 2), 0, 1);
  equal(Math.abs(path.latencyS - 1.3e-6) < 1e-18, true);
});

test("ranks of one node talk over its star, others over the switch", () => {
  const fabric = {
    kind: "switch",
    hostCount: 2,
    link: link(50e9, 0),
    switchLatencyS: sourced(0),
  } as const;
  const times = endpoint({ scaleUpMessageS: 2e-6, scaleOutMessageS: 5e-6 });
  const made = cluster("two-nodes", { fabric, node: H100_NODE, endpoint: times });
  const graph = buildGraph(made, 16);
  // 16 accelerators, 2 stars, 1 switch; a star link and a port for each accelerator.
  equal(graph.vertexCount, 19);
  equal(graph.linkCount, 64);
  equal(pathOf(graph, 0, 7).bytesPerS, 450e9);
  equal(pathOf(graph, 0, 7).latencyS, 2.5e-6); // 2 µs + two links of 250 ns
  equal(pathOf(graph, 0, 8).bytesPerS, 50e9);
  equal(pathOf(graph, 0, 8).latencyS, 5e-6);
  equal(graph.vertexName(vertexId(13)), "node-1/gpu-5");
  equal(graph.linkName(linkId(0)), "node-0/gpu-0 → node-0");
});

test("a message to oneself crosses nothing", () => {
  const graph = buildGraph(bareSwitch(4), 4);
  equal(graph.route(rankId(2), rankId(2), new Int32Array(2), 0), 0);
});
