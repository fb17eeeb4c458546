import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import type { PipelineShape } from "../../../src/training/pipeline/schedule.ts";
import { actionsOf, messagesOf } from "../../../src/training/pipeline/schedule.ts";

const short = (rank: number, shape: PipelineShape) =>
  actionsOf(rank, shape).map(({ kind, microIndex, chunkIndex }) => {
    const chunk = shape.chunkCount > 1 ? `.${chunkIndex}` : "";
    return `${kind === "forward" ? "F" : "B"}${microIndex}${chunk}`;
  });

test("1F1B of three stages and four micro-batches, as the paper draws it", () => {
  const shape = { rankCount: 3, microCount: 4, chunkCount: 1 };
  equal(short(0, shape).join(" "), "F0 F1 F2 B0 F3 B1 B2 B3");
  equal(short(1, shape).join(" "), "F0 F1 B0 F2 B1 F3 B2 B3");
  equal(short(2, shape).join(" "), "F0 B0 F1 B1 F2 B2 F3 B3");
});

test("interleaved: micro-batches go in groups of all ranks through chunk after chunkIndex", () => {
  const shape = { rankCount: 2, microCount: 2, chunkCount: 2 };
  // Warm-up of rank 0: 2 · (2 − 0 − 1) + (2 − 1) · 2 = 4, all there is; of rank 1: 2.
  equal(short(0, shape).join(" "), "F0.0 F1.0 F0.1 F1.1 B0.1 B1.1 B0.0 B1.0");
  equal(short(1, shape).join(" "), "F0.0 F1.0 F0.1 B0.1 F1.1 B1.1 B0.0 B1.0");
});

const shapes = fc
  .record({
    rankCount: fc.integer({ min: 1, max: 5 }),
    groups: fc.integer({ min: 1, max: 3 }),
    chunkCount: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ rankCount, groups, chunkCount }): PipelineShape => {
    return { rankCount, chunkCount, microCount: groups * rankCount };
  });

test("every micro-batch goes forward and back once through every chunkIndex", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      for (let rank = 0; rank < shape.rankCount; rank++) {
        const seen = new Set<string>();
        let [underWay, most] = [0, 0];
        for (const { kind, microIndex, chunkIndex } of actionsOf(rank, shape)) {
          const forward = `forward ${microIndex} ${chunkIndex}`;
          ok(kind === "forward" || seen.has(forward), "forward comes first");
          seen.add(`${kind} ${microIndex} ${chunkIndex}`);
          underWay += kind === "forward" ? 1 : -1;
          most = Math.max(most, underWay);
        }
        equal(seen.size, 2 * shape.microCount * shape.chunkCount);
        // 1F1B: no more than there are stages from here on.
        if (shape.chunkCount === 1) ok(most <= shape.rankCount - rank);
      }
    }),
    { seed: 20, numRuns: 60 },
  );
});

test("with sends that do not wait, no rank waits for ever, and all messages are wanted", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { rankCount, chunkCount } = shape;
      const sent = new Set<string>();
      const wanted = new Set<string>();
      const places = Array<number>(rankCount).fill(0);
      const stageCount = rankCount * chunkCount;
      for (let moved = true; moved;) {
        moved = false;
        for (let rank = 0; rank < rankCount; rank++) {
          const actions = actionsOf(rank, shape);
          for (; places[rank]! < actions.length; places[rank]!++) {
            const { kind, microIndex, chunkIndex } = at(actions, places[rank]!);
            const stage = chunkIndex * rankCount + rank;
            const step = kind === "forward" ? 1 : -1;
            const needed = `${kind} ${microIndex} ${stage - step}`;
            const isEnd = kind === "forward" ? stage === 0 : stage === stageCount - 1;
            if (!isEnd && !sent.has(needed)) break;
            if (!isEnd) wanted.add(needed);
            const target = stage + step;
            if (target >= 0 && target < stageCount) sent.add(`${kind} ${microIndex} ${stage}`);
            moved = true;
          }
        }
      }
      deepEqual(
        places,
        Array.from(places, (_, rank) => actionsOf(rank, shape).length),
      );
      deepEqual([...sent].sort(), [...wanted].sort());
      // What each rank sends to each other is what the others look for.
      let count = 0;
      for (let from = 0; from < rankCount; from++) {
        for (let to = 0; to < rankCount; to++) count += messagesOf(from, to, shape).length;
      }
      equal(count, sent.size);
    }),
    { seed: 20, numRuns: 60 },
  );
});
