/** Rows lose their vote by what they say or by their repeats, never by their prediction. */
import { deepEqual, equal } from "node:assert/strict";
import { test } from "vitest";
import { readTrain } from "../../../src/answers/accuracy/read-train.ts";
import type { Row } from "../../../src/answers/accuracy/row.ts";
import { silencedBy, withoutFaults } from "../../../src/answers/accuracy/votes.ts";

const ROW: Row = {
  ...{ model: "Llama-3-8B", layers: "32", hidden: "4096", heads: "32", kv_heads: "8" },
  ...{ ffn: "14336", vocab: "128256", seq_len: "8192", gpu: "H100", gpus: "64", tp: "2" },
  ...{ pp: "1", micro_batch: "1", global_batch_seqs: "128", precision: "bf16" },
  ...{ framework: "Megatron-Bridge 26.06 NeMo Container", gpus_per_node: "8", recompute: "none" },
};

const said = (changes: Row): string => {
  const row = { ...ROW, ...changes };
  return silencedBy(row, readTrain(row));
};

test("a complete row votes", () => {
  equal(said({}), "");
});

test("what is missing, other or impossible takes the vote", () => {
  equal(said({ tp: "", pp: "" }), "parallelism not published");
  equal(said({ seq_len: "" }), "sequence or batch not published");
  equal(said({ model: "Qwen3_30B_a3B (tokendrop)" }), "drops tokens: other work");
  // 70 billion parameters at 6 B and more on one rank of 80 GB.
  const large = { layers: "80", hidden: "8192", heads: "64", ffn: "28672", tp: "1", pp: "1" };
  equal(said(large), "its state alone exceeds the memory: not the configuration that ran");
});

test("a run 1.5 times slower than the median of its repeats shows a fault", () => {
  const reading = readTrain(ROW);
  const step = (measuredS: number, model = "a") => ({
    ...{ source: "s", model, reading, measuredS, excluded: "" },
  });
  const votes = (times: readonly number[]) =>
    withoutFaults(times.map((measuredS) => step(measuredS))).map(({ excluded }) => excluded);
  deepEqual(votes([1, 1.1, 1.6]), ["", "", ""]);
  deepEqual(votes([1, 1.1, 1.7]), ["", "", "1.5 times as slow as the median of its repeats"]);
  // Two do not say which of them is at fault.
  deepEqual(votes([1, 2]), ["", ""]);
});
