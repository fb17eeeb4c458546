import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { gradientBuckets } from "../../src/workload/buckets.ts";
import { lasting, ready, traceOf } from "./small-trace.ts";

const FIVE_OPS = Array.from({ length: 5 }, () => lasting("backward", 1));

test("tensors are joined in order of readiness until the bucket is full", () => {
  // Two bytes an element: 20, 20 | 30, 16 | 2. A bucket closes at 40 bytes or more.
  const gradients = [ready(0, 10), ready(1, 10), ready(1, 15), ready(3, 8), ready(4, 1)];
  deepEqual(gradientBuckets(traceOf(FIVE_OPS, gradients), 40), [
    { sizeBytes: 40, tensorCount: 2, readyOp: 1 },
    { sizeBytes: 46, tensorCount: 2, readyOp: 3 },
    { sizeBytes: 2, tensorCount: 1, readyOp: 4 },
  ]);
});

test("a tensor larger than a bucket makes its own", () => {
  const gradients = [ready(0, 10), ready(2, 500), ready(4, 10)];
  deepEqual(gradientBuckets(traceOf(FIVE_OPS, gradients), 40), [
    { sizeBytes: 20, tensorCount: 1, readyOp: 0 },
    { sizeBytes: 1000, tensorCount: 1, readyOp: 2 },
    { sizeBytes: 20, tensorCount: 1, readyOp: 4 },
  ]);
});

test("a model without parameters has no buckets", () => {
  deepEqual(gradientBuckets(traceOf(FIVE_OPS), 40), []);
});

test("lost, unordered and misplaced gradients are our bugs", () => {
  const bug = { name: "InvariantError" };
  const lost = { ...traceOf(FIVE_OPS, [ready(0, 10)]), parameterCount: 11 };
  throws(() => gradientBuckets(lost, 40), bug);
  throws(() => gradientBuckets(traceOf(FIVE_OPS, [ready(2, 1), ready(1, 1)]), 40), bug);
  throws(() => gradientBuckets(traceOf([lasting("forward", 1)], [ready(0, 1)]), 40), bug);
  throws(() => gradientBuckets(traceOf(FIVE_OPS), 0), bug);
});

test("any buckets hold every byte once, are full but where a large tensor cuts in", () => {
  const elements = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 });
  const size = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(elements, size, (elements, bucketBytes) => {
      const ops = elements.map(() => lasting("backward", 1));
      const trace = traceOf(
        ops,
        elements.map((count, i) => ready(i, count)),
      );
      const buckets = gradientBuckets(trace, bucketBytes);
      const totalBytes = buckets.reduce((sum, bucket) => sum + bucket.sizeBytes, 0);
      equal(totalBytes, 2 * trace.parameterCount);
      equal(buckets.at(-1)?.readyOp, elements.length - 1);
      for (const [i, bucket] of buckets.entries()) {
        // One tensor less and it would not have been full.
        const lastBytes = 2 * (elements[bucket.readyOp] ?? 0);
        ok(bucket.tensorCount === 1 || bucket.sizeBytes - lastBytes < bucketBytes);
        const next = buckets[i + 1];
        ok(next === undefined || bucket.sizeBytes >= bucketBytes || next.sizeBytes >= bucketBytes);
      }
    }),
    { seed: 3, numRuns: 200 },
  );
});
