/** Traffic as an answer: patterns by closed forms, jobs against running alone, reports. */
import { equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { answerTraffic } from "../../src/answers/traffic.ts";
import type { TrafficAsked } from "../../src/answers/traffic.ts";
import { at } from "../../src/base/assert.ts";
import { patternTraffic } from "../../src/network/traffic-patterns.ts";
import { eventsCsv, linksCsv, trafficText } from "../../src/report/traffic.ts";
import { heatMapSvg } from "../../src/report/traffic-heat.ts";
import type { JobAsked } from "../../src/records/traffic.ts";
import { bareFatTree, bareSwitch } from "../support/clusters.ts";

const asked = (parts: Partial<TrafficAsked>): TrafficAsked => ({
  cluster: bareSwitch(16),
  rankCount: 16,
  jobs: [],
  share: "equal",
  semantics: "barrier",
  failures: [],
  ...parts,
});

const near = (actual: number, expected: number): void =>
  ok(Math.abs(actual / expected - 1) < 1e-9, `${actual} is ${expected}`);

test("an incast takes a + n·S/B, a permutation on a non-blocking switch a + S/B", () => {
  const incast = answerTraffic(
    asked({ pattern: { kind: "incast", senderCount: 10 }, sizeBytes: 1e6 }),
  );
  near(incast.durationS, 1e-6 + (10 * 1e6) / 50e9);
  // The bound: ten messages over one link, without the latency.
  near(incast.lowerBoundS, (10 * 1e6) / 50e9);
  const permutation = { kind: "permutation", seed: 5 } as const;
  const alone = answerTraffic(asked({ pattern: permutation, sizeBytes: 1e6 }));
  near(alone.durationS, 1e-6 + 1e6 / 50e9);
  // All pairs: fifteen leave and fifteen enter each rank.
  const all = answerTraffic(asked({ pattern: { kind: "all-to-all" }, sizeBytes: 1e6 }));
  equal(all.rows.length, 240);
  near(all.durationS, 1e-6 + 15e6 / 50e9);
  near(at(all.links, 0).utilization, 15e6 / 50e9 / all.durationS);
});

test("a permutation by seed sends and receives once a rank, never to itself", () => {
  const { source, target } = patternTraffic({ kind: "permutation", seed: 3 }, 9, 1);
  equal(new Set(source).size, 9);
  equal(new Set(target).size, 9);
  ok(source.every((rank, m) => rank !== target[m]));
  const uniform = patternTraffic({ kind: "uniform", seed: 3 }, 9, 1);
  ok(uniform.source.every((rank, m) => rank !== uniform.target[m]));
});

test("a pattern too large for the cluster is refused", () => {
  const pattern = { kind: "incast", senderCount: 16 } as const;
  throws(() => answerTraffic(asked({ pattern })), /at least 17 ranks/);
});

const job = (parts: Partial<JobAsked>): JobAsked => ({
  collective: "all-reduce",
  algorithm: "ring",
  rankCount: 8,
  sizeBytes: 8e6,
  startS: 0,
  placement: { kind: "packed" },
  ...parts,
});

test("jobs on links of their own do not slow each other; on one way out they share it", () => {
  const apart = answerTraffic(asked({ jobs: [job({}), job({ startS: 1e-3 })] }));
  for (const one of apart.jobs) near(one.slowdown, 1);
  // Two leaves of 8, one uplink each: both rings cross it once in each direction.
  const cluster = bareFatTree({ portCount: 16, portsPerLeaf: 8, uplinksPerLeaf: 1 });
  const spread = job({ rankCount: 8, placement: { kind: "spread" } });
  const together = answerTraffic(asked({ cluster, jobs: [spread, spread] }));
  // In each step the message on the uplink gets half of it: 2·S/8/B in place of S/8/B.
  const stepS = 1e6 / 50e9;
  for (const one of together.jobs) {
    near(one.aloneS, 14 * (2e-6 + stepS));
    near(one.durationS, 14 * (2e-6 + 2 * stepS));
  }
  const alone = answerTraffic(asked({ cluster, jobs: [spread] }));
  near(at(alone.jobs, 0).slowdown, 1);
});

test("background traffic slows a job, and a fragmented one more than a packed one", () => {
  const cluster = bareFatTree({ portCount: 64, portsPerLeaf: 8, uplinksPerLeaf: 2 });
  const background = { pattern: { kind: "uniform", seed: 1 }, sizeBytes: 64e6 } as const;
  const slowdownOf = (placement: JobAsked["placement"]): number =>
    at(
      answerTraffic(
        asked({ cluster, rankCount: 64, ...background, jobs: [job({ rankCount: 16, placement })] }),
      ).jobs,
      0,
    ).durationS;
  ok(slowdownOf({ kind: "fragmented", seed: 2 }) > slowdownOf({ kind: "packed" }));
});

test("jobs that need more nodes than are left are refused", () => {
  throws(() => answerTraffic(asked({ jobs: [job({}), job({ rankCount: 9 })] })), /at most 8 ranks/);
});

test("tables, flows, links and the heat map say the same, and escape names", async () => {
  const result = answerTraffic(asked({ pattern: { kind: "incast", senderCount: 3 } }));
  const events = await eventsCsv(result);
  equal(events.trim().split("\n").length, 4);
  ok(events.startsWith("id,source,target,sizeBytes,beginS,finishS"));
  equal((await linksCsv(result)).trim().split("\n").length, 1 + result.links.length);
  ok(trafficText(result).includes("switch → host-0"));
  const svg = heatMapSvg({ ...result, clusterId: "<b>" });
  ok(svg.includes("&lt;b&gt;") && !svg.includes("<b>"));
  equal(svg.split("busy</title>").length - 1, result.links.length);
});
