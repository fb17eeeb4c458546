/**
 * A whole step of one GPT block (width 256, 4 heads, 128 tokens, 4 sequences): forward, backward
 * and Adam, beside the fastest multiply-adds this core can do, measured in turns; medians. Then on
 * two threads.
 */
import { seeded } from "../src/base/random.ts";
import { applyPreNormBlock, createBlock } from "../src/models/block.ts";
import { Adam } from "../src/tensor/adam.ts";
import { loadAddon, loadBackend } from "../src/tensor/backend.ts";
import { createNativeDevice } from "../src/tensor/device.ts";
import { meanSquaredError } from "../src/tensor/ops/loss.ts";
import { normally, Parameters } from "../src/tensor/parameters.ts";
import { Tape } from "../src/tensor/tape.ts";
import { constantTensor } from "../src/tensor/tensor.ts";
import type { Bench, BenchRow } from "./harness.ts";
import { median, medianS } from "./harness.ts";

const [BATCH, TOKENS, COLUMNS, HEADS] = [4, 128, 256, 4] as const;
const SHARE_MIN = 0.7;
const GAIN_MIN = 1.8;

export const bench: Bench = {
  name: "gpt-step",
  async run(size) {
    const { addon, reason } = loadAddon();
    if (addon === undefined) return [row(`not measured: ${reason}`, 1, 0, "GFLOP/s")];
    const step = blockStep();
    const flop = step();
    const [peaks, alone, both]: [number[], number[], number[]] = [[], [], []];
    for (let turn = 0; turn < (size === "large" ? 20 : 1); turn++) {
      for (const [threads, times] of [[1, alone] as const, [2, both] as const]) {
        addon.useThreads(threads);
        step();
        times.push(await medianS(size === "large" ? 9 : 2, () => void step()));
      }
      peaks.push(addon.fmaPeakFlopPerS());
    }
    addon.useThreads(1);
    const [peakFlopPerS, stepS] = [median(peaks), median(alone)];
    // A second thread needs a second core.
    const gainMin = addon.coreCount() > 1 ? GAIN_MIN : null;
    const gain = median(alone.map((each, i) => each / (both[i] ?? Number.NaN)));
    return [
      row("multiply-add peak of a core", 1, peakFlopPerS / 1e9, "GFLOP/s"),
      row("step of a GPT block", 1, stepS, "s", flop / (SHARE_MIN * peakFlopPerS)),
      row(
        "products and attention, share of the peak",
        1,
        flop / stepS / peakFlopPerS,
        "",
        SHARE_MIN,
      ),
      row("step of a GPT block", 2, median(both), "s"),
      row("gain by the second thread", 2, gain, "", gainMin),
    ];
  },
};

/** Runs a step; the flop of its products and attention. */
function blockStep(): () => number {
  const parameters = new Parameters();
  const initial = normally(0.02);
  const sizes = { columns: COLUMNS, headCount: HEADS, isCausal: true, initial };
  const block = createBlock(parameters, "block", { ...sizes, outputInitial: initial });
  const random = seeded(1);
  parameters.allocate(random);
  const optimizer = new Adam(parameters);
  const device = createNativeDevice({ backend: loadBackend("native") });
  const shape = [BATCH, TOKENS, COLUMNS];
  const drawn = () =>
    constantTensor(
      shape,
      Float32Array.from({ length: BATCH * TOKENS * COLUMNS }, () => random() - 0.5),
    );
  // A block inside a model passes a gradient on to the one before it.
  const [x, target] = [{ ...drawn(), needsGradient: true }, drawn()];
  return () => {
    const tape = new Tape(device);
    parameters.clearGradients();
    meanSquaredError(tape, "loss", applyPreNormBlock(tape, block, x), target);
    tape.backward();
    optimizer.update(tape, 1e-3);
    const head = { model: "block", sampleCount: BATCH, tokensPerSample: TOKENS };
    const { ops } = tape.trace({ ...head, parameterCount: parameters.elementCount });
    return ops.reduce(
      (sum, { kind, flop }) => sum + (kind === "matmul" || kind === "attention" ? flop : 0),
      0,
    );
  };
}

function row(
  title: string,
  threads: number,
  value: number,
  unit: string,
  bound: number | null = null,
): BenchRow {
  return { case: title, threads, value, unit, bound };
}
