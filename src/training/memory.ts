/** Whether this machine's memory will do, said before anything is allocated. */
import { freemem, totalmem } from "node:os";
import { Refusal } from "../base/errors.ts";
import { bytes } from "../base/format.ts";
import { parameterCount } from "../models/model.ts";
import type { Training } from "../records/job.ts";
import { rankCountOf } from "./mesh.ts";
import type { Parallel } from "./parallel.ts";
import { recordedShapes } from "./recorded-shapes.ts";

const FP32_BYTES = 4;
/** Weight, gradient and two moments. */
const NUMBERS_PER_PARAMETER = 4;

/** Of those, what ranks share out at each stage of ZeRO: moments, gradients, weights. */
const SHARED_NUMBERS = [0, 2, 3, 4] as const;

/** At least this much: activations are those alive when backward starts. */
export function leastBytes(training: Training, { degrees, zero }: Parallel): number {
  const { tensor, pipeline, expert } = degrees;
  const copies = rankCountOf(degrees) / (tensor * pipeline * expert);
  const shared = SHARED_NUMBERS[zero];
  const numbers = copies * (NUMBERS_PER_PARAMETER - shared) + shared;
  const weights = numbers * parameterCount(training.model);
  const { batch, accumulation = 1 } = training;
  // A batch that does not divide is refused later, in words of its own.
  const whole = { ...training, batch: Math.ceil(batch / accumulation) * accumulation };
  return weights * FP32_BYTES + recordedShapes(whole).activationBytes;
}

export function refuseMemory(training: Training, parallel: Parallel, have = totalmem()): void {
  const needed = leastBytes(training, parallel);
  if (needed <= have) return;
  throw new Refusal({
    code: "does-not-fit",
    pointer: "/model",
    found: `a training of ${training.model.name} in ${rankCountOf(parallel.degrees)} processes`,
    expected:
      `at most ${bytes(have)}, which this machine has (${bytes(freemem())} free); ` +
      `it needs ${bytes(needed)} at least`,
    nextStep: "take a smaller model or batch, or fewer processes",
  });
}
