/** A long run tells how far it is, and takes the same time as one that tells nobody. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { at, present } from "../../../src/base/assert.ts";
import { findAlgorithm } from "../../../src/network/collectives/table.ts";
import { runProgram } from "../../../src/network/engine/run.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { RunOptions } from "../../../src/records/schedule.ts";
import { bareTorus } from "../../support/clusters.ts";

const GRAPH = buildGraph(bareTorus([8, 16]), 128);

function told(algorithm: string, options: RunOptions): (readonly [number, number])[] {
  const lines: (readonly [number, number])[] = [];
  const made = present(findAlgorithm(algorithm), algorithm).program(GRAPH, "all-reduce", 1e6);
  const silent = runProgram(made, GRAPH, options);
  const onProgress = (done: number, all: number) => void lines.push([done, all]);
  const loud = runProgram(made, GRAPH, { ...options, onProgress });
  equal(loud.durationS, silent.durationS);
  for (const [i, [done, all]] of lines.entries()) {
    ok(done <= all && (i === 0 || done > at(lines, i - 1)[0]), `${done} of ${all}`);
  }
  return lines;
}

test("the plain engine counts each message's start and arrival, repetition by repetition", () => {
  const lines = told("ring", { unfolded: true });
  // 2·127 repetitions of 128 messages, two events each.
  equal(lines.length, 2 * 127);
  deepEqual(lines.at(-1), [2 * 127 * 128 * 2, 2 * 127 * 128 * 2]);
});

test("runs without barriers tell now and then, ring or not", () => {
  for (const [algorithm, semantics] of [
    ["ring", "rendezvous"],
    ["ring", "stream"],
    ["torus-all-links", "rendezvous"],
  ] as const) {
    // Each message has two events, and at least 16,384 of them lie between two words.
    const lines = told(algorithm, { semantics, unfolded: true });
    const [, all] = at(lines, 0);
    ok(lines.length <= all / 16_384, `${algorithm}: ${lines.length} words for ${all} events`);
  }
});
