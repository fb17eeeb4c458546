/** Formulas of readers' files: arithmetic and nothing else. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { compileExpression } from "../../src/base/expression.ts";

const names = ["a", "b", "c"];

function valueOf(text: string, values = [2, 3, 5]): number {
  const read = compileExpression(text, names);
  ok("value" in read, text);
  return read.value(values);
}

const messageOf = (text: string): string => {
  const read = compileExpression(text, names);
  return "message" in read ? `${read.index}: ${read.message}` : "read";
};

test("operators bind as in mathematics", () => {
  equal(valueOf("a + b * c"), 17);
  equal(valueOf("(a + b) * c"), 25);
  equal(valueOf("-a ^ 2"), -4);
  equal(valueOf("2 ^ 3 ^ 2"), 512);
  equal(valueOf("c - b - a"), 0);
  equal(valueOf("c / a / 5"), 0.5);
  equal(valueOf("50% * c"), 2.5);
  equal(valueOf("min(a, b, c) + max(a, 7) + ceil(1.2) + log2(8)"), 14);
});

test("comparisons are 1 or 0, and join by and, or", () => {
  equal(valueOf("a < b and b < c"), 1);
  equal(valueOf("a > b or b >= 3"), 1);
  equal(valueOf("a == 2 and b != 3"), 0);
});

test("what is no arithmetic is refused with its place", () => {
  equal(messageOf("a + d"), '4: the unknown name "d"');
  equal(messageOf("a +"), "3: an end where a value should be");
  equal(messageOf("(a"), "2: a bracket that is not closed");
  equal(messageOf("a b"), '2: "b" where it should end');
  equal(messageOf("eval(a)"), '0: the unknown function "eval"');
  equal(messageOf("constructor(a)"), '0: the unknown function "constructor"');
  equal(messageOf("a.b"), "1: a character that is no part of one");
  equal(messageOf("sqrt(a, b)"), "0: sqrt of more than one value");
  ok(messageOf("(".repeat(40) + "a" + ")".repeat(40)).includes("nesting deeper"));
  ok(messageOf("a+".repeat(300) + "a").includes("longer than"));
});

test("which names a formula uses is known", () => {
  const read = compileExpression("a * c", names);
  ok("value" in read);
  deepEqual([...read.usedIds], [0, 2]);
});

test("no text makes it throw", () => {
  const letters = fc.constantFrom(..."ab12.+-*/^()<>=%, ande".split(""));
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 30 }), (parts) => {
      compileExpression(parts.join(""), names);
    }),
    { seed: 3, numRuns: 500 },
  );
});
