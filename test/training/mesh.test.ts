import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import type { Degrees } from "../../src/training/mesh.ts";
import { AXES, membersOf, ONE_RANK, placeOf, rankCountOf } from "../../src/training/mesh.ts";

test("ranks count up along tensor, context, expert, data and pipeline", () => {
  const degrees = { tensor: 2, context: 3, expert: 2, data: 2, pipeline: 2 };
  equal(rankCountOf(degrees), 48);
  // 29 = 1 + 2 · (2 + 3 · (0 + 2 · (0 + 2 · 1)))
  const place = { tensor: 1, context: 2, expert: 0, data: 0, pipeline: 1 };
  deepEqual(placeOf(degrees, 29), place);
  throws(() => placeOf(degrees, 48), /a rank has a place/);
});

test("by hand: two tensor-parallel pairs in each of two stages", () => {
  const degrees = { ...ONE_RANK, tensor: 2, data: 2, pipeline: 2 };
  deepEqual(membersOf(degrees, 5, ["tensor"]), [4, 5]);
  deepEqual(membersOf(degrees, 5, ["data"]), [5, 7]);
  deepEqual(membersOf(degrees, 5, ["pipeline"]), [1, 5]);
  deepEqual(membersOf(degrees, 5, ["data", "tensor"]), [4, 5, 6, 7]);
  deepEqual(membersOf(degrees, 5, ["embedding", "data"]), [1, 3, 5, 7]);
  deepEqual(membersOf(degrees, 5, ["expert"]), [5]);
});

test("the ends of a pipeline share an embedding, its middle shares nothing", () => {
  const degrees = { ...ONE_RANK, pipeline: 4 };
  deepEqual(membersOf(degrees, 0, ["embedding"]), [0, 3]);
  deepEqual(membersOf(degrees, 2, ["embedding"]), [2]);
});

test("groups along any axes divide the ranks into equal, disjoint parts", () => {
  const degree = fc.integer({ min: 1, max: 3 });
  const degrees = fc.record({
    ...{ tensor: degree, context: degree, expert: degree, data: degree, pipeline: degree },
  });
  fc.assert(
    fc.property(degrees, fc.subarray([...AXES]), (all: Degrees, kinds) => {
      const size = kinds.reduce((product, kind) => product * all[kind], 1);
      for (let rank = 0; rank < rankCountOf(all); rank++) {
        const members = membersOf(all, rank, kinds);
        equal(members.length, size);
        for (const other of members) deepEqual(membersOf(all, other, kinds), members);
      }
    }),
    { seed: 20, numRuns: 40 },
  );
});
