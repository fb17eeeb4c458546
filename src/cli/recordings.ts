/** The small models of a question: trained here and now, or taken from a stored file. */
import type { Asked, Recording } from "../answers/head.ts";
import { duration, fixed } from "../base/format.ts";
import type { Question } from "../records/job.ts";
import type { Measurement } from "../records/trace.ts";
import { say } from "./output.ts";

export type Recorded = Pick<Asked, "recordings" | "measurement" | "measurementFile">;

/** A stored measurement comes without training; its traces are walked shape-only (equal). */
export async function recordings(
  question: Question,
  measurementPath: string | undefined,
): Promise<Recorded> {
  if (question.kind !== "compare" || question.trainings.length === 0) return { recordings: [] };
  if (measurementPath !== undefined) {
    const { readMeasurement } = await import("../files/measurement.ts");
    const { recordedShapes } = await import("../training/recorded-shapes.ts");
    const measurement = await readMeasurement(measurementPath);
    return {
      recordings: question.trainings.map((training) => ({
        training,
        trace: recordedShapes(training),
      })),
      measurement,
      measurementFile: measurementPath,
    };
  }
  const { train } = await import("../training/train.ts");
  const { nowS } = await import("../files/clock.ts");
  const made: Recording[] = [];
  const measured: Measurement[] = [];
  for (const training of question.trainings) {
    const startS = nowS();
    const { trace, measurement } = train(training, { clock: nowS });
    const [first = 0] = measurement.losses;
    const last = measurement.losses.at(-1) ?? 0;
    say(
      `trained ${training.model.name} here (${measurement.backend}): ` +
        `${fixed(measurement.steps)} steps, loss ${fixed(first, 3)} → ` +
        `${last < 0.001 ? last.toExponential(1) : fixed(last, 3)}, ${duration(nowS() - startS)}`,
    );
    made.push({ training, trace });
    measured.push(measurement);
  }
  const [main, ...others] = measured;
  if (main === undefined) return { recordings: made };
  return {
    recordings: made,
    measurement: others.length === 0 ? main : { ...main, others },
  };
}
