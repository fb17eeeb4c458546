/** Dispatch and combine of experts against what their library published. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { predictTable } from "../../../src/answers/accuracy/predict.ts";
import { expertTime } from "../../../src/network/measured/expert-law.ts";
import { table } from "../../answers/accuracy/tables.ts";

const CASE = {
  ...{ ranks: 16, tokens: 128, hiddenSize: 7168, copiesPerToken: 8, isEightBit: true },
  ...{ isLowLatency: true, linkBytesPerS: 164.8e9, nicBytesPerS: 50e9 },
};

test("low latency is a start and the copies that leave over the NIC", () => {
  // 128 · 8 · (7168 + 56 · 4) bytes, half of them to the other node, at 47 GB/s.
  const expected = 36.8e-6 + (0.5 * 128 * 8 * 7392) / 47e9;
  ok(Math.abs(expertTime(CASE).timeS / expected - 1) < 1e-12);
});

test("sixteen bits take longer than eight, and more ranks than fewer", () => {
  ok(expertTime({ ...CASE, isEightBit: false }).timeS > expertTime(CASE).timeS);
  ok(expertTime({ ...CASE, ranks: 64 }).timeS > expertTime(CASE).timeS);
  const normal = { ...CASE, isLowLatency: false, tokens: 4096 };
  ok(expertTime({ ...normal, ranks: 64 }).timeS > expertTime({ ...normal, ranks: 8 }).timeS);
});

test("published runs are met within 8 %", () => {
  const { columns, rows } = table("scenarios/validation/collectives-expert-parallel-deepep.csv");
  const printed = new Map(rows.map((row) => [row["id"] ?? "", row]));
  let checked = 0;
  for (const { id, column, predicted } of predictTable({ columns, rows })) {
    const measured = Number(printed.get(id)?.[column]);
    if (!(measured > 0)) continue;
    checked += 1;
    ok(Math.abs((predicted ?? 0) / measured - 1) < 0.08, `${id} ${column} ${predicted}`);
  }
  equal(checked, 20);
});
