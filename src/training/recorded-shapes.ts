/** The trace that training would record, without training: the shape-only device in fp32. */
import { traceShapes } from "../models/shape-trace.ts";
import type { Training } from "../records/job.ts";
import type { Trace } from "../records/trace.ts";
import { createOptimizer, updateParameters } from "./update.ts";

const FP32_BYTES = 4;

/** Op for op what `train` records (a test compares them), on any machine and in no time. */
export function recordedShapes(training: Training): Trace {
  const { model, batch, accumulation = 1 } = training;
  const tokens = model.family === "mlp" ? 1 : model.contextTokens;
  return traceShapes(model, {
    batch: batch / accumulation,
    tokens,
    elementBytes: FP32_BYTES,
    update(tape, parameters) {
      const optimizer = createOptimizer(training, parameters);
      updateParameters(tape, training, { parameters, optimizer }, accumulation);
    },
  });
}
