import { deepEqual, ok } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { topologySvg, topologyText } from "../../src/report/topology.ts";
import { parseXml } from "../support/dom.ts";
import { DRAWINGS, SWITCH_DRAWING } from "../support/sample-drawings.ts";

test("a fat tree is told by counts, cables and rates", () => {
  const lines = topologyText(at(DRAWINGS, 0)).split("\n");
  ok(lines.includes("  leaves        32, at most 32 ports down, 16 up"));
  ok(lines.includes("  spines        16"));
  // 512 cables of 400 Gb/s are 204.8 Tb/s.
  deepEqual(
    lines
      .find((line) => line.includes("leaf to spine"))
      ?.trim()
      .split(/ {2,}/),
    ["leaf to spine", "512", "400 Gb/s", "205 Tb/s", "96 %", "83 %"],
  );
});

test("a torus names its shape and which dimensions close", () => {
  const text = topologyText(at(DRAWINGS, 2));
  ok(text.includes("8 × 4 × 4") && text.includes("closed        x, y, z"));
});

test("without a load no load is shown", () => {
  const drawing = at(DRAWINGS, 0);
  const tiers = drawing.tiers.map((tier) => ({ ...tier, utilizationMax: 0, utilizationMean: 0 }));
  const text = topologyText({ ...drawing, tiers });
  ok(!text.includes("busiest") && !text.includes("load of"));
});

test("each family can be drawn as a file of its own", async () => {
  for (const drawing of [...DRAWINGS, SWITCH_DRAWING]) {
    const svg = await topologySvg(drawing);
    const root = parseXml(svg);
    ok((root.querySelector("title")?.textContent ?? "").includes(drawing.name));
    ok((root.querySelector("desc")?.textContent ?? "") !== "");
    ok(!svg.includes("var(") && !/(?:href|src)=/.test(svg));
  }
});
