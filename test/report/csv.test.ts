import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { exactSum } from "../../src/base/sum.ts";
import { render } from "../../src/report/render.ts";
import { hostileResult } from "../support/hostile-result.ts";
import { NASTY_NAMES } from "../support/nasty.ts";
import { COLLECTIVE, COMPARE, SIMULATE } from "../support/sample-result.ts";

/** RFC 4180, as much of it as the writer uses. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/g;
  for (const [whole, raw = "", end] of text.matchAll(cell)) {
    if (whole === "" && end === "") break;
    const value = raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw;
    at(rows, rows.length - 1).push(value);
    if (end === "\n") rows.push([]);
  }
  return rows.filter((row) => row.length > 0);
}

function records(text: string): Record<string, string>[] {
  const [head = [], ...rows] = parse(text);
  return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ""])));
}

test("one row a point: the answer's, those of what-ifs, and replays", async () => {
  const rows = records(await render(COMPARE, "csv"));
  equal(
    rows.length,
    COMPARE.rows.length + at(COMPARE.whatIfs, 0).rows.length + COMPARE.replays.length,
  );
  deepEqual(
    [...new Set(rows.map((row) => row["part"]))],
    ["answer", "what if: replicated optimizer", "replay"],
  );
});

test("numbers are those of the record, and the parts sum to the step", async () => {
  const rows = records(await render(COMPARE, "csv"));
  COMPARE.rows.forEach((row, index) => {
    const written = at(rows, index);
    equal(Number(written["stepTimeS"]), row.stepTimeS);
    equal(Number(written["efficiency"]), row.efficiency);
    equal(Number(written["capacityBytes"]), row.memory.capacityBytes);
    equal(written["capitalUsd"], row.capitalUsd === undefined ? "" : String(row.capitalUsd));
    const parts = Object.keys(written).slice(
      Object.keys(written).indexOf("idealComputeS"),
      Object.keys(written).indexOf("limitKind"),
    );
    equal(parts.length, 9);
    equal(exactSum(parts.map((name) => Number(written[name]))), row.stepTimeS);
  });
});

test("claims are written as true and false, once true for the recommended point", async () => {
  const rows = records(await render(COMPARE, "csv"));
  const claims = rows.filter((row) => row["isRecommended"] === "true");
  deepEqual(
    claims.map((row) => [row["clusterId"], row["rankCount"], row["scaling"], row["part"]]),
    [["h100-fat-tree-1to1", "1024", "strong", "answer"]],
  );
  ok(rows.every((row) => row["isRecommended"] === "true" || row["isRecommended"] === "false"));
});

test("negative numbers stay numbers, text that looks like a formula is disarmed", async () => {
  const row = { ...at(SIMULATE.rows, 0), capitalUsd: -1.5, clusterName: "-1.5", model: "=1+1" };
  const [written] = records(await render({ ...SIMULATE, rows: [row] }, "csv"));
  equal(written?.["capitalUsd"], "-1.5");
  equal(written?.["clusterName"], "'-1.5");
  equal(written?.["model"], "'=1+1");
});

test("no hostile name is a formula or holds a control character", async () => {
  for (const name of NASTY_NAMES) {
    const text = await render(hostileResult(name), "csv");
    for (const row of parse(text)) {
      for (const cell of row) {
        ok(!/^[=+@\t\r]/.test(cell) && !/^-(?![\d.])/.test(cell), cell);
        // eslint-disable-next-line no-control-regex -- control characters are the subject here
        ok(!/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/.test(cell), cell);
      }
    }
  }
});

test("a number that is none is our bug, in CSV and in JSON", async () => {
  const broken = { ...SIMULATE, rows: [{ ...at(SIMULATE.rows, 0), mfu: Number.NaN }] };
  await rejects(render(broken, "csv"), /mfu is a finite number/);
  await rejects(render(broken, "json"), /"mfu" is a finite number/);
});

test("collectives are rows with their bandwidths", async () => {
  const rows = records(await render(COLLECTIVE, "csv"));
  deepEqual(
    rows.map((row) => [Number(row["sizeBytes"]), Number(row["busbwBytesPerS"]), row["limitKind"]]),
    COLLECTIVE.rows.map((row) => [row.sizeBytes, row.busbwBytesPerS, "host"]),
  );
});

test("JSON is the record itself, ends with a newline and is the same every time", async () => {
  const text = await render(COMPARE, "json");
  deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(COMPARE)));
  ok(text.startsWith('{\n  "schemaVersion": 1,') && text.endsWith("}\n"));
  equal(await render(COMPARE, "json"), text);
});
