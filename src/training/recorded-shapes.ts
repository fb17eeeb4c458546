/** The trace that training would record, without training: the shape-only device in fp32. */
import { traceShapes } from "../models/shape-trace.ts";
import type { Training } from "../records/job.ts";
import type { Trace } from "../records/trace.ts";

const FP32_BYTES = 4;

/** Op for op what `train` records (a test compares them), on any machine and in no time. */
export function recordedShapes({ model, batch }: Training): Trace {
  const tokens = model.family === "gpt" ? model.contextTokens : 1;
  return traceShapes(model, { batch, tokens, elementBytes: FP32_BYTES });
}
