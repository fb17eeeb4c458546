/** Data parallelism and nothing else: each process has the whole model and a share of the batch. */
import { ONE_RANK } from "./mesh.ts";
import type { Parallel } from "./parallel.ts";
import { ONE_PROCESS } from "./parallel.ts";

export function dataParallel(processCount: number): Parallel {
  return { ...ONE_PROCESS, degrees: { ...ONE_RANK, data: processCount } };
}
