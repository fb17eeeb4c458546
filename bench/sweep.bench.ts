/**
 * Analytical points a second: evaluated alone, and through the whole sweep with its store and
 * exports, on one thread and on two.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSweepFile } from "../src/cli/sweeping.ts";
import { batchEvaluator } from "../src/sweeps/evaluate.ts";
import { BATCH, batchCount, pointCount } from "../src/sweeps/points.ts";
import { type Bench, type BenchRow, shortestS } from "./harness.ts";

const PROGRAM = join(process.cwd(), "dist", "fabricast.js");

const small = `question: sweep
model: llama-3-70b
tokens: 15T
axes:
  accelerator: [h100-sxm, b200-sxm]
  accelerators: [1024, 2048]
  tp: [1, 2, 4, 8]
  pp: [1, 2, 4, 8]
  microBatch: [1, 2, 4, 8]
  recompute: [selective, per-op, full]
  sharding: [optimizer, fsdp]
  batch: [2048, 4096]
`;
/** Times ten batches and ten sequence lengths: 307,200 points. */
const large = small
  .replace("  batch: [2048, 4096]\n", "")
  .concat("ranges:\n  batch: {from: 1024, to: 10240, step: 1024}\n")
  .concat("  sequence: {from: 2048, to: 20480, step: 2048}\n");

export const bench: Bench = {
  name: "sweep",
  async run(size) {
    const folder = mkdtempSync(join(tmpdir(), "fabricast-bench-"));
    const file = join(folder, "sweep.yaml");
    writeFileSync(file, size === "large" ? large : small);
    const sweep = await readSweepFile(file);
    const points = pointCount(sweep.axes);
    const evaluate = batchEvaluator(sweep);
    const batches = Math.min(batchCount(sweep.axes), 20);
    const aloneS = await shortestS(size === "large" ? 5 : 1, () => {
      for (let batch = 0; batch < batches; batch++) evaluate(batch);
    });
    const evaluated = Math.min(points, batches * BATCH);
    const rows = [row("points evaluated, no store", 1, evaluated / aloneS, null)];
    for (const threads of [1, 2]) {
      const words = [
        "sweep",
        file,
        "-o",
        join(folder, "out"),
        "--force",
        "--workers",
        `${threads}`,
      ];
      const takenS = await shortestS(size === "large" ? 3 : 1, () => {
        const { status } = spawnSync(process.execPath, [PROGRAM, ...words], { stdio: "ignore" });
        if (status !== 0) throw new Error(`the sweep ended with ${status}`);
      });
      const bound = size === "large" && threads === 2 ? 20_000 : null;
      rows.push(row("sweep from file to exports", threads, points / takenS, bound));
    }
    return rows;
  },
};

function row(title: string, threads: number, value: number, bound: number | null): BenchRow {
  return { case: title, threads, value, unit: "points/s", bound };
}
