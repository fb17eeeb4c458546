import { deepEqual, throws } from "node:assert/strict";
import { test } from "vitest";
import { seeded } from "../../../src/base/random.ts";
import { constantly, Parameters } from "../../../src/tensor/parameters.ts";
import type { Parameter } from "../../../src/tensor/tensor.ts";
import { bucketsOf } from "../../../src/training/sync/buckets.ts";
import { Readiness } from "../../../src/training/sync/readiness.ts";
import { teamOfOne } from "../../../src/training/team.ts";

/** Six parameters of 10 numbers in buckets of 20: [e, f], [c, d], [a, b]. */
function made() {
  const parameters = new Parameters();
  for (const name of "abcdef") parameters.declare(name, [10], constantly(0));
  parameters.allocate(seeded(1));
  const started: string[] = [];
  const buckets = bucketsOf(parameters.list, teamOfOne(), 20);
  const readiness = new Readiness(buckets, (bucket) => {
    started.push(bucket.parameters.map(({ name }) => name).join(""));
  });
  const touch = (names: string) => {
    for (const name of names) {
      readiness.touched(parameters.list.find((p): p is Parameter => p.name === name)!);
    }
  };
  return { readiness, started, touch, buckets };
}

test("buckets hold neighbors, the last first, with the places where they begin", () => {
  const { buckets } = made();
  const shown = buckets.map(({ parameters, startIndex, elementCount }) => {
    return `${parameters.map(({ name }) => name).join("")} ${startIndex} ${elementCount}`;
  });
  deepEqual(shown, ["ef 40 20", "cd 20 20", "ab 0 20"]);
});

test("the first step learns, from the second on buckets start as soon as they are final", () => {
  const { readiness, started, touch } = made();
  touch("aeffdcba"); // a is a table used at both ends
  deepEqual(started, []);
  readiness.finish();
  deepEqual(started.splice(0), ["ef", "cd", "ab"]);
  readiness.beginStep();
  touch("ae");
  touch("f");
  deepEqual(started, []); // f comes once more
  touch("f");
  deepEqual(started, ["ef"]);
  touch("dc");
  deepEqual(started, ["ef", "cd"]);
  touch("b");
  deepEqual(started, ["ef", "cd"]);
  touch("a");
  deepEqual(started.splice(0), ["ef", "cd", "ab"]);
  readiness.finish();
  deepEqual(started, []);
});

test("buckets start in one order, however their gradients come", () => {
  const { readiness, started, touch } = made();
  touch("abcdef");
  readiness.finish();
  started.splice(0);
  readiness.beginStep();
  touch("abcd");
  deepEqual(started, []);
  touch("ef");
  deepEqual(started, ["ef", "cd", "ab"]);
});

test("what adds to a gradient that is being added up is a defect, and said so", () => {
  const { readiness, touch } = made();
  touch("ef");
  readiness.finish();
  readiness.beginStep();
  touch("ef");
  throws(() => touch("e"), /nothing adds to a final gradient: e/);
});
