import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { normal, seeded } from "../../src/base/random.ts";

test("the first draws of seed 1 are what they have always been", () => {
  const random = seeded(1);
  deepEqual(
    [random(), random(), random()].map((x) => Math.round(x * 2 ** 32)),
    GOLDEN,
  );
});

test("two streams of one seed are equal, of two seeds are not", () => {
  const draw = (seed: number) => Array.from({ length: 8 }, seeded(seed));
  deepEqual(draw(5), draw(5));
  ok(draw(5).every((x, i) => x !== draw(6)[i]));
});

test("uniform numbers have mean 1/2 and variance 1/12", () => {
  // Standard error of the mean of N = 100,000: sqrt(1/12/N) = 0.0009; five of them: 0.0046.
  const random = seeded(3);
  const draws = Array.from({ length: 100_000 }, random);
  const mean = draws.reduce((a, b) => a + b) / draws.length;
  const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
  ok(Math.abs(mean - 0.5) < 0.0046, `mean ${mean}`);
  ok(Math.abs(variance - 1 / 12) < 0.002, `variance ${variance}`);
  ok(draws.every((x) => x >= 0 && x < 1));
});

test("normal numbers have mean 0, variance 1, and lie within six", () => {
  const random = seeded(4);
  const draws = Array.from({ length: 50_000 }, () => normal(random));
  const mean = draws.reduce((a, b) => a + b) / draws.length;
  const variance = draws.reduce((a, b) => a + b * b, 0) / draws.length - mean * mean;
  ok(Math.abs(mean) < 0.025, `mean ${mean}`);
  ok(Math.abs(variance - 1) < 0.03, `variance ${variance}`);
  equal(Math.max(...draws.map(Math.abs)) < 6, true);
});

const GOLDEN = [393288148, 2174103013, 3814759091];
