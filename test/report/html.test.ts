import { createHash } from "node:crypto";
import { deepEqual, equal, ok } from "node:assert/strict";
import { beforeAll, test } from "vitest";
import { at, present } from "../../src/base/assert.ts";
import { render } from "../../src/report/render.ts";
import { all, parseHtml, parseXml, spaced } from "../support/dom.ts";
import type { Element } from "../support/dom.ts";
import { hostileResult } from "../support/hostile-result.ts";
import { NASTY_NAMES } from "../support/nasty.ts";
import { COLLECTIVE, COMPARE, SIMULATE, SOLVE } from "../support/sample-result.ts";

let text = "";
let page: Element;

beforeAll(async () => {
  text = await render(COMPARE, "html");
  page = parseHtml(text);
});

const texts = (root: Element, selector: string): string[] =>
  all(root, selector).map((one) => spaced(one.textContent.replace(/\s+/g, " ").trim()));

const number = (shown: string): number => Number(shown.replace(/[,+\s]|%/g, "").replace("−", "-"));

/** Rows of the first table after the heading, as texts; the head first. */
function tableAfter(heading: RegExp): string[][] {
  const blocks = all(page, ".block, section, .differences");
  const block = blocks.findLast((one) => texts(one, "h2, h3").some((head) => heading.test(head)));
  const table = present(present(block, String(heading)).querySelector("table") ?? undefined, "it");
  return all(table, "tr").map((row) => texts(row, "th, td"));
}

test("the page is one small file that asks for nothing and runs nothing", () => {
  ok(Buffer.byteLength(text) <= 400_000, `${Buffer.byteLength(text)} bytes`);
  equal(all(page, "script, link, img, iframe, object, embed, form, base").length, 0);
  for (const one of all(page, "*")) {
    for (const { name, value } of Array.from(one.attributes)) {
      ok(!name.startsWith("on") && name !== "style", name);
      if (["src", "href", "xlink:href", "action"].includes(name)) ok(value.startsWith("#"), value);
    }
  }
  ok(!/url\(|@import/.test(text));
});

test("the policy allows nothing but the one style sheet, by its hash", () => {
  const policy = page.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "";
  const css = page.querySelector("head style")?.textContent ?? "";
  const hash = createHash("sha256").update(css).digest("base64");
  equal(
    policy,
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
  );
  equal(all(page, "style").length, 1);
});

test("sections stand in the order in which they are read", () => {
  deepEqual(texts(page, "h2"), [
    "1 Options",
    "2 Why",
    "3 Fabric",
    "4 What could change it",
    "5 Cost",
    "6 Memory",
    "7 Measured on this machine",
    "8 Assumptions and sources",
    "9 Reproduce",
  ]);
  deepEqual(texts(page, "h1"), [COMPARE.answer.sentence]);
});

test("ids are unique, and every reference inside the page leads to one", () => {
  const ids = all(page, "[id]").map((one) => one.getAttribute("id") ?? "");
  equal(new Set(ids).size, ids.length);
  for (const one of all(page, "a[href]")) {
    ok(ids.includes((one.getAttribute("href") ?? "").slice(1)));
  }
  for (const one of all(page, "[aria-labelledby]")) {
    const names = (one.getAttribute("aria-labelledby") ?? "").split(" ");
    ok(names.every((name) => ids.includes(name)));
  }
});

test("every drawing is well-formed XML, drawn wide and narrow, with its values below", () => {
  const drawings = text.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
  equal(drawings.length, 2 * all(page, ".figure").length);
  for (const svg of drawings) parseXml(svg);
  for (const figure of all(page, ".figure")) {
    equal(all(figure, ".wide svg").length + all(figure, ".narrow svg").length, 2);
    ok(all(figure, "details table tbody tr").length > 0);
  }
});

test("the values below the charts are those of the record, to the last digit", () => {
  const point = present(
    COMPARE.rows.find((row) => row.clusterId === "h100-fat-tree-1to1" && row.rankCount === 1024),
    "the recommended point",
  );
  const tables = all(page, ".figure").map((figure) =>
    all(figure, "details tbody tr").map((row) => texts(row, "th, td")),
  );
  deepEqual(
    at(tables, 0).map((row) => Number(row[1])),
    [...point.parts.map((part) => part.durationS), point.stepTimeS],
  );
  const strong = COMPARE.rows.filter((row) => row.scaling === "strong");
  deepEqual(
    at(tables, 1).map((row) => row.slice(1, 4).map(Number)),
    strong.map((row) => [row.rankCount, row.samplesPerS, row.efficiency]),
  );
  deepEqual(
    at(tables, 2).map((row) => row.slice(1).map(Number)),
    at(COMPARE.drawings, 0).tiers.map((tier) => [
      tier.cableCount,
      tier.linkBytesPerS,
      tier.utilizationMax,
      tier.utilizationMean,
    ]),
  );
});

test("the recommended cluster comes first, then those that hold the limit, then the others", () => {
  const rows = tableAfter(/1 Options/);
  deepEqual(
    COMPARE.clusters.map((cluster) =>
      rows.slice(1).findIndex((row) => row[0]?.startsWith(cluster.name)),
    ),
    // In the record: 2:1 (misses, cheaper), 1:1 (recommended), torus (misses), TPU (holds).
    [2, 0, 3, 1],
  );
  deepEqual(
    rows.slice(1).map((row) => row[3]?.slice(0, 1)),
    ["✓", "✓", "✗", "✗"],
  );
  equal(rows[3]?.at(-1), "Misses the limit with 89.2 %; holds it until 512");
});

test("a printed difference of costs is that of the printed costs, and its parts sum to it", () => {
  const [, ...rows] = tableAfter(/What the difference by rent/);
  equal(rows.length, 3);
  for (const row of rows) {
    const [from = 0, to = 0, difference = 0, ...parts] = row.slice(2).map(number);
    equal(Math.round((to - from) * 100), Math.round(difference * 100));
    const sum = parts.reduce((all_, part) => all_ + part, 0);
    equal(Math.round(sum * 100), Math.round(difference * 100));
  }
});

test("the reason against a dearer cluster is the difference of the costs in its table", () => {
  const rows = tableAfter(/1 Options/);
  const usd = rows.map((row) => number(row[7] ?? ""));
  // TPU less H100 1:1, both to the cent.
  const more = Math.round(((usd[2] ?? 0) - (usd[1] ?? 0)) * 100) / 100;
  equal(rows[2]?.at(-1), `Costs ${more} USD more per million samples`);
});

test("printed hours of capital and energy sum, and memory, and capital by class", () => {
  for (const row of tableAfter(/By ownership/).slice(1, 4)) {
    const [, , , capital = 0, energy = 0, total = 0] = row.map(number);
    equal(Math.round((capital + energy) * 100), Math.round(total * 100));
  }
  for (const row of tableAfter(/6 Memory/).slice(1)) {
    const [, , w = 0, g = 0, o = 0, a = 0, sum = 0, capacity = 0, free = 0] = row.map(number);
    equal(Math.round((w + g + o + a) * 100), Math.round(sum * 100));
    equal(Math.round((capacity - sum) * 100), Math.round(free * 100));
  }
  for (const row of tableAfter(/Capital by class/).slice(1)) {
    const [, nodes = 0, switches = 0, links = 0, capital = 0] = row.map(number);
    equal(nodes + switches + links, capital);
  }
});

test("a part that is not sold has no figure but a reason", () => {
  const row = tableAfter(/By ownership/).find((one) => one[0] === "TPU v5p slice");
  deepEqual(row?.slice(2), ["none", "none", "none", "none", "none", "TPU v5p is not sold"]);
  ok(!tableAfter(/Capital by class/).some((one) => one[0] === "TPU v5p slice"));
});

test("one basis a table, with what is included and what is not", () => {
  const heads = texts(page, "#s5 h3");
  ok(heads.includes("By ownership") && heads.includes("By rent"));
  const words = texts(page, "#s5 .text").join(" ");
  for (const table of COMPARE.costs) {
    for (const item of [...table.included, ...table.notIncluded]) ok(words.includes(item), item);
  }
});

test("every assumption has its kind, source and date, and an old price its age", () => {
  const [, ...rows] = tableAfter(/8 Assumptions/);
  equal(rows.length, COMPARE.assumptions.length);
  for (const row of rows) ok(/^[●◐◇◌■] /.test(row[3] ?? "") && row[4] !== "" && row[5] !== "");
  // 2026-02-10 to 2026-10-31: 18 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 = 263 days.
  const old = rows.filter((row) => row[5]?.includes("▲"));
  equal(old.length, 4);
  ok(old.every((row) => row[5] === "2026-02-10 ▲ 263 days old"));
});

test("inputs that do not matter are all named", () => {
  const inert = COMPARE.sensitivities.filter((one) => one.swing < 0.001);
  const words = texts(page, ".inert").join(" ");
  for (const one of inert) ok(words.includes(one.name), one.name);
});

test("a stored measurement is named as such, a fresh one as made for this report", async () => {
  ok(texts(page, "#s7 .lede").join().includes("really trained for this report"));
  const stored = await render({ ...COMPARE, measurementFile: "old.measurement.json" }, "html");
  const lede = texts(parseHtml(stored), "#s7 .lede").join();
  ok(lede.includes("A stored measurement was taken") && lede.includes("old.measurement.json"));
});

test("the other kinds of results have pages too", async () => {
  for (const result of [SIMULATE, SOLVE, COLLECTIVE]) {
    const root = parseHtml(await render(result, "html"));
    deepEqual(texts(root, "h1"), [spaced(result.answer.sentence)]);
    equal(texts(root, "h2").at(-1)?.endsWith("Reproduce"), true);
    equal(all(root, "script").length, 0);
  }
});

test("hostile names add no element, no attribute and no style to the page", async () => {
  const shape = (root: Element): string[] =>
    all(root, "*").map(
      (one) => `${one.tagName} ${Array.from(one.attributes, (a) => a.name).join()}`,
    );
  const harmless = new Set(shape(page));
  // Those that aim at HTML, and the extremes of length; the others are tried on single parts.
  for (const name of [...NASTY_NAMES.slice(0, 6), ...NASTY_NAMES.slice(-2)]) {
    const root = parseHtml(await render(hostileResult(name), "html"));
    for (const one of shape(root)) ok(harmless.has(one), `${one} from ${name}`);
    equal(root.querySelector("style")?.textContent, page.querySelector("style")?.textContent);
  }
}, 120_000);

test("the same result gives the same bytes", async () => {
  equal(await render(COMPARE, "html"), text);
});
