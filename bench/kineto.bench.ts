/** Megabytes of a PyTorch profile read a second; one event in eight ran on the accelerator. */
import { KinetoReader } from "../src/files/formats/kineto.ts";
import { call, sampleProfile } from "../test/support/kineto-sample.ts";
import { shortestS } from "./harness.ts";
import type { Bench } from "./harness.ts";

const PIECE_BYTES = 2 ** 22;

export const bench: Bench = {
  name: "kineto",
  async run(size) {
    const count = size === "large" ? 400_000 : 2_000;
    const events = Array.from({ length: count }, (_, i) => {
      const times = { ts: 1e6 + 10 * i, dur: 8.5 };
      const common = { ph: "X", pid: 0, tid: 7, ...times };
      const args = { "External id": i, correlation: i, stream: 7, device: 0 };
      if (i % 64 === 0) {
        return {
          ...common,
          cat: "kernel",
          name: "ncclDevKernel_AllReduce",
          args: call("allreduce", i + 1),
        };
      }
      if (i % 8 === 0) return { ...common, cat: "kernel", name: "sm90_gemm_bf16", args };
      const shapes = {
        ...args,
        "Input Dims": [
          [4096, 1024],
          [1024, 4096],
        ],
        Sequence: i,
      };
      return { ...common, cat: "cpu_op", name: "aten::addmm", args: shapes };
    });
    const bytes = new TextEncoder().encode(sampleProfile(0, events));
    const seconds = await shortestS(size === "large" ? 5 : 1, () => {
      const reader = new KinetoReader("bench.json");
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        reader.push(bytes.subarray(at, at + PIECE_BYTES));
      }
      reader.finish();
    });
    const bound = size === "large" ? 60e6 : null;
    const value = bytes.length / seconds;
    return [{ case: "bytes read", threads: 1, value, unit: "B/s", bound }];
  },
};
