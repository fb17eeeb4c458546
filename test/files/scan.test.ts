/** Nesting is measured before any parser sees the text. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { nowS } from "../../src/files/clock.ts";
import { DEPTH_MAX, tooDeepAt } from "../../src/files/scan.ts";

const flow = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const dashes = (depth: number): string => "- ".repeat(depth) + "1";
const steps = (depth: number): string =>
  Array.from({ length: depth }, (_, level) => `${" ".repeat(level)}k:`).join("\n");

for (const [name, nest] of Object.entries({ flow, dashes, steps })) {
  test(`${name}: as deep as allowed passes, one level more does not`, () => {
    // A value inside dashes opens a column of its own, so dashes count one more.
    const depth = name === "dashes" ? DEPTH_MAX - 1 : DEPTH_MAX;
    equal(tooDeepAt(nest(depth)), undefined);
    ok(tooDeepAt(nest(depth + 1)));
  });
}

test("the place is where the first level too many opens", () => {
  deepEqual(tooDeepAt(`a:\n  - ${"[".repeat(300)}`)?.line, 2);
});

test("a hundred thousand levels, of any sort, take well under a second each", () => {
  const startS = nowS();
  for (const text of [flow(100_000), dashes(100_000), '{"a":'.repeat(100_000), "[".repeat(16e6)]) {
    ok(tooDeepAt(text));
  }
  // Four passes that stop at level 201; a second would be a thousand times too slow.
  ok(nowS() - startS < 1);
});

test("brackets inside quotes, comments and plain words do not nest", () => {
  const many = "[".repeat(500);
  equal(tooDeepAt(`a: "${many}"`), undefined);
  equal(tooDeepAt(`a: '${many} it''s ${many}'`), undefined);
  equal(tooDeepAt(`a: "\\"${many}"`), undefined);
  equal(tooDeepAt(`a: 1 # ${many}`), undefined);
  equal(tooDeepAt(`a: it's ${many}`), undefined);
  equal(tooDeepAt(`{"a": "${many}", "b": ["${many}"]}`), undefined);
});

test("a quote that closes does not hide what follows it", () => {
  ok(tooDeepAt(`a: "x"\nb: ${flow(300)}`));
  ok(tooDeepAt(`{"a": "x\\\\", "b": ${flow(300)}}`));
  ok(tooDeepAt(`a: it's\nb: ${flow(300)}`));
});

test("anchors and tags before a bracket do not hide it", () => {
  ok(tooDeepAt(`a: ${"&x [".repeat(300)}`));
  ok(tooDeepAt(`a: ${"!!seq [".repeat(300)}`));
  ok(tooDeepAt(`- &x\n${steps(300)}`));
});

test("list marks with anchors or tags between them count as well", () => {
  ok(tooDeepAt(`${"- &a ".repeat(300)}1`));
  ok(tooDeepAt(`a: "${"- !!x ".repeat(300)}"`)); // even in quotes: parsers choke on them
});

test("a block of text hides its own brackets and quotes, and nothing after it", () => {
  const many = "[".repeat(500);
  equal(tooDeepAt(`a: |\n  ${many}\n\n  "it\nb: 1`), undefined);
  equal(tooDeepAt(`- >-\n  ${many}\n- 1`), undefined);
  ok(tooDeepAt(`a: |\n  "quote\nb: ${flow(300)}`));
  ok(tooDeepAt(`- |\n  "quote\n- ${flow(300)}`));
  ok(tooDeepAt(`a: |\n    deep\n  b: ${flow(300)}`));
  ok(tooDeepAt(`a: "open\n---\nb: ${flow(300)}`));
});

test("a long flat file is not deep", () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `key${i}:\n  - [1, 2]\n  - {a: b}`);
  equal(tooDeepAt(lines.join("\n")), undefined);
});
