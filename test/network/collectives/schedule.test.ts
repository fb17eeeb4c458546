/** A user's own schedule: carried out on data first, refused at the first wrong chunk. */
import { equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { chosenByRules, choiceRules } from "../../../src/network/collectives/choice-rules.ts";
import { scheduleProgram } from "../../../src/network/collectives/schedule.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { ChunkMove, Collective } from "../../../src/records/schedule.ts";
import { bareSwitch } from "../../support/clusters.ts";

/** A ring all-reduce written out by hand: chunk (r − k) goes from r to r + 1. */
function ringMoves(n: number): ChunkMove[] {
  return Array.from({ length: 2 * (n - 1) }, (_, step) =>
    Array.from({ length: n }, (_, source) => {
      const chunkId = (((source - step - (step < n - 1 ? 1 : 0)) % n) + 2 * n) % n;
      const shifted = step < n - 1 ? chunkId : (((source - (step - n + 1)) % n) + n) % n;
      const move = { step, source, target: (source + 1) % n, reduces: step < n - 1 };
      return { ...move, chunkId: shifted };
    }),
  ).flat();
}

const asked = (n: number, moves: readonly ChunkMove[], collective: Collective = "all-reduce") => ({
  ...{ name: "mine.csv", collective, rankCount: n, moves },
});

test("a ring written out takes the ring's time, and is solved as two patterns at most", () => {
  for (const n of [2, 3, 5, 8]) {
    const graph = buildGraph(bareSwitch(n), n);
    const schedule = scheduleProgram(asked(n, ringMoves(n)));
    equal(new Set(schedule.steps.map(({ target }) => target)).size, 1);
    const request = { collective: "all-reduce", sizeBytes: 1e8 } as const;
    const mine = collectiveTime(graph, { ...request, algorithm: "mine.csv", schedule });
    const ring = collectiveTime(graph, { ...request, algorithm: "ring" });
    const [found, expected] = [mine.timeline.durationS, ring.timeline.durationS];
    ok(Math.abs(found / expected - 1) < 1e-12);
    equal(mine.algorithm, "mine.csv");
  }
});

test("the first wrong rank and chunk are named", () => {
  const moves = ringMoves(4);
  // The sum of chunk 2 goes 2 → 3 → 0 → 1: without the last move rank 1 has a part of it.
  const last = moves.findLastIndex(({ target, chunkId }) => target === 1 && chunkId === 2);
  throws(
    () => scheduleProgram(asked(4, moves.toSpliced(last, 1))),
    /rank 1, chunk 2: another value.*expected the sum of all ranks/,
  );
  // A chunk added twice is wrong too, on the first rank that has it.
  throws(() => scheduleProgram(asked(4, [...moves, { ...moves[0]!, step: 99 }])), /rank 1, chunk/);
});

test("other collectives: a scatter, an all-gather, an all-to-all, and their mistakes", () => {
  const scatter = [1, 2].map((target) => ({
    ...{ step: 0, source: 0, target, chunkId: target, reduces: false },
  }));
  equal(scheduleProgram(asked(3, scatter, "scatter")).steps.length, 1);
  throws(() => scheduleProgram(asked(3, scatter.slice(1), "scatter")), /rank 1, chunk 1: nothing/);
  const pairs = [0, 1, 2].flatMap((source) =>
    [0, 1, 2].filter((target) => target !== source).map((target) => ({ source, target })),
  );
  const exchange = pairs.map(({ source, target }) => ({
    ...{ step: 0, source, target, chunkId: target, intoId: source, reduces: false },
  }));
  equal(scheduleProgram(asked(3, exchange, "all-to-all")).steps.length, 1);
  throws(
    () => scheduleProgram(asked(3, exchange.slice(1), "all-to-all")),
    /rank 1, chunk 0: nothing/,
  );
  throws(
    () => scheduleProgram(asked(3, [{ ...scatter[0]!, chunkId: 3 }], "all-gather")),
    /4 chunks for 3 ranks/,
  );
});

test("rules choose by collective, size and group; the first that fits is taken", () => {
  const rules = choiceRules("bruck@..64K, all-reduce/ring@64K..1G#512.., double-binary-tree#2..8");
  const by = (collective: Collective, sizeBytes: number, rankCount: number): string =>
    chosenByRules(rules, { collective, sizeBytes, rankCount });
  equal(by("all-gather", 65_536, 4), "bruck");
  equal(by("all-reduce", 2 ** 20, 512), "ring");
  equal(by("all-gather", 2 ** 20, 512), "auto");
  equal(by("all-reduce", 2 ** 20, 8), "double-binary-tree");
  for (const line of ["ring@", "nonsense@1K", "x/ring", "ring@2K..1K", "ring,"]) {
    throws(() => choiceRules(line), /the rule/, line);
  }
});
