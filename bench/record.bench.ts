/**
 * What recording costs: steps whose ops are timed, against steps that only keep their tape, in
 * turns, since the machine's speed wanders more than this bench may show.
 */
import { readTraining } from "../src/files/training.ts";
import { loadBackend } from "../src/tensor/backend.ts";
import { Recorder } from "../src/training/record.ts";
import { Trainer } from "../src/training/trainer.ts";
import { type Bench, type BenchRow } from "./harness.ts";

/** A step takes at most 2 % longer where it is recorded. */
const SPEED_MIN = 1 / 1.02;

export const bench: Bench = {
  name: "record",
  async run(size) {
    const rows: BenchRow[] = [];
    for (const id of ["mlp", "gpt"]) {
      const trainer = new Trainer(await readTraining(id), { backend: loadBackend() });
      const [turnCount, mostS] = size === "large" ? [20_000, 6] : [40, 0.05];
      const value = speedOf(trainer, turnCount, mostS);
      const title = `${id}: speed of a recorded step, share of another's`;
      rows.push({ case: title, threads: 1, value, unit: "", bound: SPEED_MIN });
    }
    return rows;
  },
};

/** Of the shortest steps of each kind, which noise only ever prolongs. */
function speedOf(trainer: Trainer, turnCount: number, mostS: number): number {
  const recorder = new Recorder(() => performance.now() / 1000);
  const timed = () => {
    const start = performance.now();
    if (trainer.device.recorder !== undefined) recorder.start();
    trainer.computeGradients();
    trainer.update();
    return performance.now() - start;
  };
  const [plain, recorded]: [number[], number[]] = [[], []];
  const start = performance.now();
  for (let turn = 0; turn < turnCount && performance.now() - start < 1000 * mostS; turn++) {
    plain.push(timed());
    trainer.device.recorder = recorder;
    recorded.push(timed());
    trainer.device.recorder = undefined;
    recorder.clear();
  }
  return tenth(plain) / tenth(recorded);
}

/** The tenth percentile: near the shortest, and not a single lucky step. */
function tenth(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)] ?? NaN;
}
