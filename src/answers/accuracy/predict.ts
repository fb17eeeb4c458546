/**
 * Predicts every answer column of a table of published measurements. The table is known by
 * its header; what it measured is taken away before anything is read.
 */
import { Refusal } from "../../base/errors.ts";
import type { Prediction } from "../../records/prediction.ts";
import type { Estimate } from "./prediction.ts";
import { predictionOf, refusal } from "./prediction.ts";
import { COLLECTIVE_COLUMNS, predictCollective } from "./predict-collective.ts";
import { EXPERT_COLUMNS, predictExpert } from "./predict-expert.ts";
import { KERNEL_COLUMNS, predictKernel } from "./predict-kernel.ts";
import { predictServing, SERVING_COLUMNS } from "./predict-serving.ts";
import { predictTrain, TRAIN_COLUMNS } from "./predict-train.ts";
import type { Row } from "./row.ts";
import { configurationOf } from "./row.ts";

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

interface Schema {
  readonly name: string;
  /** Columns by which the table is known. */
  readonly needs: readonly string[];
  readonly answers: readonly string[];
  predict(row: Row): Readonly<Record<string, Estimate>>;
}

const SCHEMAS: readonly Schema[] = [
  {
    name: "training steps",
    needs: ["gpus", "global_batch_seqs", "hidden"],
    answers: TRAIN_COLUMNS,
    predict: predictTrain,
  },
  {
    name: "collectives",
    needs: ["collective", "size_bytes", "ranks"],
    answers: COLLECTIVE_COLUMNS,
    predict: predictCollective,
  },
  {
    name: "kernels",
    needs: ["kernel", "dtype", "m", "seq_len"],
    answers: KERNEL_COLUMNS,
    predict: predictKernel,
  },
  {
    name: "inference",
    needs: ["isl", "osl", "gpus"],
    answers: SERVING_COLUMNS,
    predict: predictServing,
  },
  {
    name: "expert dispatch",
    needs: ["phase", "ep", "tokens_per_rank"],
    answers: EXPERT_COLUMNS,
    predict: predictExpert,
  },
  {
    name: "memory of a rank",
    needs: ["params_and_optimizer_gib", "activations_gib"],
    // Shapes stand in the paper, not in the table: checked by a test of their own.
    answers: [],
    predict: () => ({}),
  },
];

export function schemaOf(columns: readonly string[]): Schema {
  const found = SCHEMAS.find(({ needs }) => needs.every((name) => columns.includes(name)));
  if (found !== undefined) return found;
  const known = SCHEMAS.map(({ name, needs }) => `${name} (${needs.join(", ")})`);
  throw new Refusal({
    code: "unknown-table",
    pointer: "",
    found: `columns ${columns.slice(0, 6).join(", ")} …`,
    expected: `the header of a table of ${known.join("; ")}`,
    nextStep: "name the columns as in scenarios/validation",
  });
}

export function predictTable({ columns, rows }: Table): Prediction[] {
  const schema = schemaOf(columns);
  const answers = schema.answers.filter((name) => columns.includes(name));
  return rows.flatMap((row, i) => {
    const id = row["id"] ?? `row ${i + 1}`;
    const estimates = attempt(() => schema.predict(configurationOf(row)));
    return answers.map((column) => {
      if (typeof estimates === "string") return refusal(id, column, estimates);
      const estimate = estimates[column];
      if (estimate === undefined || !(estimate.value > 0 && Number.isFinite(estimate.value))) {
        return refusal(id, column, "what the row says gives no finite value");
      }
      return predictionOf(id, column, estimate);
    });
  });
}

/** What was estimated, or why the row was refused. */
function attempt(
  predict: () => Readonly<Record<string, Estimate>>,
): Readonly<Record<string, Estimate>> | string {
  try {
    return predict();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
