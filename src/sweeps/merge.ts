/** Shards of one sweep as one, refused unless each batch is there exactly once. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../base/errors.ts";
import type { Issue } from "../base/errors.ts";
import type { Sweep, SweepSummary } from "../records/sweep.ts";
import { lockFolder } from "./lock.ts";
import { batchCount, pointCount } from "./points.ts";
import { refine } from "./refine.ts";
import { identityOf } from "./run.ts";
import { Store } from "./store.ts";

export async function mergeShards(asked: {
  readonly sweep: Sweep;
  readonly folders: readonly string[];
  readonly folder: string;
}): Promise<SweepSummary> {
  const { sweep, folder } = asked;
  const shards = asked.folders.map((shard) => join(shard, "results.duckdb"));
  const absent = shards.filter((path) => !existsSync(path));
  if (absent.length > 0) throw new InputError(absent.map(missing));
  const all = batchCount(sweep.axes);
  const seen = new Map<number, string>();
  const issues: Issue[] = [];
  for (const path of shards) {
    const shard = await Store.open(path, sweep, identityOf(sweep));
    for (const batch of await shard.doneBatches()) {
      const other = seen.get(batch);
      if (other !== undefined) issues.push(twice(path, batch, other));
      seen.set(batch, path);
    }
    shard.close();
  }
  if (seen.size < all) issues.push(incomplete(folder, all - seen.size, all));
  if (issues.length > 0) throw new InputError(issues.slice(0, 20));
  const lock = await lockFolder(folder);
  try {
    return await joined({ ...asked, shards, all });
  } finally {
    await lock.release();
  }
}

async function joined(asked: {
  readonly sweep: Sweep;
  readonly folder: string;
  readonly shards: readonly string[];
  readonly all: number;
}): Promise<SweepSummary> {
  const { sweep, folder, shards, all } = asked;
  const path = join(folder, "results.duckdb");
  for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
  const store = await Store.open(path, sweep, identityOf(sweep));
  try {
    for (const shard of shards) await store.take(shard);
    const files = await store.export(folder);
    if (sweep.refine !== undefined) files.push(await refine(sweep, sweep.refine, store, folder));
    const kept = Number((await store.rows("SELECT count(*) FROM points"))[0]?.[0] ?? 0);
    const points = pointCount(sweep.axes);
    return {
      points,
      keptCount: kept,
      batches: all,
      evaluatedBatches: 0,
      folder,
      files: [path, ...files],
    };
  } finally {
    store.close();
  }
}

const place = (file: string) => ({ file, line: 0, column: 0, pointer: "" });

function missing(path: string): Issue {
  const nextStep = "name folders that `sweep --shard` wrote";
  return {
    ...place(path),
    code: "missing-file",
    found: "no results",
    expected: "a shard",
    nextStep,
  };
}

function twice(path: string, batch: number, other: string): Issue {
  const found = `batch ${batch} a second time (first in ${other})`;
  const nextStep = "name each shard once";
  return { ...place(path), code: "repeated-value", found, expected: "each batch once", nextStep };
}

function incomplete(folder: string, open: number, all: number): Issue {
  const found = `${all - open} of ${all} batches`;
  const nextStep = "finish the shards with --resume, or name all of them";
  return { ...place(folder), code: "incomplete-sweep", found, expected: "all of them", nextStep };
}
