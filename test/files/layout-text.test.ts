/** The text of a layout: what it says, and all that is wrong with it at once. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { layoutFrom } from "../../src/files/layout-text.ts";

test("keys may stand in any order, with spaces", () => {
  deepEqual(layoutFrom("micro=1, tp=8,precision=mxfp8,zero=3"), {
    ...{ microBatch: 1, tensorRanks: 8, precision: "fp8", precisionName: "mxfp8", zeroStages: 3 },
  });
  deepEqual(layoutFrom(""), {});
});

test("every mistake is named, with its column and what is meant", () => {
  throws(
    () => layoutFrom("tp=0,pq=4,recompute=some,tp=8,jitter=2,__proto__=1"),
    (error: unknown) => {
      ok(error instanceof InputError);
      const said = error.issues.map(({ column, code }) => `${column} ${code}`);
      deepEqual(said, [
        "1 out-of-range",
        "6 unknown-key",
        "11 not-allowed-value",
        "26 duplicate-key",
        "31 out-of-range",
        "40 unknown-key",
      ]);
      equal(error.issues[1]?.nextStep, 'did you mean "pp"?');
      return true;
    },
  );
});
