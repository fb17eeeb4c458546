/** What is known beyond what predictions use: read whole, and counted for lists. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { catalogCounts } from "../../src/answers/catalog-counts.ts";
import { catalogDifference } from "../../src/answers/catalog.ts";
import { readCatalog, readCatalogHeads, readCatalogPart } from "../../src/files/catalog.ts";
import { readParts } from "../../src/files/catalog.ts";
import { countFigures, readFigures } from "../../src/files/catalog-figures.ts";
import { partShown, partText } from "../../src/report/catalog.ts";

test("a range is shown by its ends, and stands for its middle", async () => {
  const { figures } = await readFigures("accelerator-figures", "h100-sxm");
  const used = figures.find(({ priceKind }) => priceKind === "used");
  equal(used?.written, "22000 to 25000 USD per accelerator");
  equal(used?.sourced.value, 23_500);
  equal(used?.isPrice, true);
});

test("a part has its own figures first, then further ones, modes it lacks, notes", async () => {
  const part = await readCatalogPart("mi325x");
  const named = part.figures.map(({ name }) => name !== undefined);
  deepEqual(
    named,
    named.toSorted((a, b) => Number(a) - Number(b)),
  );
  deepEqual(part.unsupported, ["dense fp4 peak"]);
  ok(part.notes?.includes("form factor: OAM"));
  ok(part.figures.some(({ name, written }) => name === "TDP" && written === "1000 W"));
});

test("figures that contradict each other stand side by side, each with its source", async () => {
  const { figures } = await readCatalogPart("latency-switches");
  ok(figures.every(({ sourced }) => sourced.source !== ""));
  const sheet = (await readCatalogPart("qm9700")).figures.filter(({ isPrice }) => isPrice);
  deepEqual(
    sheet.map(({ written }) => written),
    ["36000 USD", "35000 USD each", "50000 USD each"],
  );
});

test("a subject without a part is shown with its facts and what is not known of it", async () => {
  const nic = partText(await readCatalogPart("connectx-9"));
  ok(nic.includes("not known:"));
  const old = partText(await readCatalogPart("connectx-6dx"), () => 7);
  ok(/ 2026-09-15 +7 +vendor/.test(old) && old.includes("host interface: PCIe 4 x16 ("));
  const shown = JSON.stringify(partShown(await readCatalogPart("ascend-910b"), () => 7));
  ok(shown.includes('"name":"dense bf16 peak","value":376,"unit":"TFLOP/s","isUsed":false'));
  ok(shown.includes('"ageDays":7'));
});

test("programs get a range as its numbers, and a list of three as three", async () => {
  const figures = async (id: string) =>
    partShown(await readCatalogPart(id))["figures"] as readonly Record<string, unknown>[];
  const valueOf = async (id: string, name: string) =>
    (await figures(id)).find((figure) => figure["name"] === name && Array.isArray(figure["value"]));
  const used = await valueOf("h100-sxm", "price");
  deepEqual([used?.["value"], used?.["unit"]], [[22_000, 25_000], "USD per accelerator"]);
  const three = await valueOf("cost-semianalysis", "large pretrain provider spread");
  deepEqual(three?.["value"], [1, 1.1, 1.15]);
});

test("parts differ by the names of their figures, whatever their order", async () => {
  const [from, to] = [await readCatalogPart("h100-sxm"), await readCatalogPart("h20-sxm")];
  const rows = catalogDifference(from, to);
  deepEqual(
    rows.find(({ pointer }) => pointer === "dense fp8 peak"),
    {
      pointer: "dense fp8 peak",
      from: "1979 TFLOP/s",
      to: "296 TFLOP/s",
      change: " (\u221285.0\u00a0%)",
    },
  );
});

test("a list counts figures without parsing them, and counts right", async () => {
  const whole = await readCatalog();
  const heads = await readCatalogHeads();
  deepEqual(
    heads.map(({ id, name, figures, furtherCount }) => [
      ...[id, name, figures.length + (furtherCount ?? 0)],
    ]),
    whole.map(({ id, name, figures }) => [id, name, figures.length]),
  );
  equal((await countFigures("design", "design-rules")).count, 0);
});

test("what predictions read of a sort is the parts' own files alone", async () => {
  const parts = await readParts("accelerator");
  ok(parts.every(({ figures }) => figures.every(({ name }) => name === undefined)));
  ok(!parts.some(({ id }) => id === "ascend-910b"));
});

/** | kind | parts | figures | used | shown only | recalled | assumed | read in a source | */
test("the table of the documentation says how many figures of each kind there are", async () => {
  const rows = catalogCounts(await readCatalog()).map((one) => [
    ...[one.sort, one.partCount, one.figureCount, one.usedCount],
    ...[one.figureCount - one.usedCount, one.recalledCount, one.assumedCount],
    `${Math.round(100 * (1 - one.assumedCount / Math.max(1, one.figureCount)))} %`,
  ]);
  const table = rows.map((row) => row.join("|"));
  const page = readFileSync("docs/catalogue.md", "utf8").split("\n");
  const printed = page
    .filter((line) => /^\| [a-z ]+\| *[0-9]/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim())
        .join("|"),
    );
  deepEqual(printed, table);
});

/**
 * Of 1,793 collected entries 168 are not known to anybody and 64 are modes that a part lacks;
 * the other 1,561 are figures. 1,188 and 10 facts lie apart, 363 stand in the parts' own files.
 */
test("nothing that was collected is dropped", async () => {
  const parts = await readCatalog();
  const count = (of: (part: (typeof parts)[number]) => number): number =>
    parts.reduce((sum, part) => sum + of(part), 0);
  equal(
    count(({ figures }) => figures.filter(({ name }) => name !== undefined).length),
    1188,
  );
  equal(
    count(({ facts = [] }) => facts.length),
    10,
  );
  equal(
    count(({ unsupported = [] }) => unsupported.length),
    64,
  );
});
