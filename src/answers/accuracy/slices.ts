/**
 * Slices of a torus joined by the data-centre network: gradients cross it once a step, and
 * each doubling of slices costs a little besides.
 *
 *   t = step · (1 + 0.022 · log2 slices) + 2 · parameters / chips of a slice / 2 GB/s
 *
 * Fitted to MaxText's weak scaling on v5e, 256 to 8,192 chips; not for other fabrics.
 */
import { parameterCount } from "../../workload/dense/parameters.ts";
import type { TrainReading } from "./read-train.ts";

const GROWTH_PER_DOUBLING = 0.022;
const BYTES_PER_S = 2e9;

export function slicedS({ run, gpus, slices }: TrainReading, stepS: number): number {
  if (slices <= 1) return stepS;
  const { model } = run;
  const bytes = (2 * parameterCount(model, { layers: model.layers })) / (gpus / slices);
  return stepS * (1 + GROWTH_PER_DOUBLING * Math.log2(slices)) + bytes / BYTES_PER_S;
}
