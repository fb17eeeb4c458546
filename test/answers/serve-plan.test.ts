/** `plan --users`: replicas that keep a level of service, by laws and by hand. */
import { equal, match, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { answerServe } from "../../src/answers/serve-plan.ts";
import { readDesign } from "../../src/files/cluster.ts";
import { readLargeModel } from "../../src/files/large-model.ts";
import type { Accelerator } from "../../src/records/cluster.ts";
import type { ServeQuestion } from "../../src/records/serve-plan.ts";
import { serveJson, serveText } from "../../src/report/serve-plan.ts";

const question: ServeQuestion = {
  ...{ users: 1000, thinkS: 0, promptTokens: 1000, outputTokens: 500 },
  ...{ ttftMaxS: 2, tpotMaxS: 0.05, weightBits: 8, rentKind: "on-demand" },
};

async function h100(): Promise<Accelerator> {
  const { node } = await readDesign("h100-fat-tree-2to1");
  ok(node.accelerator !== undefined);
  return node.accelerator;
}

const answered = async (more: Partial<ServeQuestion> = {}) =>
  at(
    answerServe({ ...question, ...more }, await readLargeModel("llama-3-70b"), [await h100()])
      .options,
    0,
  );

test("both limits are kept, and replicas times users serve everybody", async () => {
  const option = await answered();
  ok(option.ttftS <= 2 && 1.25 * option.tpotS <= 0.05);
  ok(option.replicas * option.usersPerReplica >= 1000);
  equal(option.acceleratorCount, (option.replicas + 1) * option.tensorRanks);
  // 3.99 USD an hour for each.
  ok(Math.abs((option.usdPerS ?? 0) * 3600 - 3.99 * option.acceleratorCount) < 1e-6);
  // Little's law: users are those decoding and those waiting for their first token.
  const cycleS = option.ttftS + 500 * option.tpotS;
  ok(Math.abs(option.tokensPerS / ((1000 * 500) / cycleS) - 1) < 1e-9);
});

test("a tighter level, more users or longer prompts never need fewer accelerators", async () => {
  const usual = (await answered()).acceleratorCount;
  ok((await answered({ tpotMaxS: 0.03 })).acceleratorCount >= usual);
  ok((await answered({ users: 3000 })).acceleratorCount > usual);
  ok((await answered({ promptTokens: 4000 })).acceleratorCount >= usual);
  // Users who read for a minute are rarely there at once.
  ok((await answered({ thinkS: 60 })).acceleratorCount < usual);
});

test("what no part can do ends without an answer", async () => {
  const model = await readLargeModel("llama-3-70b");
  const part = await h100();
  throws(() => answerServe({ ...question, tpotMaxS: 0.001 }, model, [part]), /\[infeasible\]/);
});

test("replicas, width and spare are told apart, with the price of a million tokens", async () => {
  const answer = answerServe(question, await readLargeModel("llama-3-70b"), [await h100()]);
  match(serveText(answer), /H100 SXM.* × \d \+ \d = /);
  const { options } = JSON.parse(serveJson(answer)) as { options: Record<string, unknown>[] };
  equal(typeof options[0]?.["usdPerMillionOutputTokens"], "number");
  equal(options[0]?.["whyNotFirst"], "is first");
});
