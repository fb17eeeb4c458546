/**
 * Runs a sweep: workers evaluate batches, one writer commits each as it comes. A worker gets
 * its next batch only when the last one is on the disk, so a killed run loses at most one
 * batch a worker.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError, PartialError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import type { Sweep, SweepSummary } from "../records/sweep.ts";
import type { BatchColumns } from "./evaluate.ts";
import { batchEvaluator } from "./evaluate.ts";
import { lockFolder } from "./lock.ts";
import { batchCount, batchesOf, pointCount } from "./points.ts";
import type { Shard } from "./points.ts";
import { refine } from "./refine.ts";
import { Store } from "./store.ts";

export interface SweepRun {
  readonly sweep: Sweep;
  readonly folder: string;
  readonly workers: number;
  readonly shard: Shard;
  readonly resume: boolean;
  readonly force: boolean;
  /** Called after each commit. */
  readonly onProgress: (done: number, all: number) => void;
  readonly say: (message: string) => void;
  /** Asked before each batch: Ctrl-C. */
  readonly isStopped: () => boolean;
}

/** Same text: same points with the same figures. */
export function identityOf(sweep: Sweep): string {
  return JSON.stringify({ version: VERSION, ...sweep });
}

export async function runSweep(run: SweepRun): Promise<SweepSummary> {
  const { folder, sweep } = run;
  const lock = await lockFolder(folder);
  if (lock.wasStale) run.say("took over the lock of a sweep that is gone");
  try {
    const path = join(folder, "results.duckdb");
    if (run.force) for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
    if (existsSync(path) && !run.resume) throw new InputError([exists(path)]);
    const store = await Store.open(path, sweep, identityOf(sweep));
    try {
      return await fill(run, store);
    } finally {
      store.close();
    }
  } finally {
    await lock.release();
  }
}

async function fill(run: SweepRun, store: Store): Promise<SweepSummary> {
  const { sweep, folder, shard } = run;
  const mine = batchesOf(batchCount(sweep.axes), shard);
  const done = await store.doneBatches();
  const open = mine.filter((batch) => !done.has(batch));
  const committed = await evaluateAll(run, store, open);
  if (committed < open.length) {
    throw new PartialError(
      `stopped with ${done.size + committed} of ${mine.length} batches committed; ` +
        "go on with the same command and --resume",
    );
  }
  const files = await store.export(folder);
  if (sweep.refine !== undefined) files.push(await refine(sweep, sweep.refine, store, folder));
  const kept = Number((await store.rows("SELECT count(*) FROM points"))[0]?.[0] ?? 0);
  return {
    points: pointCount(sweep.axes),
    keptCount: kept,
    batches: mine.length,
    evaluatedBatches: open.length,
    folder,
    files: [store.path, ...files],
  };
}

/** How many were committed before the end or the stop. */
async function evaluateAll(run: SweepRun, store: Store, open: readonly number[]): Promise<number> {
  const pool = await evaluators(run, Math.min(run.workers, open.length));
  let next = 0;
  let committed = 0;
  let writing: Promise<void> = Promise.resolve();
  const commit = (columns: BatchColumns): Promise<void> => {
    writing = writing.then(() => store.commit(columns));
    return writing;
  };
  const work = async (): Promise<void> => {
    while (next < open.length && !run.isStopped()) {
      const batch = open[next++];
      if (batch === undefined) return;
      await commit(await pool.evaluate(batch));
      committed++;
      run.onProgress(committed, open.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: pool.width }, work));
  } finally {
    await pool.close();
  }
  return committed;
}

interface Evaluators {
  readonly width: number;
  evaluate(batch: number): Promise<BatchColumns>;
  close(): Promise<void>;
}

/** One worker is this thread itself. */
async function evaluators({ sweep }: SweepRun, workers: number): Promise<Evaluators> {
  if (workers <= 1) {
    const evaluate = batchEvaluator(sweep);
    // A turn of the loop, so that a signal to stop is seen.
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    return {
      width: 1,
      evaluate: async (batch) => {
        await turn();
        return evaluate(batch);
      },
      close: () => Promise.resolve(),
    };
  }
  const { Piscina } = await import("piscina");
  const options = { minThreads: workers, maxThreads: workers, workerData: sweep };
  const pool = new Piscina({ filename: workerPath(), name: "evaluateBatch", ...options });
  return {
    width: workers,
    evaluate: async (batch) => (await pool.run(batch)) as BatchColumns,
    close: () => pool.destroy(),
  };
}

/** Beside the bundle in dist/, also when running from the sources. */
function workerPath(): string {
  const source = new URL("./evaluate.worker.ts", import.meta.url);
  const folder = source.pathname.includes("/src/sweeps/") ? "../../dist/" : "./";
  return fileURLToPath(new URL(`${folder}evaluate.worker.js`, import.meta.url));
}

function exists(path: string) {
  return {
    ...{ code: "exists", file: path, line: 0, column: 0, pointer: "" },
    found: "results of an earlier run",
    expected: "a folder without any",
    nextStep: "go on with --resume, start over with --force, or name another folder",
  };
}
