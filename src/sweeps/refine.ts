/** Stages after the screen: the best points get days with failures, the best of them flows. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { clusterData, FAMILIES } from "../answers/plan-families.ts";
import { flowCheck, refinedTimes } from "../answers/sweep-refine.ts";
import type { FlowCheck } from "../answers/sweep-refine.ts";
import { INPUTS } from "../answers/sweep-point.ts";
import { designFrom } from "../files/cluster.ts";
import { documentOf } from "../files/document.ts";
import type { Sweep, SweepRefine } from "../records/sweep.ts";
import { machineError } from "./machine.ts";
import type { Store } from "./store.ts";

/** Writes refined.json beside the results; returns its path. */
export async function refine(
  sweep: Sweep,
  { by, order, topCount, verifyCount }: SweepRefine,
  store: Store,
  folder: string,
): Promise<string> {
  const direction = order === "least" ? "ASC" : "DESC";
  const sql = `SELECT * FROM points WHERE state = 'ok' AND "${by}" IS NOT NULL
    ORDER BY "${by}" ${direction}, key LIMIT ${topCount}`;
  const names = ["key", ...sweep.axes.map(({ name }) => name), "state", ...store.numberNames()];
  const rows: Record<string, unknown>[] = [];
  for (const [place, values] of (await store.rows(sql)).entries()) {
    const point = Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]));
    rows.push(await refined(sweep, point, place < verifyCount));
  }
  const path = join(folder, "refined.json");
  try {
    await writeFile(path, `${JSON.stringify({ by, order, points: rows }, null, 2)}\n`);
  } catch (error) {
    throw machineError(error, path);
  }
  return path;
}

async function refined(
  sweep: Sweep,
  point: Record<string, unknown>,
  isVerified: boolean,
): Promise<Record<string, unknown>> {
  const named = point["accelerator"];
  const acceleratorId = typeof named === "string" ? named : String(INPUTS["accelerator"]);
  const acceleratorCount = Number(point["accelerators"] ?? INPUTS["accelerators"]);
  const days = Number(point["days"] ?? Number.NaN);
  const asked = { model: sweep.model, acceleratorId, acceleratorCount, workS: days * 86_400 };
  const times = Number.isFinite(days) && days > 0 ? refinedTimes(asked) : undefined;
  const flow = isVerified ? await flowOf(acceleratorId, acceleratorCount) : undefined;
  return {
    ...point,
    ...(times === undefined
      ? {}
      : {
          goodput: times.goodput,
          days: { p10: inDays(times.p10S), p50: inDays(times.p50S), p90: inDays(times.p90S) },
        }),
    ...(flow === undefined ? {} : { flow }),
  };
}

const inDays = (seconds: number): number => seconds / 86_400;

/** In words where the engine has no graph: three tiers by rule, racks of 72. */
async function flowOf(acceleratorId: string, count: number): Promise<FlowCheck | string> {
  const family = FAMILIES.find((one) => one.acceleratorId === acceleratorId);
  if (family === undefined || count % family.acceleratorsPerNode !== 0) return "no such cluster";
  const data = clusterData(family, count, "us-average");
  const { cluster } = await designFrom(documentOf(data, "the sweep"), "sweep.yaml");
  if (cluster === undefined) return "counted by rule, not simulated";
  return flowCheck(cluster, acceleratorId, count);
}
