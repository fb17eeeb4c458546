/** A sweep as a Slurm array job, on a real Slurm cluster of one node that the test starts. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";
import { testIf } from "../support/slow.ts";
import { canStartSlurm, NO_SLURM, startSlurm, until } from "../support/slurm.ts";

/** 4 · 4 · 4 · 3 · 2 · 64 = 24,576 points: six batches of 4,096. */
const SWEEP = `question: sweep
model: llama-3-70b
tokens: 15T
axes:
  accelerator: [h100-sxm, h200-sxm, b200-sxm, gb200-nvl72]
  tp: [1, 2, 4, 8]
  pp: [1, 2, 4, 8]
  microBatch: [1, 2, 4]
  sharding: [optimizer, fsdp]
ranges:
  batch: {from: 1024, to: 65536, step: 1024}
where: [tp * pp <= 16]
`;

testIf(
  canStartSlurm(),
  NO_SLURM,
  "an array job of a real Slurm cluster, sized to the site, ends with the bytes of one machine",
  async () => {
    // Indices below 3: of the eight tasks asked for, the site takes three.
    const cluster = await startSlurm({ MaxArraySize: "3" });
    try {
      const [whole, shared] = [freshFolder(), freshFolder()];
      for (const folder of [whole, shared]) writeFileSync(join(folder, "sweep.yaml"), SWEEP);
      equal(fabricast(["sweep", "sweep.yaml", "-o", "out"], whole).code, 0);

      const words = ["sweep", "sweep.yaml", "-o", "out", "--slurm", "8"];
      const { status, stderr } = spawnSync(
        process.execPath,
        [join(ROOT, "dist/fabricast.js"), ...words],
        { cwd: shared, encoding: "utf8", env: { ...process.env, SLURM_CONF: cluster.configPath } },
      );
      equal(status, 0, stderr);
      match(stderr, /3 tasks, as many as there are or the site takes/);
      match(stderr, /submitted the array as job \d+ and the merge behind it as job \d+/);

      await until(() => cluster.ask("squeue", "-h").trim() === "");
      const log = join(shared, "out", "slurm-merge.log");
      ok(existsSync(log), "the merge ran");
      match(readFileSync(log, "utf8"), /^24,576 points/m);
      for (const name of ["results.csv", "results.json", "results.parquet", "results.html"]) {
        const read = (folder: string) => readFileSync(join(folder, "out", name));
        deepEqual(read(shared), read(whole));
      }
    } finally {
      cluster.stop();
    }
  },
  180_000,
);
