/** A sweep that runs in a moment: 4 · 4 · 3 · 2 · 8 = 768 points. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSweepFile } from "../../src/cli/sweeping.ts";
import type { Sweep, SweepView } from "../../src/records/sweep.ts";
import { WHOLE } from "../../src/sweeps/points.ts";
import { runSweep } from "../../src/sweeps/run.ts";
import { sweepView } from "../../src/sweeps/view.ts";
import { freshFolder } from "./cli.ts";

export const SWEEP_TEXT = `question: sweep
title: Which layout is the cheapest?
model: llama-3-70b
tokens: 15T
axes:
  accelerator: [h100-sxm, h200-sxm, b200-sxm, gb200-nvl72]
  tp: [1, 2, 4, 8]
  recompute: [selective, per-op, full]
  sharding: [optimizer, fsdp]
ranges:
  batch: {from: 1024, to: 8192, step: 1024}
where: [memoryShare <= 0.92]
derive: [{name: usdPerDay, formula: runUsd / days}]
`;

export interface SampleSweep {
  readonly sweep: Sweep;
  readonly folder: string;
  readonly view: SweepView;
}

export async function sampleSweep(text = SWEEP_TEXT): Promise<SampleSweep> {
  const folder = freshFolder();
  const path = join(folder, "sweep.yaml");
  writeFileSync(path, text);
  const sweep = await readSweepFile(path);
  await runSweep({
    ...{ sweep, folder, workers: 1, shard: WHOLE, resume: false, force: false },
    ...{ onProgress: () => undefined, say: () => undefined, isStopped: () => false },
  });
  return { sweep, folder, view: await sweepView(sweep, folder) };
}
