/**
 * Folded against unfolded on random small clusters: links down, links slow, odd groups,
 * chunks off by a byte, every algorithm. The plain engine sends every message of every
 * repetition. Folding over time alone, each step once for all its repetitions, is equal to it
 * in every bit. Folding besides skips ticks where no link binds, and solves equal sizes once
 * and scales them: these may differ by a tick a step.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { Refusal } from "../../../src/base/errors.ts";
import { seeded } from "../../../src/base/random.ts";
import type { Random } from "../../../src/base/random.ts";
import { vertexId } from "../../../src/base/ids.ts";
import { ALGORITHMS } from "../../../src/network/collectives/table.ts";
import { expandedProgram } from "../../../src/network/engine/expand.ts";
import { runMessages } from "../../../src/network/engine/messages.ts";
import { runProgram } from "../../../src/network/engine/run.ts";
import { failedGraph } from "../../../src/network/routing/failures.ts";
import { hashed } from "../../../src/network/routing/hash.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { joinedMessages } from "../../../src/network/traffic.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { Program } from "../../../src/records/schedule.ts";
import {
  bareFatTree,
  barePods,
  bareSwitch,
  bareTorus,
  h100FatTree,
} from "../../support/clusters.ts";
import { slowTest } from "../../support/slow.ts";

const MADE = [
  { made: bareSwitch(13), ranks: [2, 3, 5, 8, 13] },
  {
    made: bareFatTree({ portCount: 24, portsPerLeaf: 4, uplinksPerLeaf: 4, spineRadix: 8 }),
    ranks: [6, 7, 12, 24],
  },
  { made: barePods({ portCount: 32 }), ranks: [16, 21, 32] },
  { made: bareTorus([3, 5]), ranks: [15] },
  { made: bareTorus([4, 2, 2]), ranks: [16] },
  { made: h100FatTree(4), ranks: [8, 16, 24] },
];

/** A cluster that has seen better days: one of its links down, up to three slow ones. */
function worn(random: Random): Graph {
  const below = (count: number): number => Math.floor(random() * count);
  const { made, ranks } = at(MADE, below(MADE.length));
  let graph = buildGraph(made, at(ranks, below(ranks.length)));
  if (graph.routeBy !== undefined && random() < 0.3) {
    graph = { ...graph, route: graph.routeBy(hashed(below(100), true)) };
  }
  if (random() < 0.4) {
    const link = below(graph.linkCount);
    const ends = [at(graph.linkSource, link), at(graph.linkTarget, link)];
    graph = failedGraph(graph, [ends.map((end) => graph.vertexName(vertexId(end))).join(":")]);
  }
  const linkBytesPerS = graph.linkBytesPerS.slice();
  for (let i = below(4); i > 0; i--) {
    const link = below(graph.linkCount);
    linkBytesPerS[link] = at(linkBytesPerS, link) / (2 + below(3));
  }
  return { ...graph, linkBytesPerS };
}

function randomProgram(graph: Graph, random: Random): Program {
  const below = (count: number): number => Math.floor(random() * count);
  const collective = at(["all-reduce", "all-gather", "all-to-all", "broadcast"] as const, below(4));
  const able = ALGORITHMS.filter(
    (one) => one.supports(graph, collective) === undefined && one.graphFor === undefined,
  );
  const sizeBytes = at([1e6, 1e6 + 1, 4097, 2 ** 26], below(4));
  const program = at(able, below(able.length)).program(graph, collective, sizeBytes);
  if (random() < 0.6) return program;
  // One message of each step is a byte longer, which no two steps share.
  const steps = program.steps.map((step) => {
    if (step.allPairsBytes !== undefined) return step;
    const longer = below(step.source.length);
    return { ...step, messageBytes: step.messageBytes.map((b, m) => (m === longer ? b + 1 : b)) };
  });
  return { ...program, steps };
}

interface Seen {
  /** Runs in which folding over time left events out. */
  folded: number;
  bits: number;
  ticks: number;
  cutOff: number;
}

function foldedIsUnfolded(seed: number, seen: Seen): void {
  const random = seeded(seed);
  const graph = worn(random);
  const program = randomProgram(graph, random);
  try {
    const folded = runProgram(program, graph).durationS;
    const whole = runProgram(program, graph, { unfolded: true });
    const plain = whole.durationS;
    // Folding over time alone: each step by events once, not once a repetition.
    const once = runProgram(program, graph, { unfolded: true, once: true });
    equal(once.durationS, plain, `${seed}: in every bit`);
    deepEqual(once.steps, whole.steps);
    deepEqual(once.linkBytes, whole.linkBytes);
    if (once.eventCount < whole.eventCount) seen.folded++;
    const stepCount = program.steps.reduce((sum, { repeat }) => sum + repeat, 0);
    const tickS = stepCount * folded * 2 ** -39;
    ok(Math.abs(folded - plain) <= 1e-12 * plain + tickS, `${seed}: ${folded} is ${plain}`);
    if (folded === plain) seen.bits++;
    else seen.ticks++;
  } catch (error) {
    // A link that was somebody's only one: refused by both in the same way.
    ok(error instanceof Refusal && error.code === "unreachable-rank", String(error));
    seen.cutOff++;
  }
}

function checkMany(numRuns: number): Seen {
  const seen = { folded: 0, bits: 0, ticks: 0, cutOff: 0 };
  fc.assert(
    fc.property(fc.nat(), (seed) => foldedIsUnfolded(seed, seen)),
    { seed: 77, numRuns },
  );
  return seen;
}

test("folded equals unfolded on random small clusters", () => {
  const seen = checkMany(60);
  ok(seen.folded > 5 && seen.bits > 5 && seen.ticks > 5, JSON.stringify(seen));
  equal(seen.bits + seen.ticks + seen.cutOff, 60);
});

slowTest("folded equals unfolded on a thousand random small clusters", () => {
  const seen = checkMany(1000);
  ok(seen.folded > 100 && seen.bits > 100 && seen.ticks > 100, JSON.stringify(seen));
});

test("two collectives at once that share no link take the time that each takes alone", () => {
  // Ranks 0 … 3 and 4 … 7 of one leaf each: rings of their own, in every semantics.
  const graph = buildGraph(bareFatTree({ portCount: 8, portsPerLeaf: 4, uplinksPerLeaf: 4 }), 8);
  const half = buildGraph(bareSwitch(4), 4);
  const ring = ALGORITHMS.find(({ name }) => name === "ring")!.program(half, "all-reduce", 1e6);
  const shifted: Program = {
    ...ring,
    steps: ring.steps.map((step) => ({
      ...step,
      source: step.source.map((rank) => rank + 4),
      target: step.target.map((rank) => rank + 4),
    })),
  };
  for (const semantics of ["barrier", "rendezvous", "stream"] as const) {
    const lists = [ring, shifted].map((one) => expandedProgram(one, semantics));
    const run = (messages: (typeof lists)[number]) =>
      runMessages(messages, [{ startS: 0, graph }]).finishS;
    const together = run(joinedMessages(lists));
    const alone = lists.flatMap((list) => [...run(list)]);
    for (const [m, seconds] of alone.entries()) {
      ok(Math.abs(at(together, m) - seconds) <= 1e-12, `message ${m}`);
    }
  }
});
