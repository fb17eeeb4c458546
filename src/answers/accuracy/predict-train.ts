/** The columns of training tables, from one step. */
import type { DenseConstants } from "../../workload/dense/constants.ts";
import { CONSTANTS } from "../../workload/dense/constants.ts";
import { rankMemory } from "../../workload/dense/memory.ts";
import { activeCount } from "../../workload/dense/parameters.ts";
import { stepTime } from "../../workload/dense/step.ts";
import { movedOver } from "./plausible.ts";
import type { Estimate } from "./prediction.ts";
import type { TrainReading } from "./read-train.ts";
import { readTrain } from "./read-train.ts";
import { slicedS } from "./slices.ts";
import { stepSpread } from "./spread.ts";
import type { Row } from "./row.ts";
import { cell } from "./row.ts";

export const TRAIN_COLUMNS = ["step_time_s", "tokens_per_s_per_gpu", "mfu_pct", "memory_gb"];

/** Seconds of a row's step. */
export function predictStepS(reading: TrainReading, constants: DenseConstants = CONSTANTS): number {
  return slicedS(reading, stepTime(reading.run, constants).stepS);
}

export function predictTrain(row: Row): Readonly<Record<string, Estimate>> {
  const reading = readTrain(row);
  const { run, gpus, assumed } = reading;
  const { globalBatch, seqTokens } = run.layout;
  const stepS = predictStepS(reading);
  const tokensPerS = (globalBatch * seqTokens) / stepS / gpus;
  const flop = modelFlopPerToken(reading, cell(row, "flop_convention"));
  const peak = PEAK_CHIPS(reading);
  const logErrorShare = stepSpread(reading);
  const moved = movedOver(reading, (one) => predictStepS(one));
  const estimate = (value: number, spread = logErrorShare): Estimate => ({
    ...{ value, logErrorShare: spread, assumed },
  });
  // A slower step is a lower rate.
  const { lowFactor, highFactor } = moved;
  const inverse = { lowFactor: 1 / highFactor, highFactor: 1 / lowFactor };
  const chips = cell(row, "notes").match(/JAX devices|NeuronCore/) ? 2 : 1;
  const memory = (rankMemory(run).totalBytes * chips) / 1e9;
  return {
    step_time_s: { ...estimate(stepS), ...moved },
    tokens_per_s_per_gpu: { ...estimate(tokensPerS), ...inverse },
    mfu_pct: { ...estimate((100 * tokensPerS * flop) / peak), ...inverse },
    memory_gb: estimate(memory, Math.hypot(0.12, logErrorShare)),
  };
}

const PEAK_CHIPS = ({ run }: TrainReading): number => run.part.peakBf16FlopPerS;

/** 6 FLOP a parameter and the attention, in full unless the convention counts it causal. */
function modelFlopPerToken({ run }: TrainReading, convention: string): number {
  const { model, layout } = run;
  const causal = /(?<!non-)causal/.test(convention) ? 0.5 : 1;
  const attention = 12 * model.layers * model.heads * model.headSize * layout.seqTokens;
  return 6 * activeCount(model) + causal * attention;
}
