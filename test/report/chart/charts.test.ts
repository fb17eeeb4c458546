import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { at, present } from "../../../src/base/assert.ts";
import type { PointRow } from "../../../src/records/result.ts";
import { chartSvg, standaloneSvg } from "../../../src/report/chart/chart.ts";
import type { Chart } from "../../../src/report/chart/chart.ts";
import { fabricChart } from "../../../src/report/chart/drawing.ts";
import { losses } from "../../../src/report/chart/losses.ts";
import { bakedChartCss } from "../../../src/report/chart/palette.ts";
import { kneeOf } from "../../../src/report/chart/scaling-efficiency.ts";
import { scaling } from "../../../src/report/chart/scaling.ts";
import { ranked, tornado } from "../../../src/report/chart/tornado.ts";
import { waterfall, waterfallBars } from "../../../src/report/chart/waterfall.ts";
import { all, overlaps, parseXml, spaced, textBoxes } from "../../support/dom.ts";
import { DRAWINGS, SWITCH_DRAWING } from "../../support/sample-drawings.ts";
import { NASTY_NAMES } from "../../support/nasty.ts";
import { COMPARE } from "../../support/sample-result.ts";
import { CLUSTERS, sampleRow } from "../../support/sample-rows.ts";

const strong = COMPARE.rows.filter((row) => row.scaling === "strong");
const point = sampleRow({ cluster: at(CLUSTERS, 0), n: 1024 });

function scalingOf(rows: readonly PointRow[]): Chart {
  const recommendedId = at(rows, 0).clusterId;
  return scaling({ rows, recommendedId, efficiencyMin: 0.9, baseRankCount: 8, title: "t" });
}

const charts = (): Chart[] => [
  waterfall(point),
  waterfall(sampleRow({ cluster: at(CLUSTERS, 3), n: 8 }), 2),
  scalingOf(strong),
  ...ranked(COMPARE.sensitivities).map((group, index) => tornado(group, index + 1)),
  ...[...DRAWINGS, SWITCH_DRAWING].map((drawing, index) => fabricChart(drawing, index + 1)),
  losses(present(COMPARE.measurement, "a measurement")),
];

test("every drawing is well-formed XML with a role, a title and a description", async () => {
  for (const chart of charts()) {
    for (const variant of ["wide", "narrow"] as const) {
      const svg = parseXml(await chartSvg(chart, variant));
      equal(svg.getAttribute("role"), "img");
      const id = `fc-${chart.name}-${variant}-${chart.index}`;
      equal(svg.getAttribute("aria-labelledby"), `${id}-title ${id}-desc`);
      equal(svg.querySelector("title")?.textContent, chart.subject);
      equal(svg.querySelector("desc")?.textContent, chart.desc);
    }
  }
});

test("no two texts of a drawing overlap and none leaves it, wide and narrow", async () => {
  for (const chart of charts()) {
    for (const variant of ["wide", "narrow"] as const) {
      const boxes = textBoxes(parseXml(await chartSvg(chart, variant)));
      const [width, height] = chart[variant];
      deepEqual(overlaps(boxes), [], `${chart.name} ${variant}`);
      for (const box of boxes) {
        const inside =
          box.left >= -1 && box.right <= width + 1 && box.top >= -1 && box.bottom <= height + 1;
        ok(inside, `${chart.name} ${variant}: "${box.text}" lies inside`);
      }
    }
  }
});

test("the parts of a waterfall, as printed, add up to the printed step and to 100.0 %", () => {
  for (const cluster of CLUSTERS) {
    for (const n of [8, 64, 512, 1024]) {
      const row = sampleRow({ cluster, n });
      const bars = waterfallBars(row);
      const sum = (texts: readonly string[]): number =>
        texts.reduce((total, text) => total + Number(text.replaceAll(",", "")), 0);
      const printed = Number((row.stepTimeS * 1e3).toPrecision(4));
      ok(Math.abs(sum(bars.map((bar) => bar.time)) - printed) < 1e-9 * printed + 1e-9);
      equal(Math.round(sum(bars.map((bar) => bar.share)) * 10), 1000);
    }
  }
});

test("bars of a waterfall start where the one before ends", () => {
  let endS = 0;
  for (const bar of waterfallBars(point)) {
    equal(bar.startS, endS);
    endS += bar.durationS;
  }
  ok(Math.abs(endS - point.stepTimeS) < 1e-15);
});

test("exposed parts are hatched, the limiting link stands at the largest of them", () => {
  const bars = waterfallBars(point);
  deepEqual(
    bars.filter((bar) => bar.exposed).map((bar) => bar.name),
    ["Exposed reduce-scatter", "Exposed all-gather"],
  );
  deepEqual(
    bars.flatMap((bar) => (bar.limit === undefined ? [] : [[bar.name, spaced(bar.limit)]])),
    [["Exposed reduce-scatter", "limit: leaf-3 → spine-5, 96 % busy"]],
  );
});

test("parts under half a per cent are joined in the drawing and listed in the table", () => {
  const parts = [
    { name: "ideal compute", durationS: 0.9 },
    { name: "launch", durationS: 0.004 },
    { name: "optimizer", durationS: 0.003 },
    { name: "memory-bound ops", durationS: 0.093 },
  ] as const;
  const row = { ...point, parts, stepTimeS: 1 };
  const names = waterfallBars(row).map((bar) => bar.name);
  deepEqual(names, ["Ideal compute", "Memory-bound ops", "Other, 2 parts"]);
  deepEqual(
    waterfall(row).values.rows.map((line) => line[1]),
    [0.9, 0.004, 0.003, 0.093, 1],
  );
});

test("the knee is where loss per doubling at least doubles and another tier binds", () => {
  const rows = [1, 2, 4, 8].map((times, index) => ({
    ...point,
    rankCount: 8 * times,
    // ln(1/0.99) = 0.010 a doubling, then ln(0.98/0.90) = 0.085.
    efficiency: at([1, 0.99, 0.98, 0.9], index),
    limit: { ...point.limit, kind: index < 3 ? "host" : "uplink" },
  }));
  equal(kneeOf(rows)?.row.rankCount, 32);
  const sameLimit = rows.map((row) => ({ ...row, limit: point.limit }));
  equal(kneeOf(sameLimit), undefined);
});

test("the scaling chart has a ring only where there is a knee", async () => {
  const rings = async (rows: readonly PointRow[]) =>
    all(parseXml(await chartSvg(scalingOf(rows), "wide")), ".ring").length;
  equal(await rings(strong), 1);
  equal(await rings(strong.map((row) => ({ ...row, limit: point.limit }))), 0);
});

test("the five largest swings are drawn, all under 0.1 % are named, none is lost", () => {
  for (const { metric, largest, between, inert } of ranked(COMPARE.sensitivities)) {
    const own = COMPARE.sensitivities.filter((one) => one.metric === metric);
    equal(largest.length + between.length + inert.length, own.length);
    ok(largest.length <= 5);
    const swings = [...largest, ...between].map((one) => one.swing);
    deepEqual(
      swings,
      swings.toSorted((a, b) => b - a),
    );
    ok(inert.every((one) => one.swing < 0.001) && swings.every((swing) => swing >= 0.001));
  }
});

test("hostile and long names neither break a drawing nor its layout", async () => {
  for (const name of NASTY_NAMES) {
    const limit = { ...point.limit, id: name };
    const rows = strong.map((row, index) =>
      index < 8 ? { ...row, clusterName: name, limit } : row,
    );
    const hostile: Chart[] = [
      waterfall({ ...point, clusterName: name, model: name, limit }),
      scalingOf(rows),
      tornado({
        ...at(ranked(COMPARE.sensitivities.map((one) => ({ ...one, name }))), 0),
      }),
      ...[0, 2].map((index) => fabricChart({ ...at(DRAWINGS, index), name, loadOf: name })),
    ];
    for (const chart of hostile) {
      for (const variant of ["wide", "narrow"] as const) {
        const svg = parseXml(await chartSvg(chart, variant));
        equal(all(svg, "script, img, style, foreignObject, a").length, 0);
        const width = chart[variant][0];
        for (const box of textBoxes(svg))
          ok(box.left >= -1 && box.right <= width + 1, `${chart.name} ${variant} ${box.text}`);
        deepEqual(overlaps(textBoxes(svg)), [], `${chart.name} ${variant} ${name}`);
      }
    }
    parseXml(await standaloneSvg(at(hostile, 0), name));
  }
});

test("a drawing that stands alone has its colors baked in and refers to nothing", async () => {
  const svg = await standaloneSvg(waterfall(point), "source");
  const css = parseXml(svg).querySelector("style")?.textContent ?? "";
  equal(css, bakedChartCss());
  ok(!css.includes("var(") && !/url\(|@import|https?:/.test(css));
  ok(svg.includes(waterfall(point).title));
});

test("the same record gives the same bytes", async () => {
  equal(await chartSvg(scalingOf(strong), "wide"), await chartSvg(scalingOf(strong), "wide"));
});
