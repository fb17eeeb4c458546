/** Whether this machine's memory will do, said before anything is allocated. */
import { freemem, totalmem } from "node:os";
import { Refusal } from "../base/errors.ts";
import { bytes } from "../base/format.ts";
import { parameterCount } from "../models/model.ts";
import type { Training } from "../records/job.ts";
import { recordedShapes } from "./recorded-shapes.ts";

const FP32_BYTES = 4;
/** Weight, gradient and two moments. */
const NUMBERS_PER_PARAMETER = 4;

/** At least this much: activations are those alive when backward starts. */
export function leastBytes(training: Training, processCount: number): number {
  const weights = processCount * NUMBERS_PER_PARAMETER * parameterCount(training.model);
  const { batch, accumulation = 1 } = training;
  // A batch that does not divide is refused later, in words of its own.
  const whole = { ...training, batch: Math.ceil(batch / accumulation) * accumulation };
  return weights * FP32_BYTES + recordedShapes(whole).activationBytes;
}

export function refuseMemory(training: Training, processCount: number, have = totalmem()): void {
  const needed = leastBytes(training, processCount);
  if (needed <= have) return;
  throw new Refusal({
    code: "does-not-fit",
    pointer: "/model",
    found: `a training of ${training.model.name} in ${processCount} processes`,
    expected:
      `at most ${bytes(have)}, which this machine has (${bytes(freemem())} free); ` +
      `it needs ${bytes(needed)} at least`,
    nextStep: "take a smaller model or batch, or fewer processes",
  });
}
