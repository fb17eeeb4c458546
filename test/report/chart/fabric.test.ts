import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import type { FatTreeDrawing, TorusDrawing } from "../../../src/records/drawing.ts";
import { chartSvg } from "../../../src/report/chart/chart.ts";
import { fabricChart } from "../../../src/report/chart/drawing.ts";
import { all, countOf, overlaps, parseXml, spaced, textBoxes } from "../../support/dom.ts";
import type { Element } from "../../support/dom.ts";
import { DRAWINGS, SWITCH_DRAWING } from "../../support/sample-drawings.ts";

const draw = async (drawing: Parameters<typeof fabricChart>[0], variant: "wide" | "narrow") =>
  parseXml(await chartSvg(fabricChart(drawing), variant));

const tree = at(DRAWINGS, 0) as FatTreeDrawing;
const torus = at(DRAWINGS, 2) as TorusDrawing;

function countsMatch(svg: Element, drawing: FatTreeDrawing): void {
  equal(countOf(svg, ".spine"), drawing.spineCount);
  equal(countOf(svg, ".leaf"), drawing.leafCount);
  equal(countOf(svg, ".node"), drawing.nodeCount);
}

test("the spines, leaves and nodes drawn are those of the record", async () => {
  for (const drawing of DRAWINGS.slice(0, 2)) {
    for (const variant of ["wide", "narrow"] as const) {
      countsMatch(await draw(drawing, variant), drawing as FatTreeDrawing);
    }
  }
});

test("every vertex of a torus is drawn or stood for", async () => {
  for (const drawing of DRAWINGS.slice(2)) {
    for (const variant of ["wide", "narrow"] as const) {
      equal(countOf(await draw(drawing, variant), ".vertex"), drawing.nodeCount);
    }
  }
});

test("the hosts of a switch are drawn or stood for", async () => {
  const svg = await draw(SWITCH_DRAWING, "wide");
  equal(countOf(svg, ".node"), SWITCH_DRAWING.nodeCount);
  equal(countOf(svg, ".switch"), 1);
});

test("fat trees of any size keep their counts and their texts apart", async () => {
  const size = fc.record({
    leafCount: fc.integer({ min: 1, max: 200 }),
    spineCount: fc.integer({ min: 0, max: 130 }),
    ranksPerNode: fc.constantFrom(1, 4, 8),
    last: fc.integer({ min: 1, max: 32 }),
  });
  await fc.assert(
    fc.asyncProperty(size, async ({ leafCount, spineCount, ranksPerNode, last }) => {
      const leafPortCounts = Array<number>(leafCount).fill(32);
      leafPortCounts[leafCount - 1] = last;
      const rankCount = 32 * (leafCount - 1) + last;
      const nodeCount = Math.ceil(rankCount / ranksPerNode);
      const drawing = { ...tree, leafCount, spineCount, leafPortCounts, rankCount, nodeCount };
      for (const variant of ["wide", "narrow"] as const) {
        const svg = await draw(drawing, variant);
        countsMatch(svg, drawing);
        equal(overlaps(textBoxes(svg)).join(), "");
      }
    }),
    { seed: 14, numRuns: 12 },
  );
});

test("tori of any shape count their vertices, few or many", async () => {
  const length = fc.integer({ min: 1, max: 20 });
  await fc.assert(
    fc.asyncProperty(fc.array(length, { minLength: 1, maxLength: 3 }), async (shape) => {
      const nodeCount = shape.reduce((product, one) => product * one, 1);
      const drawing = { ...torus, shape, wraps: shape.map((one) => one > 3), nodeCount };
      for (const variant of ["wide", "narrow"] as const) {
        const svg = await draw(drawing, variant);
        equal(countOf(svg, ".vertex"), nodeCount);
        equal(overlaps(textBoxes(svg)).join(), "");
      }
    }),
    { seed: 15, numRuns: 12 },
  );
});

test("2:1 shows: the upper ribbon is half as wide as the lower", async () => {
  const svg = await draw(tree, "wide");
  // Uplinks are 96 % busy (u5), host links 74 % (u4); ribbons are the rects 68 and 56 high.
  const width = (fill: string, height: string): number => {
    const found = all(svg, `rect.${fill}`).find((one) => one.getAttribute("height") === height);
    return Number(found?.getAttribute("width"));
  };
  const [upper, lower] = [width("u5", "68"), width("u4", "56")];
  ok(upper > 0 && Math.abs(upper * 2 - lower) < 0.05, `${upper} and ${lower}`);
});

test("a mesh has no stubs and says so", async () => {
  const mesh = { ...torus, wraps: [false, false, false] };
  const texts = textBoxes(await draw(mesh, "wide")).map((box) => box.text);
  ok(texts.some((text) => text.includes("mesh: no row or column closes")));
  const longest = async (drawing: TorusDrawing): Promise<number> => {
    const lines = all(await draw(drawing, "wide"), "line.l-u5");
    const lengths = lines.map((one) =>
      Math.abs(Number(one.getAttribute("x2")) - Number(one.getAttribute("x1"))),
    );
    return Math.max(...lengths);
  };
  // Stubs of 9 px at both ends.
  ok(Math.abs((await longest(torus)) - (await longest(mesh)) - 18) < 0.05);
});

test("links inside a node are no links of the torus, however busy", async () => {
  const texts = textBoxes(await draw(torus, "wide")).map((box) => spaced(box.text));
  // 8 × 4 × 4 closed in all dimensions: three links a node, 384.
  ok(texts.includes("128 nodes, 384 links of 400 Gb/s, no switch"), texts.join("; "));
  ok(fabricChart(torus).title.includes("x links are the busiest"));
});
