/** What one accelerator does in one micro-batch: the model's own code, walked shape-only. */
import type { ModelSpec, Trace } from "../records/trace.ts";
import { traceShapes } from "../models/shape-trace.ts";

export interface MicroBatch {
  /** Samples in one forward pass of one accelerator. */
  readonly batch: number;
  readonly tokens: number;
  /** Bytes of a weight, a gradient and an activation: 2 for bf16. */
  readonly elementBytes: number;
}

export function microBatchTrace(model: ModelSpec, microBatch: MicroBatch): Trace {
  return traceShapes(model, microBatch);
}
