/** docs/accuracy-flow.md says what flows and packets make of the same traffic. */
import { equal, match, ok } from "node:assert/strict";
import { test } from "vitest";
import { flowAccuracyPage, flowErrors } from "../../src/answers/flow-accuracy.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { fabricast, freshFolder } from "../support/cli.ts";
import { readText } from "../support/sources.ts";

test("flows are within 5 % of packets for an incast and a sprayed permutation", async () => {
  const cluster = await readCluster("bare-fat-tree-1024");
  const rows = flowErrors(cluster, 256, /^(incast 8 to 1|permutation, sprayed)$/);
  equal(rows.length, 2);
  for (const { flowS, packetS } of rows) {
    ok(Math.abs((flowS[2] ?? 0) / (packetS[2] ?? 0) - 1) < 0.05);
  }
  match(flowAccuracyPage(rows), /flows \/ packets − 1/);
});

test("the page is current", () => {
  const { code, stdout, stderr } = fabricast(["traffic", "--against-packets"], freshFolder());
  equal(code, 0, stderr);
  equal(stdout, readText("docs/accuracy-flow.md"));
});

test("a run by packets tells of them, and refuses what packets cannot do", () => {
  const words = ["traffic", "--generate", "incast:8", "--cluster", "bare-torus-4x4x4"];
  const packet = [...words, "--fidelity", "packet"];
  const { stdout } = fabricast(packet, freshFolder());
  match(stdout, /packets, 0 dropped/);
  const refused = fabricast([...packet, "--share", "rtt"], freshFolder());
  equal(refused.code, 3);
  match(refused.stderr, /not-simulated/);
});
