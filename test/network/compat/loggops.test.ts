/** LogGOPS gives what LogGOPSim prints: oracles of the unmodified program, and its algebra. */
import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { parseGoalBinary, formatGoalBinary } from "../../../src/files/formats/goal-binary.ts";
import { parseGoal } from "../../../src/files/formats/goal.ts";
import { DEFAULT_LOGGOPS, loggopsFinishNs } from "../../../src/network/compat/loggops.ts";
import { readText } from "../../support/sources.ts";

const finish = (text: string, given = {}): number[] => [
  ...loggopsFinishNs(parseGoal(text, "x.goal"), { ...DEFAULT_LOGGOPS, ...given }),
];

/** Ranks of statements each. */
const goal = (...ranks: (readonly string[])[]): string =>
  [
    `num_ranks ${ranks.length}`,
    ...ranks.map((lines, rank) => `rank ${rank} {\n${lines.join("\n")}\n}`),
  ].join("\n");

const MESSAGE = goal(["send 8b to 1"], ["recv 8b from 0"]);

test("one short message: the sender is free after o, the receiver after o + L + o + 7·G", () => {
  // 1500; 1500 + 2500 + 1500 + 7·6 = 5542
  deepEqual(finish(MESSAGE), [1500, 5542]);
});

test("a message above S holds its sender until it is matched, without the answer's latency", () => {
  // Sent at 0, there at o + L = 3900, where it is matched: the sender's clock rises to 3900.
  const given = { latencyNs: 3700, overheadNs: 200, gapNs: 5, gapNsPerByte: 0, eagerBytes: 0 };
  deepEqual(finish(MESSAGE, given), [3900, 4100]);
});

test("a dissemination of 16 ranks in four rounds ends everywhere after 22,000 ns", () => {
  // The figure its README prints; each round o + L + o = 5500, four of them one after another.
  const ranks = Array.from({ length: 16 }, (_, rank) =>
    [1, 2, 4, 8].flatMap((distance, round) => [
      `l${2 * round}: recv 1b from ${(rank + 16 - distance) % 16} tag ${round}`,
      `l${2 * round + 1}: send 1b to ${(rank + distance) % 16} tag ${round}`,
      ...(round === 0 ? [] : [`l${2 * round + 1} requires l${2 * round - 2}`]),
    ]),
  );
  deepEqual(
    finish(goal(...ranks)),
    Array.from({ length: 16 }, () => 22_000),
  );
});

test("the program's own tree of 32 ranks ends at rank 31 after 27,500 ns", () => {
  // Five sends of rank 0 each o apart; the deepest way is five times o + L + o = 5500.
  const times = finish(readText("scenarios/neighbors/tree-32.goal"));
  equal(times.indexOf(Math.max(...times)), 31);
  equal(times[31], 27_500);
});

test("an all-reduce of 1 KiB over 8 ranks by halving and doubling takes 43,716 ns", () => {
  // Six rounds of 5500, and G = 6 for each byte but the first of 512, 256, 128, 128, 256, 512:
  // 33,000 + 6·(1792 − 6) = 43,716.
  const sizes = [512, 256, 128, 128, 256, 512];
  const masks = [1, 2, 4, 4, 2, 1];
  const ranks = Array.from({ length: 8 }, (_, rank) =>
    sizes.flatMap((size, i) => {
      const peer = rank ^ (masks[i] ?? 0);
      const wait = i === 0 ? [] : [`s${i} requires r${i - 1}`];
      return [`s${i}: send ${size}b to ${peer}`, `r${i}: recv ${size}b from ${peer}`, ...wait];
    }),
  );
  deepEqual(
    finish(goal(...ranks)),
    Array.from({ length: 8 }, () => 43_716),
  );
});

test("messages of several senders wait for the receiver's processor, one after the other", () => {
  // All arrive at 4000; each takes 1500 + 99·6 = 2094: 4000 + 3·2094 = 10,282.
  const [receiver] = finish(
    goal(
      ["recv 100b from -1", "recv 100b from -1", "recv 100b from -1"],
      ...[1, 2, 3].map(() => ["send 100b to 0"]),
    ),
  );
  equal(receiver, 10_282);
});

test("irequires waits for a start, requires for an end", () => {
  // b starts with a, on another processor: both end at 100. c starts behind a: 200.
  const lines = [
    "a: calc 100",
    "b: calc 100 cpu 1",
    "b irequires a",
    "c: calc 100",
    "c requires a",
  ];
  deepEqual(finish(goal(lines)), [200]);
  // On one processor they follow each other all the same.
  deepEqual(finish(goal(["a: calc 100", "b: calc 100", "b irequires a"])), [200]);
});

test("a message of no bytes is charged minus one byte, as unsigned numbers make it", () => {
  // 4000 + 1500 − 6
  deepEqual(finish(goal(["send 0b to 1"], ["recv 0b from 0"])), [1500, 5494]);
});

test("tags must match; any tag is matched by −1", () => {
  deepEqual(finish(goal(["send 8b to 1 tag 3"], ["recv 8b from 0 tag -1"])), [1500, 5542]);
  throws(() => finish(goal(["send 8b to 1 tag 3"], ["recv 8b from 0 tag 4"])), /unmatched-message/);
});

test("what never becomes ready is named, not passed over", () => {
  throws(
    () => finish(goal(["a: recv 8b from 1", "b: send 8b to 1", "b requires a"], [])),
    /a receive of rank 0 that no message matches/,
  );
});

test("text and binary mean the same, and the check file of two ranks has 148 bytes", () => {
  const schedule = parseGoal(MESSAGE, "x");
  const bytes = formatGoalBinary(schedule);
  const view = new DataView(bytes.buffer);
  // Header 14, two table rows of 16, per rank 8 + one root 4 + one node 39 = 51: 14 + 32 + 102.
  equal(bytes.length, 148);
  deepEqual(
    [14, 22, 30, 38].map((place) => Number(view.getBigUint64(place, true))),
    [38, 89, 89, 140],
  );
  deepEqual(parseGoalBinary(bytes, "y"), schedule);
});

test("random schedules come back from binary as they were, and end at the same times", () => {
  const size = fc.integer({ min: 0, max: 100_000 });
  const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3), size, fc.nat(2)), { maxLength: 20 });
  fc.assert(
    fc.property(pairs, (messages) => {
      const lines: string[][] = [[], [], [], []];
      for (const [i, [from, to, bytes, cpu]] of messages.entries()) {
        lines[from]?.push(`s${i}: send ${bytes}b to ${to} tag ${i} cpu ${cpu} nic 1`);
        lines[to]?.push(`r${i}: recv ${bytes}b from ${from} tag ${i}`);
        if (i > 0 && lines[from]?.some((line) => line.startsWith(`r${i - 1}:`)) === true) {
          lines[from].push(`s${i} requires r${i - 1}`);
        }
      }
      const schedule = parseGoal(goal(...lines), "x");
      const again = parseGoalBinary(formatGoalBinary(schedule), "y");
      deepEqual(again, schedule);
      const given = { ...DEFAULT_LOGGOPS, eagerBytes: 1000 };
      deepEqual(loggopsFinishNs(again, given), loggopsFinishNs(schedule, given));
    }),
    { seed: 7, numRuns: 100 },
  );
});
