/** The columns of inference tables, by the closed form of a replica at full or given load. */
import type { Replica } from "../../serving/iteration.ts";
import { decodeStepS, fullLoadTokensPerS, largestBatch, promptS } from "../../serving/iteration.ts";
import type { DenseModel } from "../../workload/dense/types.ts";
import { replicaOf } from "../replica.ts";
import type { Estimate } from "./prediction.ts";
import { readModel } from "./read-model.ts";
import { partOf } from "./read-part.ts";
import type { Row } from "./row.ts";
import { Assumptions, cell, number } from "./row.ts";

export const SERVING_COLUMNS = [
  ...["output_tokens_per_s", "output_tokens_per_s_per_gpu", "prefill_ms"],
  ...["decode_ms_per_token", "total_ms", "ttft_ms", "tpot_ms"],
];

export function predictServing(row: Row): Readonly<Record<string, Estimate>> {
  const assumptions = new Assumptions();
  const model = readModel(row, assumptions);
  const gpus = assumptions.or(number(row, "gpus"), 8, "gpus");
  const ranks = Math.min(number(row, "tp") ?? gpus, gpus);
  const replicas = gpus / ranks;
  const replica = rowReplica(row, model, ranks, assumptions);
  const promptTokens = assumptions.or(number(row, "isl"), 1024, "isl");
  const outputTokens = number(row, "osl") ?? 1;
  const fits = largestBatch(replica, promptTokens + outputTokens);
  const asked = number(row, "batch") ?? number(row, "concurrency");
  const sequences = Math.min(asked === undefined ? fits : Math.max(1, asked / replicas), fits);
  const load = { promptTokens, outputTokens, sequences };
  const batch = Math.max(1, sequences);
  const prefillS = promptS(replica, promptTokens) * (asked === undefined ? 1 : batch);
  const stepS = decodeStepS(replica, batch, promptTokens + outputTokens / 2);
  const isStatic = number(row, "batch") !== undefined;
  const tokensPerS = isStatic
    ? (batch * outputTokens) / (prefillS + outputTokens * stepS)
    : fullLoadTokensPerS(replica, load);
  const startS = prefillS + decodeStepS(replica, 1, promptTokens);
  const values = {
    output_tokens_per_s: replicas * tokensPerS,
    output_tokens_per_s_per_gpu: tokensPerS / ranks,
    prefill_ms: 1e3 * startS,
    decode_ms_per_token: 1e3 * stepS,
    total_ms: 1e3 * (startS + outputTokens * stepS),
    ttft_ms: 1e3 * startS,
    tpot_ms: 1e3 * stepS,
  };
  const spread = Math.hypot(
    ...[0.06, model.experts ? 0.5 : 0, assumptions.names.length > 0 ? 0.2 : 0],
    partOf(cell(row, "gpu")).tag === "assumed" ? 0.4 : 0,
  );
  const estimate = (value: number) => ({
    ...{ value, logErrorShare: spread, assumed: assumptions.names },
  });
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, estimate(value)]));
}

function rowReplica(row: Row, model: DenseModel, ranks: number, assumptions: Assumptions): Replica {
  const part = partOf(cell(row, "gpu"));
  const words = `${cell(row, "precision")} ${cell(row, "model")}`.toLowerCase();
  if (cell(row, "precision") === "") assumptions.add("precision of the weights 16 bit");
  const weightBits = /fp4/.test(words) ? 4 : /fp8|int8/.test(words) ? 8 : 16;
  // Engines keep 8-bit keys and values beside 8-bit weights, where the part multiplies them.
  const kvBits = weightBits < 16 && part.peakFp8FlopPerS > 0 ? 8 : 16;
  return replicaOf({ model, part, ranks, weightBits, kvBits });
}
