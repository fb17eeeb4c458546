/** How the network was used: it changes the times, and the answer says so. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { answerCollective } from "../../src/answers/collective.ts";
import type { CollectiveQuestion, NetworkChoices } from "../../src/records/job.ts";
import { bareFatTree } from "../support/clusters.ts";

function ask(network?: NetworkChoices) {
  const question: CollectiveQuestion = {
    id: "q",
    title: "q",
    asOf: "2026-11-24",
    seed: 1,
    kind: "collective",
    cluster: bareFatTree({ portCount: 64, portsPerLeaf: 8, uplinksPerLeaf: 8, spineRadix: 8 }),
    collective: "all-reduce",
    algorithm: "ring",
    rankCount: 64,
    sizesBytes: [2 ** 26],
    ...(network === undefined ? {} : { network }),
  };
  return answerCollective(question, { words: ["collective"], recordings: [] });
}

test("without choices nothing is said but the semantics", () => {
  equal(ask().answer.beware.length, 1);
  equal(ask().semantics, "barrier");
  deepEqual(ask({ placement: { kind: "natural" } }).rows, ask().rows);
});

test("semantics, placement, shares, routing and failures stand in the answer", () => {
  const result = ask({
    semantics: "rendezvous",
    share: "rtt",
    unfolded: true,
    placement: { kind: "random", seed: 7 },
    routing: { kind: "ecmp", seed: 4, isSalted: false },
    failed: ["spine-3"],
  });
  equal(result.semantics, "rendezvous");
  const words = result.answer.beware.join("\n");
  for (const part of [/Rendezvous/, /1 \/ latency/, /seed 7/, /seed 4/, /hash alike/, /spine-3/]) {
    ok(part.test(words), String(part));
  }
  ok((result.rows[0]?.timeS ?? 0) > 2 * (ask().rows[0]?.timeS ?? 0));
});

test("over seeds the time is the median, with p95 and the worst beside it", () => {
  const routing = { kind: "ecmp", seed: 1, isSalted: true } as const;
  const placement = { kind: "random", seed: 7 } as const;
  const [row] = ask({ routing, placement, seedCount: 32 }).rows;
  const each = Array.from(
    { length: 32 },
    (_, i) => ask({ routing: { ...routing, seed: 1 + i }, placement }).rows[0]?.timeS ?? 0,
  ).sort((a, b) => a - b);
  // Of 32 the 16th is the median, the 31st (⌈0.95 · 32⌉) the p95.
  deepEqual(row?.seeds, { seedCount: 32, p50S: each[15], p95S: each[30], worstS: each[31] });
  equal(row?.timeS, each[15]);
});
