/**
 * A training step of the reference perceptron (100-50-10, batch 32, Adam), the recorder on as
 * always: mostly what calls and records cost, since its products are 0.74 Mflop. The bound is what
 * an AVX-512 core should take; it has not been reached on the AVX2 cores measured so far.
 */
import { readTraining } from "../src/files/training.ts";
import { loadAddon, loadBackend } from "../src/tensor/backend.ts";
import { Trainer } from "../src/training/trainer.ts";
import { type Bench, type BenchRow, medianS } from "./harness.ts";

const STEP_COUNT = 200;
const STEP_MAX_S = 20e-6;

export const bench: Bench = {
  name: "mlp-step",
  async run(size) {
    const backend = loadBackend();
    loadAddon().addon?.useThreads(1);
    const trainer = new Trainer(await readTraining("mlp"), { backend });
    const steps = () => {
      for (let i = 0; i < STEP_COUNT; i++) {
        trainer.computeGradients();
        trainer.update();
      }
    };
    for (let i = 0; i < 5; i++) steps();
    const stepS = (await medianS(size === "large" ? 30 : 5, steps)) / STEP_COUNT;
    // The TypeScript backend has no bar: it is the oracle, not the engine.
    const bound = backend.name === "native" ? STEP_MAX_S : null;
    const row: BenchRow = {
      ...{ case: `MLP 100-50-10, batch 32, ${backend.name}`, threads: 1, value: stepS },
      ...{ unit: "s", bound },
    };
    return [row];
  },
};
