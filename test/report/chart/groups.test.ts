/** Fabrics without tiers above, drawn: every box is drawn or stood for, texts keep apart. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import type { GroupsDrawing } from "../../../src/records/drawing.ts";
import { chartSvg } from "../../../src/report/chart/chart.ts";
import { fabricChart } from "../../../src/report/chart/drawing.ts";
import { topologySvg, topologyText } from "../../../src/report/topology.ts";
import { all, countOf, overlaps, parseXml, textBoxes } from "../../support/dom.ts";

function drawingOf(groupCount: number, boxCount: number, groupKind = "group"): GroupsDrawing {
  const tier = { cableCount: 64, linkBytesPerS: 5e10, utilizationMax: 0.8, utilizationMean: 0.4 };
  const bundles = [];
  for (let aId = 0; aId < groupCount; aId++) {
    for (let bId = aId + 1; bId < groupCount; bId++) bundles.push({ aId, bId, cableCount: 2 });
  }
  return {
    ...{ family: "dragonfly", clusterId: "c", name: "Some <fabric>", loadOf: "no load" },
    ...{ rankCount: 64, nodeCount: 64, ranksPerNode: 1, groupKind, bundles },
    tiers: [
      { ...tier, kind: "host", name: "port to switch" },
      { ...tier, kind: "global", name: "group to group" },
    ],
    groups: Array.from({ length: groupCount }, (_, g) => {
      return { name: `g${g}`, boxCount, hostPortCount: 16, insideCableCount: 6 };
    }),
  };
}

test("every switch of every group is drawn or stood for, and no texts overlap", async () => {
  for (const [groupCount, boxCount] of [
    ...([
      [1, 4],
      [2, 2],
      [9, 4],
      [16, 8],
      [17, 3],
      [48, 1],
      [49, 2],
      [200, 4],
    ] as const),
  ]) {
    const drawing = drawingOf(groupCount, boxCount);
    for (const variant of ["wide", "narrow"] as const) {
      const svg = parseXml(await chartSvg(fabricChart(drawing), variant));
      equal(countOf(svg, ".box"), groupCount * boxCount, `${groupCount} ${variant}`);
      equal(overlaps(textBoxes(svg)).length, 0, `${groupCount} ${variant}`);
    }
  }
});

test("a line joins every two groups that are joined, colored by the busiest link", async () => {
  const svg = parseXml(await chartSvg(fabricChart(drawingOf(6, 2)), "wide"));
  equal(all(svg, "line.l-u4").length, 15);
});

test("text and file tell groups and pairs, and are safe", async () => {
  const text = topologyText(drawingOf(9, 4), {
    ...{ bisectionBytesPerS: 5e11, diameterHopCount: 5, isMeasured: true },
  });
  ok(text.includes("groups        9 of 4"), text);
  ok(text.includes("joined        36 pairs of groups, at most 2 cables each"), text);
  ok(text.includes("the most that flows from the first half to the second"), text);
  ok(topologyText(drawingOf(2, 1, "switch")).includes("switches      2"));
  const svg = await topologySvg(drawingOf(9, 4));
  ok(!svg.includes("<fabric>") && svg.includes("&lt;fabric&gt;"));
});

test("a torus of four dimensions draws its further ones as slices", async () => {
  const tier = { cableCount: 96, linkBytesPerS: 5e10, utilizationMax: 0, utilizationMean: 0 };
  const svg = parseXml(
    await chartSvg(
      fabricChart({
        ...{ family: "torus", clusterId: "t", name: "T", loadOf: "no load", rankCount: 96 },
        ...{ nodeCount: 96, ranksPerNode: 1, shape: [4, 3, 2, 4], wraps: [true, true, true, true] },
        tiers: ["x", "y", "z", "w"].map((kind) => ({ ...tier, kind, name: kind })),
      }),
      "wide",
    ),
  );
  equal(countOf(svg, ".vertex"), 96);
});
