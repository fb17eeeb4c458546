import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { hiding } from "../../src/workload/hiding.ts";

test("a collective that fits into its margin is hidden", () => {
  deepEqual(hiding([5], [6]), { totalS: 5, hiddenS: 5, exposedS: 0 });
  deepEqual(hiding([6], [6]), { totalS: 6, hiddenS: 6, exposedS: 0 });
});

test("what goes beyond the margin is exposed", () => {
  deepEqual(hiding([10], [6]), { totalS: 10, hiddenS: 6, exposedS: 4 });
});

test("a stall moves everything behind it, so the worst one counts, not their sum", () => {
  // Done at 3 and 8 s, needed after 0 and 3 s of compute: stalled 3, then 8 − (3 + 3) = 2 more.
  equal(hiding([3, 5], [0, 3]).exposedS, 5);
  // Done at 3 and 4, needed after 0 and 3: stalled 3; at 6 the second is long done.
  equal(hiding([3, 1], [0, 3]).exposedS, 3);
});

test("nothing to send hides nothing", () => {
  deepEqual(hiding([], []), { totalS: 0, hiddenS: 0, exposedS: 0 });
  deepEqual(hiding([0, 0], [0, 1]), { totalS: 0, hiddenS: 0, exposedS: 0 });
});

test("falling margins and negative times are our bugs", () => {
  const bug = { name: "InvariantError" };
  throws(() => hiding([1, 1], [2, 1]), bug);
  throws(() => hiding([-1], [2]), bug);
  throws(() => hiding([1], []), bug);
});

test("the closed form is what walking a forward and a backward pass finds", () => {
  // Whole seconds, so that both reckonings are exact.
  const seconds = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 12 });
  fc.assert(
    fc.property(seconds, fc.nat(9), (pairs, restS) => {
      const durationsS = pairs.map(([durationS]) => durationS);
      let marginS = 0;
      const marginsS = pairs.map(([, apartS]) => (marginS += apartS));
      const passS = marginS + restS;

      let gatheredS = 0;
      let forwardS = 0;
      let computedS = 0;
      for (const [k, durationS] of durationsS.entries()) {
        const neededS = marginsS[k] ?? 0;
        gatheredS += durationS;
        forwardS = Math.max(forwardS + neededS - computedS, gatheredS);
        computedS = neededS;
      }
      equal(forwardS + passS - computedS, passS + hiding(durationsS, marginsS).exposedS);

      let reducedS = 0;
      for (const [b, durationS] of [...durationsS.entries()].toReversed()) {
        reducedS = Math.max(reducedS, passS - (marginsS[b] ?? 0)) + durationS;
      }
      equal(Math.max(passS, reducedS), passS + hiding(durationsS, marginsS).exposedS);
    }),
    { seed: 4, numRuns: 500 },
  );
});
