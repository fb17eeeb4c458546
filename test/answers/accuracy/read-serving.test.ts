/** Words of inference tables: what they make of a row. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { servedTimes } from "../../../src/answers/accuracy/predict-serving.ts";
import { predictTable } from "../../../src/answers/accuracy/predict.ts";
import { loadOf, readServing } from "../../../src/answers/accuracy/read-serving.ts";
import type { Row } from "../../../src/answers/accuracy/row.ts";

const ROW: Row = {
  ...{ model: "Llama-3.1-70B", gpu: "H100", gpus: "8", tp: "8", pp: "1", precision: "fp8" },
  ...{ engine: "vLLM 0.11", isl: "1000", osl: "1000", scenario: "offline max throughput" },
};
const read = (change: Row) => readServing({ ...ROW, ...change });
const rate = (change: Row) => servedTimes(read(change)).tokensPerS;

test("words of precision give bits of weights, and of keys and values", () => {
  const bits = (precision: string, gpu = "H100") => {
    const { weightBits, kvBits, isWeightOnly } = read({ precision, gpu }).choice;
    return [weightBits, kvBits, isWeightOnly];
  };
  deepEqual(bits("FP8 weights, FP8 KV"), [8, 8, false]);
  deepEqual(bits("bf16 (default; not stated)"), [16, 16, false]);
  deepEqual(bits("FP16 model, weights int8, Matmult-BF16", "Trainium1"), [8, 16, true]);
  deepEqual(bits("awq"), [4, 16, true]);
  deepEqual(bits("fp4", "B200"), [4, 8, false]);
});

test("engines before 2025 launch small steps from the host", () => {
  const launched = (engine: string) => read({ engine }).choice.isLaunched;
  deepEqual(
    ["vLLM benchmark_latency.py (2024)", "FasterTransformer", "TensorRT-LLM v0.15.0"].map(launched),
    [true, true, true],
  );
  deepEqual(["vLLM 0.10.2", "TensorRT-LLM v1.0 PyTorch backend", "vLLM nightly"].map(launched), [
    ...[false, false, false],
  ]);
  const slow = servedTimes(read({ batch: "1", engine: "vLLM (2024)" }));
  ok(slow.tokenS > servedTimes(read({ batch: "1" })).tokenS);
});

test("a latency row asks for one sequence; a stated concurrency may exceed a usual limit", () => {
  equal(read({ scenario: "latency" }).askedCount, 1);
  equal(read({ concurrency: "3200", tp: "4" }).askedCount, 1600);
  equal(read({}).askedCount, undefined);
  const many = { gpu: "MI300X", concurrency: "4000", isl: "10", osl: "100" };
  equal(loadOf(read(many)).sequences, 4000);
  equal(loadOf(read({ ...many, concurrency: "" })).sequences, 2048);
});

test("a stated rate of requests bounds what is served", () => {
  // 0.5 requests of 1,000 tokens each second.
  equal(rate({ scenario: "0.5 req/s" }), 500);
});

test("replicas multiply, stages hold a part each", () => {
  ok(Math.abs(rate({ gpus: "16" }) / rate({}) - 2) < 1e-9);
  ok(rate({ gpus: "16", pp: "2" }) > rate({}));
});

test("experts over many ranks: each reads its part and attends for itself", () => {
  const wide = read({ model: "DeepSeek-V3", gpu: "H800", gpus: "144", tp: "", ep_dp: "EP144" });
  const { replica, replicas } = wide;
  deepEqual([replica.ranks, replicas, replica.exchange?.rankCount], [1, 144, 144]);
  // A 144th of 656e9 routed parameters beside 17e9 of others.
  const held = replica.model.heldParameters;
  ok(held > 15e9 && held < 25e9, String(held));
  const inside = read({ model: "DeepSeek-R1", gpu: "H200", ep_dp: "" });
  deepEqual([inside.replica.ranks, inside.replica.exchange], [8, undefined]);
});

test("a fleet that only decodes pays for no prompt", () => {
  const both = rate({ isl: "5000", osl: "500" });
  ok(rate({ isl: "5000", osl: "500", scenario: "decode fleet" }) > 1.3 * both);
});

test("more ranks than accelerators contradict themselves", () => {
  const columns = ["isl", "osl", "gpus", "output_tokens_per_s"];
  const [said] = predictTable({ columns, rows: [{ ...ROW, gpus: "4" }] });
  ok(said?.reason.includes("[contradiction]"));
});
