import { equal } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import {
  bitRate,
  bytes,
  duration,
  fixed,
  percent,
  significant,
  usd,
} from "../../src/base/format.ts";
import { formatIssue } from "../../src/base/errors.ts";
import { printable } from "../../src/base/printable.ts";
import { shellQuoted } from "../../src/base/shell.ts";
import { editDistance, suggest } from "../../src/base/suggest.ts";

test("thousands have commas, minus is a minus sign, and zero has no sign", () => {
  equal(fixed(1234567.891, 1), "1,234,567.9");
  equal(fixed(-1234.5, 0), "−1,235");
  equal(fixed(-0.0001, 2), "0.00");
});

test("three significant digits, whatever the size", () => {
  equal(significant(0.0123456), "0.0123");
  equal(significant(123456), "123,456");
  equal(significant(1.5), "1.50");
});

test("quantities choose the unit a reader would", () => {
  equal(duration(0.0382), "38.2\u00a0ms");
  equal(duration(1.2e-6), "1.20\u00a0µs");
  equal(bytes(2.63e9), "2.63\u00a0GB");
  equal(bitRate(50e9), "400\u00a0Gb/s");
  equal(usd(53_400_000), "53.4\u00a0M\u00a0USD");
  equal(usd(4.2), "4.20\u00a0USD");
  equal(percent(0.9134), "91.3\u00a0%");
});

test("a name with an escape sequence cannot reach the terminal as one", () => {
  equal(printable("a\u001b[31mb\u0007\u202ec"), "a\\u{1b}[31mb\\u{7}\\u{202e}c");
});

test("an issue is one line with place, found, expected, next step and code", () => {
  const issue = {
    code: "wrong-dimension",
    file: "pod.yaml",
    line: 14,
    column: 9,
    pointer: "/fabric/link/rate",
    found: '"400 GB"',
    expected: 'a data rate such as "400 Gb/s"',
    nextStep: 'did you mean "400 Gb/s"?',
  };
  equal(
    formatIssue(issue),
    'pod.yaml:14:9: found "400 GB", expected a data rate such as "400 Gb/s"; ' +
      'did you mean "400 Gb/s"? [wrong-dimension]',
  );
  equal(formatIssue({ ...issue, line: 0 }).startsWith("pod.yaml: found"), true);
});

test("the nearest word is suggested, and nothing far away is", () => {
  equal(suggest("topolgy", ["topology", "collective"]), "topology");
  equal(suggest("xyzzy", ["topology", "collective"]), undefined);
});

test("edit distance counts one for an insertion, deletion, replacement or swap", () => {
  equal(editDistance("rate", "rates"), 1);
  equal(editDistance("rate", "ate"), 1);
  equal(editDistance("rate", "rote"), 1);
  equal(editDistance("rate", "arte"), 1);
  equal(editDistance("kitten", "sitting"), 3);
});

test("edit distance is a metric in its first two laws: zero to itself, symmetric", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      equal(editDistance(a, a), 0);
      equal(editDistance(a, b), editDistance(b, a));
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("words are quoted for a shell only where it matters", () => {
  equal(shellQuoted("job.globalBatch=2048"), "job.globalBatch=2048");
  equal(shellQuoted("efficiency >= 90%"), "'efficiency >= 90%'");
  equal(shellQuoted("it's"), "'it'\\''s'");
});
