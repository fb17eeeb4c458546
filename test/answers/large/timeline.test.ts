/** A step in time: a row for each class of ranks, each as long as the step. */
import { equal, ok } from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { test } from "vitest";
import { largeTimeline } from "../../../src/answers/large/timeline.ts";
import { timelineBytes } from "../../../src/files/timeline.ts";
import { ask } from "./support.ts";

test("every row's slices follow one another and fill the step", async () => {
  const result = await ask();
  const slices = largeTimeline(result);
  for (const { rankClass } of result.memory) {
    let endS = 0;
    for (const { startS, durationS } of slices.filter(({ row }) => row === rankClass)) {
      ok(Math.abs(startS - endS) < 1e-9);
      endS = startS + durationS;
    }
    ok(Math.abs(endS / result.stepTimeS - 1) < 1e-9, rankClass);
  }
  // 1024 sequences over 16 replicas of micro-batch 1: 64 forwards and 64 backwards a row.
  equal(slices.filter(({ name }) => name.startsWith("forward")).length, 3 * 64);
});

test("the file holds the rows' names and is the same each time", async () => {
  const slices = largeTimeline(await ask());
  const packed = timelineBytes(slices);
  ok(Buffer.from(packed).equals(Buffer.from(timelineBytes(slices))));
  const { traceEvents } = JSON.parse(gunzipSync(packed).toString()) as {
    traceEvents: readonly { ph: string; args?: { name: string } }[];
  };
  const names = traceEvents.filter(({ ph }) => ph === "M").map(({ args }) => args?.name);
  ok(names.includes("first stage") && names.includes("last stage"));
});
