/** `compare engines`: one question through all engines, by sums small enough for paper. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "vitest";
import { compareEngines } from "../../src/answers/engines.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { parseTraffic } from "../../src/files/traffic.ts";
import { messagesAsGoal } from "../../src/network/compat/messages-as-goal.ts";
import { astraDimension, farthest } from "../../src/network/compat/same-question.ts";
import { sceneGraph } from "../../src/network/scene.ts";
import type { EngineComparison } from "../../src/records/engines.ts";
import { enginesText } from "../../src/report/engines.ts";

// 50 GB/s and 500 ns a link, two links between any two.
const cluster = await readCluster("bare-switch-64");
const row = ({ rows }: EngineComparison, engine: string) => rows.find((r) => r.engine === engine);
const near = (value: number | undefined, expected: number) =>
  ok(Math.abs((value ?? 0) / expected - 1) < 1e-3, `${value} is not ${expected}`);

test("a ring over a switch: each engine takes the time its rules give", () => {
  const asked = { collective: "all-reduce", algorithm: "auto", sizeBytes: 8e6 } as const;
  const found = compareEngines({ cluster, rankCount: 8, asked });
  match(found.question, /^all-reduce of 8\.00\sMB by ring$/);
  // 14 steps of 10^6 bytes, 20 µs at 50 GB/s, with 1 µs of latency.
  near(row(found, "flow")?.timeS, 14 * 21e-6);
  near(row(found, "closed")?.timeS, 14 * 21e-6);
  near(row(found, "loggops")?.timeS, 14 * 21e-6);
  // A gigabyte of 2^30 bytes: 18,626 ns; in whole nanoseconds once, or at each of two links.
  near(row(found, "astra-unaware")?.timeS, (14 * 19_626) / 1e9);
  near(row(found, "astra-aware")?.timeS, (14 * 2 * 19_126) / 1e9);
  // A rank sends and receives: its link carries 1.05 of a flow.
  near(row(found, "simgrid-cm02")?.timeS, 14 * (1e-6 + 21e-6));
  near(row(found, "simgrid-lv08")?.timeS, 14 * (13.01e-6 + 21e-6 / 0.97));
  // One latency, and 2·7/8 of 8 MB; without latency, over 50·2^30 bytes a second.
  near(row(found, "calculon")?.timeS, 1e-6 + (2 * 7 * 1e6) / 50e9);
  near(row(found, "simai-analytical")?.timeS, (2 * 7 * 1e6) / 50 / 2 ** 30);
  ok((row(found, "packet")?.timeS ?? 0) > (row(found, "flow")?.timeS ?? 0));
  near(row(found, "astra-aware")?.ratio, (2 * 19_126) / 21_000);
});

test("messages: an incast queues where links are shared; who cannot say it says why", () => {
  const text = "id,source,target,sizeBytes,startS,after\na,1,0,1000000,0,\nb,2,0,1000000,0,\n";
  const traffic = parseTraffic("t.csv", text, 8);
  const found = compareEngines({ cluster, rankCount: 8, asked: { traffic, name: "t.csv" } });
  near(row(found, "flow")?.timeS, 41e-6);
  near(row(found, "loggops")?.timeS, 41e-6);
  near(row(found, "astra-unaware")?.timeS, 19_626e-9);
  equal(row(found, "calculon")?.timeS, undefined);
  match(row(found, "simai-analytical")?.why ?? "", /cannot say it: only all-reduce/);
  match(enginesText(found), /2 messages of t\.csv over 8 ranks[^]*calculon +– +–/);
});

test("a fabric without one kind of link has no words in ASTRA-sim's three topologies", async () => {
  const torus = await readCluster("bare-torus-4x4x4");
  const asked = { collective: "broadcast", algorithm: "auto", sizeBytes: 6400 } as const;
  const found = compareEngines({ cluster: torus, rankCount: 64, asked });
  match(row(found, "astra-unaware")?.why ?? "", /no ring, switch or full mesh/);
  match(row(found, "calculon")?.why ?? "", /only all-reduce/);
});

test("a ring and a switch are known by the lengths of their ways", async () => {
  const graph = sceneGraph(cluster, 8);
  deepEqual(astraDimension(graph), {
    ...{ topology: "Switch", npuCount: 8, bandwidthGibPerS: 50, latencyNs: 500 },
  });
  const { latencyS, leastBytesPerS } = farthest(graph);
  near(latencyS, 1e-6);
  near(leastBytesPerS, 50e9);
});

test("a message that waits for strangers has no words in GOAL", () => {
  const rows = "id,source,target,sizeBytes,startS,after\na,0,1,8,0,\nb,2,3,8,0,a\n";
  equal(messagesAsGoal(parseTraffic("t.csv", rows, 4), 4), undefined);
  const chain = "id,source,target,sizeBytes,startS,after\na,0,1,8,1,\nb,1,2,8,0,a\n";
  const goal = messagesAsGoal(parseTraffic("t.csv", chain, 4), 4);
  // Rank 0: a send behind a wait of a second; rank 1: receives, then sends.
  deepEqual([...(goal?.firstOp ?? [])], [0, 2, 4, 5, 5]);
  deepEqual([...(goal?.finishDependents ?? [])], [0, 3]);
});
