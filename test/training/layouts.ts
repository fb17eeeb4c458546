/** A training in one process, and the same in several, however they are divided. */
import { equal, ok } from "node:assert/strict";
import { at, present } from "../../src/base/assert.ts";
import { readTraining } from "../../src/files/training.ts";
import type { Training } from "../../src/records/job.ts";
import type { Degrees } from "../../src/training/mesh.ts";
import { ONE_RANK } from "../../src/training/mesh.ts";
import type { Parallel } from "../../src/training/parallel.ts";
import { ONE_PROCESS } from "../../src/training/parallel.ts";
import { trainInProcesses } from "../../src/training/processes.ts";
import type { ProcessReport } from "../../src/training/report.ts";
import { runTraining } from "../../src/training/run.ts";
import { placesOf } from "../../src/training/whole.ts";

export const STEPS = 5;
export type More = Partial<Omit<Parallel, "degrees">>;

export function layout(degrees: Partial<Degrees>, more: More = {}): Parallel {
  return { ...ONE_PROCESS, ...more, degrees: { ...ONE_RANK, ...degrees } };
}

const alone = new Map<string, Promise<{ training: Training; report: ProcessReport }>>();

export function one(id: string, descends = false) {
  const key = `${id} ${descends}`;
  const known = alone.get(key) ?? start(id, descends);
  alone.set(key, known);
  return known;
}

/**
 * Adam's first update is the sign of the gradient, also of rounding noise; from then on two orders
 * of summation part. Where that shows, in a Llama and where attention is summed in parts of the
 * context (1.2e-5 under Adam), plain descent is compared instead.
 */
async function start(id: string, descends: boolean) {
  const { weightDecay: _, ...read } = await readTraining(id);
  const isSmooth = descends || read.model.family === "llama";
  const descent: Training = { ...read, optimizer: "sgd", momentum: 0.9, learningRate: 0.1 };
  const training = { ...(isSmooth ? descent : await readTraining(id)), steps: STEPS };
  return { training, report: await runTraining(training, { probes: true }) };
}

/** Of each parameter's gradients, relative to the largest of it, over all steps. */
function gradientError({ model }: Training, found: ProcessReport, wanted: ProcessReport): number {
  const { list, starts } = placesOf(model);
  let worst = 0;
  for (let step = 0; step < STEPS; step++) {
    const [own, whole] = [at(found.gradients ?? [], step), at(wanted.gradients ?? [], step)];
    equal(own.length, whole.length);
    for (const { name, elementCount } of list) {
      const start = present(starts.get(name), name);
      let [largest, difference] = [0, 0];
      for (let i = start; i < start + elementCount; i++) {
        largest = Math.max(largest, Math.abs(whole[i]!));
        difference = Math.max(difference, Math.abs(whole[i]! - own[i]!));
      }
      if (largest > 0) worst = Math.max(worst, difference / largest);
    }
  }
  return worst;
}

export async function same(id: string, parallel: Parallel): Promise<readonly ProcessReport[]> {
  const { training, report } = await one(id, parallel.degrees.context > 1);
  const reports = await trainInProcesses(training, { parallel, probes: true });
  for (const { losses } of reports) {
    for (const [i, loss] of report.losses.entries()) {
      const error = Math.abs(losses[i]! - loss) / loss;
      ok(error < 1e-5, `step ${i + 1}: ${losses[i]} is not ${loss}`);
    }
  }
  const error = gradientError(training, at(reports, 0), report);
  ok(error < 1e-5, `gradients differ by ${error}`);
  return reports;
}
