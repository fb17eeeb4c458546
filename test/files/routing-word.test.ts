/** Routing as typed, and as a question's file says it. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { Evaluator } from "../../src/answers/evaluator.ts";
import { questionFrom } from "../../src/files/question.ts";
import { parseRouting } from "../../src/files/routing-word.ts";
import type { NetworkChoices } from "../../src/records/job.ts";
import { issuesFrom } from "./support.ts";

test("words of routing are understood whole or not at all", () => {
  deepEqual(parseRouting("ecmp:7"), { kind: "ecmp", isSalted: true, seed: 7 });
  deepEqual(parseRouting("ecmp-unsalted:0"), { kind: "ecmp", isSalted: false, seed: 0 });
  deepEqual(parseRouting("valiant:12"), { kind: "valiant", seed: 12 });
  deepEqual(parseRouting("adaptive:1"), { kind: "adaptive", seed: 1 });
  deepEqual(parseRouting("minimal"), { kind: "minimal" });
  for (const wrong of ["ecmp", "ecmp:", "ecmp:x", "valiant", "spray:1", "minimal:1", "ecmp:-1"]) {
    equal(parseRouting(wrong), undefined, wrong);
  }
});

const DATA = {
  question: "simulate",
  job: { model: "gpt-1.3b", globalBatch: "32" },
  cluster: "h100-dragonfly",
  accelerators: "32",
};

test("a question's network is read, and changes the collectives of its answer", async () => {
  const network = { routing: "valiant:3", queuePairs: "2", fail: ["group-1/switch-0"] };
  const routed = await questionFrom({ ...DATA, network }, { id: "q" });
  ok(routed.kind === "simulate");
  deepEqual(routed.network, {
    ...{ routing: { kind: "valiant", seed: 3 }, queuePairCount: 2, failed: network.fail },
  });
  const time = (choices?: NetworkChoices): number =>
    new Evaluator(choices).network(routed.cluster, 256).time("all-reduce", 1e8).timeline.durationS;
  // Between two groups detours over a third take longer than the way straight.
  ok(time({ routing: { kind: "valiant", seed: 3 } }) > time());
});

test("a word that is no routing is refused at its place", async () => {
  const network = { routing: "ecmp" };
  const [issue] = await issuesFrom(questionFrom({ ...DATA, network }, { id: "q" }));
  deepEqual([issue?.code, issue?.pointer], ["not-allowed-value", "/network/routing"]);
});
