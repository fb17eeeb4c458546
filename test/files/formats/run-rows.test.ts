/** Logs and results of benchmarks as rows: what they tell, by hand; what contradicts itself. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { schemaOf } from "../../../src/answers/accuracy/predict.ts";
import { readRunRow, runRowFrom } from "../../../src/files/formats/run-rows.ts";
import { fabricast, freshFolder, ROOT } from "../../support/cli.ts";
import { slowTest } from "../../support/slow.ts";
import { refusedOf } from "./mutants.ts";

const FILES = ["megatron.log", "mlperf.log", "vllm-bench.json", "aiperf.json"] as const;
const pathOf = (name: string): string => join(ROOT, "scenarios/neighbors", name);
const textOf = (name: string): string => readFileSync(pathOf(name), "utf8");
const rowOf = async (text: string) => (await runRowFrom(text, "f", {})).row;

test("a log of Megatron gives layout and the median step after warm-up", async () => {
  const { row, missing, columns } = await readRunRow(pathOf("megatron.log"), { gpu: "H100" });
  equal(schemaOf(columns).name, "training steps");
  // Iterations 6 to 10: 9288.7, 9290.2, 9287.9, 9291.4, 9289.3; the middle one.
  equal(row["step_time_s"], String(9289.3 / 1000));
  const { tp, pp, dp, gpus, layers, hidden, kv_heads: groups, global_batch_seqs: batch } = row;
  deepEqual(
    [tp, pp, dp, gpus, layers, hidden, groups, batch],
    [...["2", "1", "8", "16", "32", "4096", "8", "128"]],
  );
  deepEqual([row["precision"], row["fsdp_or_zero"], row["gpu"]], ["BF16", "ZeRO-1", "H100"]);
  ok(missing.includes("model") && !missing.includes("gpu"));
});

test("blocks of MLPerf give the time of a step", async () => {
  // 120 s + 60 s for 1920 + 960 samples: 90 batches of 32 in 180 s.
  const row = await rowOf(textOf("mlperf.log"));
  deepEqual(
    [row["step_time_s"], row["global_batch_seqs"], row["notes"]],
    ["2", "32", "run of 198 s"],
  );
});

test("both serving benchmarks give the same row but for their names", async () => {
  const vllm = await readRunRow(pathOf("vllm-bench.json"), {});
  equal(schemaOf(vllm.columns).name, "inference");
  const names = ["model", "isl", "osl", "batch", "output_tokens_per_s", "ttft_ms", "tpot_ms"];
  const cells = (row: Readonly<Record<string, string>>) => names.map((name) => row[name]);
  const wanted = ["Llama-3.1-8B", "1024", "256", "32", "1280", "171.2", "22.1"];
  deepEqual(cells(vllm.row), wanted);
  deepEqual(cells(await rowOf(textOf("aiperf.json"))), wanted);
});

test("totals that do not follow, torn lines and other files are refused", async () => {
  const vllm = textOf("vllm-bench.json");
  const wrong = vllm.replace('"output_throughput": 1280', '"output_throughput": 1380');
  await rejects(rowOf(wrong), /1380.*1280\.00.*not-a-log/);
  await rejects(rowOf(vllm.replace('"duration": 40', '"duration": 50')), /not-a-log/);
  const log = textOf("megatron.log");
  await rejects(rowOf(log.replace(/ +768 \|/, " 769 |")), /769|257 samples|samples in 1/);
  await rejects(rowOf(log.replace(": 9288.7", ": nan")), /elapsed time.*not-a-log/);
  await rejects(rowOf("elapsed time per iteration (ms): 5"), /no whole line of an iteration/);
  const mlperf = textOf("mlperf.log");
  await rejects(
    rowOf(mlperf.replace('"samples_count": 2880', '"samples_count": 80')),
    /ends before/,
  );
  await rejects(rowOf(mlperf.replace('{"namespace"', '{namespace"')), /:1:1: .*not-a-log/);
  const perf = textOf("aiperf.json");
  await rejects(rowOf(perf.replace('"unit": "ms"', '"unit": "us"')), /"us"/);
  await rejects(rowOf("hello"), /text of another kind/);
  await rejects(runRowFrom(perf, "f", { color: "red" }), /invalid-flag/);
});

const damaged = async (count: number): Promise<void> => {
  for (const name of FILES) {
    const read = async (text: string) => {
      const row = await rowOf(text);
      for (const column of ["step_time_s", "output_tokens_per_s"]) {
        ok((row[column] ?? "") === "" || Number(row[column]) > 0, `${column} ${row[column]}`);
      }
    };
    ok((await refusedOf(textOf(name), count, read)) > count / 20, name);
  }
};

test("damaged files are refused in words or read without harm", () => damaged(300));
slowTest("a hundred thousand damaged files do no harm", () => damaged(25_000));

test("the command writes what accuracy reads", () => {
  const out = join(freshFolder(), "runs.csv");
  const given = "gpu=H100-80GB-SXM,gpus_per_node=8,model=Llama 3.1 8B";
  const words = ["import", "rows", pathOf("megatron.log"), "--with", given, "-o", out];
  equal(fabricast(words).code, 0);
  const { code, stdout } = fabricast(["accuracy", "--rows", out]);
  equal(code, 0);
  match(stdout, /step_time_s/);
  const calibrated = fabricast(["calibrate", "--from", `steps:${out}`, "--json"]);
  equal(calibrated.code, 0, calibrated.stderr);
});
