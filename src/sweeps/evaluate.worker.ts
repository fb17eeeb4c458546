/** A thread of a sweep: gets the sweep once, then the numbers of batches. */
import { workerData } from "node:worker_threads";
import type { Sweep } from "../records/sweep.ts";
import type { BatchColumns } from "./evaluate.ts";
import { batchEvaluator } from "./evaluate.ts";

const evaluate = batchEvaluator(workerData as Sweep);

/** Called by the pool by this name. */
export function evaluateBatch(batch: number): BatchColumns {
  return evaluate(batch);
}
