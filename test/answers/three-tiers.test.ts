/** A fat tree of three tiers as a reader sees it: counts from the graph, in text and drawing. */
import { deepEqual, match, ok } from "node:assert/strict";
import { test } from "vitest";
import { answerTopology } from "../../src/answers/topology.ts";
import { topologySvg, topologyText } from "../../src/report/topology.ts";
import { bareFatTree, barePods } from "../support/clusters.ts";

test("pods and cores are counted, and only where there are any", () => {
  const drawing = answerTopology(barePods());
  ok(drawing.family === "fat-tree");
  // 64 hosts, 4 a leaf; 4 leaves and 4 spines a pod; 4 planes of 4 cores.
  const { leafCount, spineCount, podCount, coreCount } = drawing;
  deepEqual([leafCount, spineCount, podCount, coreCount], [16, 16, 4, 16]);
  deepEqual(
    drawing.tiers.map(({ kind, cableCount }) => [kind, cableCount]),
    [
      ["host", 64],
      ["uplink", 64],
      ["core-uplink", 64],
    ],
  );
  const two = answerTopology(bareFatTree());
  ok(two.family === "fat-tree" && two.coreCount === undefined);
});

test("text and drawing name the cores", async () => {
  const drawing = answerTopology(barePods());
  const text = topologyText(drawing);
  match(text, /fat tree, three tiers/);
  match(text, /cores +16, joining 4 pods/);
  match(text, /spine to core/);
  const svg = await topologySvg(drawing);
  match(svg, /16 spines in 4 pods below 16 cores \(not drawn\)/);
  // A leaf reaches the four spines of its pod by one link each, not all sixteen.
  match(svg, /1 link to each spine/);
});
