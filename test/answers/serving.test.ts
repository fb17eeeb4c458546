/** Sizing a service: limits hold, sums are exact, what nobody keeps is said. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { partOf } from "../../src/answers/accuracy/read-part.ts";
import { answerDisaggregated } from "../../src/answers/disaggregated.ts";
import { servedReplica } from "../../src/answers/replica.ts";
import { answerTrace } from "../../src/answers/serving-trace.ts";
import type { ServingQuestion } from "../../src/answers/serving.ts";
import { answerServing } from "../../src/answers/serving.ts";
import { readLargeModel } from "../../src/files/large-model.ts";
import { readRequestTrace } from "../../src/files/request-trace.ts";
import { freshFolder } from "../support/cli.ts";

const model = await readLargeModel("llama-3-70b");
const question: ServingQuestion = {
  ...{ model, part: partOf("h100"), tp: 2, weightBits: 8, kvBits: 8 },
  lengths: { promptTokens: 500, outputTokens: 100, variation: 0.5, cachedShare: 0 },
  load: { kind: "rate", requestsPerS: 30 },
  level: { ttftS: 1, tpotS: 0.05, percentile: "p95" },
  ...{ replicaCount: undefined, spareCount: 0, budgetTokens: 8192, draft: undefined, seed: 1 },
};

test("the limits hold at the percentile asked, and one replica fewer would break them", () => {
  const answer = answerServing(question);
  ok(answer.ttftPercentilesS.p95 <= 1 && answer.tpotPercentilesS.p95 <= 0.05);
  equal(answer.accelerators, answer.replicas * answer.acceleratorsPerReplica);
  equal(answer.tokensPerS, 30 * 100);
  const fewer = answerServing({ ...question, replicaCount: answer.replicas - 1 });
  ok(fewer.ttftPercentilesS.p95 > 1 || fewer.tpotPercentilesS.p95 > 0.05);
  ok(fewer.beware.some((line) => line.includes("do not keep")));
});

test("users follow Little's law: rate times think, wait and answer", () => {
  const load = { kind: "users", userCount: 300, thinkS: 4 } as const;
  const { requestsPerS, endToEndS } = answerServing({ ...question, load });
  // The loop draws chance: within 5 %.
  ok(Math.abs((requestsPerS * (4 + endToEndS.mean)) / 300 - 1) < 0.05);
});

test("spares stand by: they cost accelerators and change no time", () => {
  const [plain, spared] = [answerServing(question), answerServing({ ...question, spareCount: 2 })];
  equal(spared.accelerators, plain.accelerators + 2 * 2);
  deepEqual(spared.ttftPercentilesS, plain.ttftPercentilesS);
});

test("without a shape the one of fewest accelerators is taken, and the others are shown", () => {
  const { tried, accelerators } = answerServing({ ...question, tp: undefined });
  deepEqual(
    tried.map(({ tp }) => tp),
    [1, 2, 4, 8],
  );
  const sizes = tried.flatMap(({ accelerators: size }) => (size === undefined ? [] : [size]));
  equal(accelerators, Math.min(...sizes));
});

test("a limit below what an idle replica takes is refused with what it reaches", () => {
  const level = { tpotS: 0.005, percentile: "mean" } as const;
  throws(
    () => answerServing({ ...question, level }),
    // Weights 12.2 ms, 80 layers of 42 us, 160 exchanges of 7.8 us.
    /hardly loaded it reaches TTFT .* and TPOT 16\.\d\sms/,
  );
});

test("prompts beyond the context, odd ranks and missing precisions are refused", () => {
  const lengths = { ...question.lengths, promptTokens: 10_000_000 };
  throws(() => answerServing({ ...question, lengths }), /the context of Llama 3 70B/);
  throws(() => answerServing({ ...question, tp: 3 }), /one of 1, 2, 4, 8/);
  const choice = { model: model.shape, part: partOf("h100"), ranks: 1, kvBits: 16 } as const;
  throws(() => servedReplica({ ...choice, weightBits: 4 }), /fp8 or bf16/);
});

test("two pools are sized one by one, beside replicas that do both", () => {
  const answer = answerDisaggregated(question, partOf("h100"));
  const { prefill, decode } = answer;
  equal(answer.accelerators, 2 * (prefill.replicas + decode.replicas));
  equal(prefill.replicas, Math.ceil(30 / prefill.requestsPerSPerReplica));
  ok(answer.together !== null && answer.together.accelerators > 0);
  const level = { ttftS: 0.001, percentile: "mean" } as const;
  throws(() => answerDisaggregated({ ...question, level }, partOf("h100")), /no prefill replica/);
});

test("a recorded trace is dealt to replicas in turn; each request is seen", async () => {
  const path = join(freshFolder(), "trace.csv");
  const rows = Array.from({ length: 40 }, (_, i) => `${i * 50},${100 + i},20,10`);
  writeFileSync(path, `timestamp_ms,input_tokens,output_tokens,cached_tokens\n${rows.join("\n")}`);
  const recorded = await readRequestTrace(path);
  deepEqual(recorded[2], {
    ...{ arrivalS: 0.1, promptTokens: 102, outputTokens: 20, cachedTokens: 10 },
  });
  const one = answerTrace({ ...question, replicaCount: 1 }, recorded);
  const two = answerTrace({ ...question, replicaCount: 2 }, recorded);
  equal(one.requestCount, 40);
  equal(two.accelerators, 4);
  ok(two.tpotS < one.tpotS);
  match(one.sentence, /40 recorded requests/);
  const long = [{ arrivalS: 0, promptTokens: 9e6, outputTokens: 1, cachedTokens: 0 }];
  throws(() => answerTrace(question, long), /a request of 9,000,001 tokens/);
});

test("a trace without its columns or with torn rows is refused at its place", async () => {
  const path = join(freshFolder(), "trace.csv");
  writeFileSync(path, "when,isl,osl\n1,2,3\n");
  await rejects(readRequestTrace(path), /not-a-request-trace/);
  writeFileSync(path, "arrival_s,isl,osl\n1,2,3\nx,0,\n");
  await rejects(readRequestTrace(path), (error: Error) => {
    equal(error.message.split("\n").length, 3);
    match(error.message, /:3:1: found "x"/);
    return true;
  });
});
