/** Single kernels: their law, and what was published of them. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { predictTable } from "../../../src/answers/accuracy/predict.ts";
import type { Row } from "../../../src/answers/accuracy/row.ts";
import { table } from "./tables.ts";

const { columns, rows } = table("scenarios/validation/kernels-gemm-attention.csv");
const tflops = (row: Row): number => predictTable({ columns, rows: [row] })[0]?.predicted ?? 0;

test("attention grows with its sequence as 1 / (1 + 500/s), on the newest kernel", () => {
  const row = { kernel: "FlashAttention-2", gpu: "A100-80GB-SXM", head_dim: "128", causal: "1" };
  const at = (seq: number) => tflops({ ...row, dtype: "bf16", pass: "fwd+bwd", seq_len: `${seq}` });
  // 194 TFLOP/s at infinite length.
  ok(Math.abs(at(500) - 97) < 1e-9);
  ok(Math.abs(at(4500) - 174.6) < 1e-9);
});

test("a product never beats the best of its part, and skinny ones are slower", () => {
  const row = { kernel: "DeepGEMM dense", gpu: "H800-SXM", dtype: "fp8", n: "4096", k: "7168" };
  const at = (m: number) => tflops({ ...row, m: `${m}` });
  ok(at(64) < at(512) && at(512) < at(4096) && at(4096) < 1402.6);
  equal(tflops({ ...row, m: "64" }), at(64));
});

test("published kernels are met within 10 % on average", () => {
  const measured = rows.filter((row) => Number(row["tflops"]) > 0);
  const errors = measured.map((row) => Math.abs(Math.log(tflops(row) / Number(row["tflops"]))));
  ok(errors.length > 90);
  ok(errors.reduce((sum, error) => sum + error, 0) / errors.length < 0.1);
});
