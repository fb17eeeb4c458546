/** A stored answer beside a fresh one: equal, moved, new, gone and hidden values. */
import { deepEqual } from "node:assert/strict";
import { test } from "vitest";
import { reproduced } from "../../src/answers/reproduced.ts";

test("values are compared where they stand, and those taken out are counted apart", () => {
  const was = { a: 1, b: [{ c: "x" }, { c: "redacted in cost" }], old: null, none: [] };
  const is = { a: 2, b: [{ c: "x" }, { c: "redacted in cost" }], fresh: true, none: [] };
  deepEqual(reproduced(was, is, "redacted"), {
    // b.0.c and the empty list.
    equalCount: 2,
    moved: [
      { pointer: "a", was: "1", is: "2" },
      { pointer: "old", was: "null", is: "nothing" },
      { pointer: "fresh", was: "nothing", is: "true" },
    ],
    hidden: ["b.1.c"],
  });
});

test("an answer is equal to itself whatever it holds", () => {
  const data = { deep: { list: [1, [2, { three: "3" }]], text: "a.b" } };
  deepEqual(reproduced(data, structuredClone(data), "redacted").moved, []);
});
