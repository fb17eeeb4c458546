/** Predicting tables: from their configuration alone, whatever the file says was measured. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { Refusal } from "../../../src/base/errors.ts";
import { predictTable, schemaOf } from "../../../src/answers/accuracy/predict.ts";
import { nicBytesPerS, partOf, readPart } from "../../../src/answers/accuracy/read-part.ts";
import type { Row } from "../../../src/answers/accuracy/row.ts";
import { Assumptions, configurationOf } from "../../../src/answers/accuracy/row.ts";
import { table, tableNames } from "./tables.ts";

const HIDDEN = /^(?:step_time_s|tflops.*|[mh]fu_pct|tokens_per_s.*|memory_gb|time_us|latency_us)$/;
const HIDDEN_TOO = /_GBps$|_ms$|_ms_per_token$|^output_|^efficiency_pct$|^total_ms$/;
const isAnswer = (column: string) => HIDDEN.test(column) || HIDDEN_TOO.test(column);

test.each(tableNames())("%s: blanked or scrambled answers change no bit", (path) => {
  const { columns, rows } = table(path);
  const changed = (change: (value: string, i: number) => string) => ({
    columns,
    rows: rows.map((row, i) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          isAnswer(name) ? change(value, i) : value,
        ]),
      ),
    ),
  });
  const plain = JSON.stringify(predictTable({ columns, rows }));
  equal(JSON.stringify(predictTable(changed(() => ""))), plain);
  equal(JSON.stringify(predictTable(changed((_, i) => String(7.7 * (i + 1))))), plain);
});

test.each(tableNames())("%s: an entry for each row and answer, with its range", (path) => {
  const { columns, rows } = table(path);
  const answers = schemaOf(columns).answers.filter((name) => columns.includes(name));
  const predictions = predictTable({ columns, rows });
  equal(predictions.length, rows.length * answers.length);
  for (const { id, predicted, low, high, status, reason } of predictions) {
    equal(predicted === null, status === "refused", id);
    equal(reason === "", status === "ok", id);
    if (predicted === null) continue;
    ok((low ?? 0) > 0 && (low ?? 0) < predicted && predicted < (high ?? 0), id);
  }
});

test("neither id nor source reaches the prediction", () => {
  const kept = configurationOf({ id: "a", source: "b", verified: "c", hidden: "4096" });
  deepEqual(kept, { hidden: "4096" });
});

const ROW: Row = {
  ...{ id: "x", model: "Llama-3-8B", layers: "32", hidden: "4096", heads: "32", kv_heads: "8" },
  ...{ ffn: "14336", vocab: "128256", seq_len: "8192", gpu: "H100", gpus: "8", tp: "1", pp: "1" },
  ...{ dp: "8", micro_batch: "1", global_batch_seqs: "128", recompute: "none", precision: "bf16" },
  ...{ framework: "Megatron-Bridge 26.04 NeMo Container", network: "", step_time_s: "" },
};
const predict = (change: Row) =>
  predictTable({ columns: Object.keys(ROW), rows: [{ ...ROW, ...change }] });

test("a row that says all is ok; what it leaves out is assumed and named", () => {
  const [complete] = predict({});
  deepEqual([complete?.status, complete?.reason], ["ok", ""]);
  const [blank] = predict({ micro_batch: "", precision: "" });
  equal(blank?.status, "incomplete");
  ok(blank?.reason.includes("micro_batch 1") && blank.reason.includes("precision bf16"));
});

test("a part that no rule reads is assumed to be the nearest one known, in a wide range", () => {
  const [near] = predict({ gpu: "mi-300x" });
  equal(near?.status, "incomplete");
  ok(near.reason.includes('gpu mi300x for "mi-300x"'), near.reason);
  const [far] = predict({ gpu: "Cerebras" });
  ok(far?.reason.includes('gpu h100-sxm for "Cerebras"'), far?.reason);
  ok((far?.high ?? 0) > 1.5 * (far?.predicted ?? 0));
});

test("bridged cards ring over PCIe where a host has more of them than a bridge joins", () => {
  const row = { gpu: "A100 80GB PCIe", gpus: "8", gpus_per_node: "8" };
  equal(readPart(row, new Assumptions()).ringBytesPerS, 24e9);
  equal(readPart({ ...row, gpus: "2" }, new Assumptions()).ringBytesPerS, 200e9);
  equal(readPart({ gpu: "H100", gpus: "8" }, new Assumptions()).ringBytesPerS, 368e9);
});

test("a row that names no part is predicted on an assumed one, in a wide range", () => {
  const [found] = predict({ gpu: "" });
  equal(found?.status, "incomplete");
  ok(found?.reason.includes("gpu a100-sxm-80"));
  ok((found?.high ?? 0) > 1.5 * (found?.predicted ?? 0));
});

test.each(tableNames())("%s: nothing that was measured is refused", (path) => {
  deepEqual(
    predictTable(table(path)).filter(({ status }) => status === "refused"),
    [],
  );
});

test("more ranks than accelerators contradict themselves", () => {
  ok(predict({ tp: "8", pp: "8" })[0]?.reason.includes("[contradiction]"));
});

test("a table of other columns is refused with those that are known", () => {
  throws(() => predictTable({ columns: ["a", "b"], rows: [] }), Refusal);
});

test("fp8 and more accelerators shorten a step, full recompute lengthens it", () => {
  const stepS = (change: Row) => predict(change)[0]?.predicted ?? 0;
  ok(stepS({ precision: "FP8" }) < 0.85 * stepS({}));
  ok(stepS({ gpus: "16" }) < 0.55 * stepS({}));
  ok(stepS({ recompute: "full" }) > 1.15 * stepS({}));
});

test("words name parts", () => {
  const said = (text: string) => partOf(text).id;
  equal(said("NVIDIA Blackwell Ultra GPU (GB300)"), "gb300-nvl72");
  equal(said("H100-96GB-HBM2e 500W"), "h100-sxm-500w");
  equal(said("H100 80GB HBM3"), "h100-sxm");
  equal(said("A100-SXM4-40GB"), "a100-sxm-40");
  equal(said("A100-80GB-SXM (Selene)"), "a100-sxm-80");
  equal(said("TPU v6e (Trillium)"), "tpu-v6e");
  equal(said("TPU7x (Ironwood)"), "tpu-v7");
});

test("words name the share of the network that each accelerator has", () => {
  // 400 Gb/s are 50 GB/s; a node of eight shares what is said of a node.
  equal(nicBytesPerS("8x400G NDR IB", 8), 50e9);
  equal(nicBytesPerS("4x 100 Gb/s Omni-Path per node", 4), 12.5e9);
  equal(nicBytesPerS("CX-7 400 Gb/s per GPU", 8), 50e9);
  equal(nicBytesPerS("AWS p5.48xlarge EFA 3200 Gb/s", 8), 50e9);
  equal(nicBytesPerS("2 Tb/s RoCE per node", 8), 31.25e9);
  equal(nicBytesPerS("8x HDR200 IB/node, full-fat tree", 8), 25e9);
  equal(nicBytesPerS("DGX class", 8), undefined);
  // Other NICs manage and store, and ports of a switch are not NICs.
  equal(nicBytesPerS("Management: 2x100Gb/s, Compute: 8x ConnectX-7 IB NDR 400Gb/s", 8), 50e9);
  equal(nicBytesPerS("1x Ethernet 100Gb/Sec, 8x CX7 InfiniBand (400Gb/s)", 8), 50e9);
  equal(nicBytesPerS("8x200G RoCE/node; Tomahawk-4 64x400G Clos", 8), 25e9);
  equal(nicBytesPerS("PCIe-NIC: 500 GB/s", 8), 62.5e9);
  equal(nicBytesPerS("ICI 3D torus (4800 Gb/s per chip)", 8), undefined);
});

test("a row that leaves its micro-batch open has a range over those that may have run", () => {
  const predict = (micro_batch: string) =>
    predictTable({
      columns: [...Object.keys(ROW), "step_time_s"],
      rows: [{ ...ROW, micro_batch }],
    });
  const [known] = predict("4");
  const [open] = predict("");
  const width = (one: typeof open): number => (one?.high ?? 0) / (one?.low ?? 1);
  equal(open?.status, "incomplete");
  ok(open.reason.includes("micro_batch"));
  ok(width(open) > 1.05 * width(known));
});
