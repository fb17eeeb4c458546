/** `serve` reads the field's flags, names every mistake, and its JSON has the keys agreed. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { servingQuestion } from "../../src/cli/serving-options.ts";
import { servingWords } from "../../src/cli/serving.ts";

const flags = {
  ...{ accelerator: "h200", tp: "1", isl: "500", osl: "100", variation: "0.5" },
  ...{ "prefix-cache": "20%", "request-rate": "3", percentile: "p90", precision: "fp8" },
};

test("flags become numbers in SI units", async () => {
  const more = { ttft: "2s", "tokens-per-s": "40", speculate: "4:0.7:0.1", "kv-precision": "bf16" };
  const question = await servingQuestion("llama-3-8b", { ...flags, ...more });
  deepEqual(question.level, { percentile: "p90", ttftS: 2, tpotS: 0.025 });
  deepEqual(question.draft, { draftCount: 4, acceptanceShare: 0.7, costShare: 0.1 });
  deepEqual([question.weightBits, question.kvBits], [8, 16]);
  equal(question.lengths.cachedShare, 0.2);
});

test("all mistakes are named at once", async () => {
  const wrong = { ...flags, tp: "0", isl: "many", "request-rate": "0", ttft: "2", speculate: "x" };
  await rejects(servingQuestion("llama-3-8b", { ...wrong, users: "3" }), (error: unknown) => {
    ok(error instanceof InputError);
    deepEqual(
      error.issues.map(({ file }) => file),
      ["--isl", "--users", "--request-rate", "--ttft", "--speculate", "--tp"],
    );
    return true;
  });
  const { "request-rate": _rate, ...idle } = flags;
  await rejects(servingQuestion("llama-3-8b", idle), /no load/);
});

test("the answer has its agreed keys, in numbers, and words for a reader", async () => {
  const { output, words } = await servingWords({ ...flags, model: "llama-3-8b" });
  ok(output.kind === "serving");
  const { replicas, acceleratorsPerReplica, ttftS, tpotS, tokensPerSPerAccelerator } = output;
  equal(replicas * acceleratorsPerReplica, output.accelerators);
  ok(ttftS > 0 && tpotS > 0);
  equal(tokensPerSPerAccelerator, output.tokensPerS / output.accelerators);
  match(words.join("\n"), /TTFT +[\d.]+\sms/);
});

test("another accelerator for prefill needs pools of their own", async () => {
  const odd = { ...flags, model: "llama-3-8b", "prefill-accelerator": "b200" };
  await rejects(servingWords(odd), /needs --disaggregate/);
  const { output } = await servingWords({ ...odd, disaggregate: true, ttft: "1s", tpot: "50ms" });
  ok(output.kind === "disaggregated");
  equal(output.prefill.accelerator, "b200-sxm");
});

test("what engines do and the loop does not is refused by name, with what is nearest", async () => {
  for (const [name, nearest] of [
    ["kv-offload", /kept on the host.*--prefix-cache/],
    ["pp", /stages of a pipeline.*--tp/],
    ["ep", /experts spread.*--tp/],
  ] as const) {
    const flags = { accelerator: "h100", isl: "10", osl: "10", users: "1", [name]: "2" };
    await rejects(servingQuestion("llama-3-8b", flags), (error) => {
      const [issue] = error instanceof InputError ? error.issues : [];
      equal(issue?.code, "not-modeled");
      match(`${issue?.found} ${issue?.nextStep}`, nearest);
      return true;
    });
  }
});
