/** Published steps that the model is held against, and what it says about each. */
import type { DenseConstants } from "../../workload/dense/constants.ts";
import { activeCount } from "../../workload/dense/parameters.ts";
import { predictStepS } from "./predict-train.ts";
import type { TrainReading } from "./read-train.ts";
import { readTrain } from "./read-train.ts";
import type { Row } from "./row.ts";
import { cell, configurationOf, number } from "./row.ts";
import { silencedBy, withoutFaults } from "./votes.ts";

export interface ValidationTable {
  /** The name of its file without the ending. */
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface ValidationStep {
  readonly id: string;
  readonly source: string;
  readonly model: string;
  readonly family: string;
  readonly part: string;
  readonly scale: string;
  readonly kind: "dense" | "experts" | "tpu" | "other";
  readonly reading: TrainReading;
  readonly measuredS: number;
  /** Why it has no vote; empty where it has. */
  readonly excluded: string;
}

/** All steps of the tables that were measured, in order. */
export function validationSteps(tables: readonly ValidationTable[]): ValidationStep[] {
  const steps = tables.flatMap(({ name, rows }) =>
    rows.flatMap((row) => {
      const reading = readTrain(configurationOf(row));
      const measuredS = measuredStepS(row, reading);
      return measuredS === undefined ? [] : [stepOf(name, row, reading, measuredS)];
    }),
  );
  return withoutFaults(steps);
}

function stepOf(
  source: string,
  row: Row,
  reading: TrainReading,
  measuredS: number,
): ValidationStep {
  const id = cell(row, "id");
  return {
    ...{ id, source, reading, measuredS },
    model: `${source} ${cell(row, "model")}`,
    family: familyOf(cell(row, "model")),
    part: reading.run.part.id,
    scale: scaleOf(reading.gpus),
    kind: kindOf(reading),
    excluded: silencedBy(row, reading),
  };
}

function kindOf({ run }: TrainReading): ValidationStep["kind"] {
  if (run.part.family === "tpu") return "tpu";
  if (run.model.experts !== undefined) return "experts";
  return ["ampere", "hopper", "blackwell"].includes(run.part.family) ? "dense" : "other";
}

/** "llama" of "LLAMA3_70B" and "Llama-3.1-8B". */
const familyOf = (model: string): string => /^[a-z]+/.exec(model.toLowerCase())?.[0] ?? "";

const scaleOf = (gpus: number): string =>
  gpus <= 8 ? "to 8" : gpus <= 64 ? "9-64" : gpus <= 512 ? "65-512" : "over 512";

/** The step as printed, else from tokens, else from the printed MFU by its convention. */
function measuredStepS(row: Row, { run, gpus }: TrainReading): number | undefined {
  const printed = number(row, "step_time_s");
  if (printed !== undefined) return printed;
  const { globalBatch, seqTokens } = run.layout;
  const tokens = globalBatch * seqTokens;
  const rate = number(row, "tokens_per_s_per_gpu");
  if (rate !== undefined) return number(row, "global_batch_seqs") && tokens / gpus / rate;
  const flopPerS = (number(row, "tflops_per_gpu") ?? 0) * 1e12;
  if (flopPerS === 0 || !/model flop/i.test(cell(row, "flop_convention"))) return undefined;
  const { model } = run;
  const attention = 12 * model.layers * model.heads * model.headSize * seqTokens;
  return (tokens * (6 * activeCount(model) + attention)) / gpus / flopPerS;
}

export function predictedS({ reading }: ValidationStep, constants: DenseConstants): number {
  return predictStepS(reading, constants);
}
