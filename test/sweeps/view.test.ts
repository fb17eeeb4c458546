/** Which of a sweep's points a page shows: checked against all points, one by one. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { present } from "../../src/base/assert.ts";
import { sampleSweep, SWEEP_TEXT } from "../support/sample-sweep.ts";
import type { SampleSweep } from "../support/sample-sweep.ts";

type Point = Readonly<Record<string, number | string | null>>;

const allPoints = ({ folder }: SampleSweep): Point[] =>
  JSON.parse(readFileSync(join(folder, "results.json"), "utf8")) as Point[];

const usdOf = (point: Point): number => Number(point["runUsd"]);

test("the front is what no point beats in both, among all points of the sweep", async () => {
  const sample = await sampleSweep();
  const { view } = sample;
  deepEqual([view.by, view.order, view.against], ["runUsd", "least", "days"]);
  const points = allPoints(sample).filter(({ state }) => state === "ok");
  const beaten = (one: Point): boolean =>
    points.some((other) => {
      const [usd, days] = [usdOf(other) - usdOf(one), Number(other["days"]) - Number(one["days"])];
      return usd <= 0 && days <= 0 && (usd < 0 || days < 0);
    });
  const front = points.filter((point) => !beaten(point)).map(({ key }) => key);
  const shown = view.points.filter(({ isOnFront }) => isOnFront).map(({ keyIndex }) => keyIndex);
  // Of points that are alike in both the first is shown.
  for (const key of shown) ok(front.includes(key), `point ${key} is on the front`);
  const alike = new Set(
    points.filter(({ key }) => front.includes(key)).map((p) => `${p["runUsd"]} ${p["days"]}`),
  );
  equal(shown.length, alike.size);
});

test("of every value of every input the best point is shown, with its own figures", async () => {
  const sample = await sampleSweep();
  const { view } = sample;
  const points = allPoints(sample).filter(({ state }) => state === "ok");
  for (const { name, values } of view.axes) {
    for (const value of values) {
      const own = points.filter((point) => point[name] === value);
      if (own.length === 0) continue;
      const least = Math.min(...own.map(usdOf));
      const place = view.axes.length + view.numbers.indexOf("runUsd");
      ok(
        view.points.some((point) => point.values[place] === least),
        `${name} = ${value}`,
      );
    }
  }
  for (const { keyIndex, values } of view.points) {
    const point = present(
      points.find((one) => one["key"] === keyIndex),
      "a point of the results",
    );
    const names = [...view.axes.map(({ name }) => name), ...view.numbers];
    deepEqual(
      values,
      names.map((name) => point[name]),
    );
  }
});

test("without tokens nothing costs anything: points are ranked by throughput", async () => {
  const { view } = await sampleSweep(
    SWEEP_TEXT.replace("tokens: 15T\n", "").replace(/derive.*\n/, ""),
  );
  deepEqual([view.by, view.order, view.against], ["tokensPerS", "most", "memoryShare"]);
  ok(!view.numbers.includes("runUsd"));
});
