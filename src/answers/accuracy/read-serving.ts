/** A row of an inference table as a load on replicas, by rules on its words. */
import { Refusal } from "../../base/errors.ts";
import { BATCH_MAX, largestBatch } from "../../serving/iteration.ts";
import type { Replica } from "../../serving/iteration.ts";
import type { ServingConstants } from "../../serving/engine-law.ts";
import { SERVING } from "../../serving/engine-law.ts";
import type { PartRow } from "../../workload/dense/parts.ts";
import type { DenseModel } from "../../workload/dense/types.ts";
import type { ReplicaChoice, WeightBits } from "../replica.ts";
import { expertRank, ratesOf, replicaOf, withRouted } from "../replica.ts";
import { readModel } from "./read-model.ts";
import { partOf } from "./read-part.ts";
import type { Row } from "./row.ts";
import { Assumptions, cell, number } from "./row.ts";

export interface ServingReading {
  readonly choice: ReplicaChoice;
  readonly replica: Replica;
  readonly part: PartRow;
  readonly gpus: number;
  readonly stages: number;
  readonly replicas: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Sequences of a replica that the row asks for; undefined: as many as fit. */
  readonly askedCount: number | undefined;
  /** Prompts run elsewhere. */
  readonly isDecodeOnly: boolean;
  /** All start together and none joins. */
  readonly isStatic: boolean;
  /** Requests that arrive in a second at all replicas together. */
  readonly requestsPerS: number | undefined;
  readonly assumed: readonly string[];
}

export function readServing(row: Row): ServingReading {
  const assumptions = new Assumptions();
  const part = partOf(assumptions.or(cell(row, "gpu") || undefined, "h100-sxm", "gpu"));
  const model = readModel(row, assumptions);
  const counted = number(row, "tp") ?? 0;
  const gpus = Math.max(1, Math.round(number(row, "gpus") ?? usualGpus(counted, assumptions)));
  const stages = Math.max(1, Math.min(gpus, number(row, "pp") ?? 1));
  const expertRanks = model.experts === undefined ? 1 : expertRanksOf(row, counted, gpus);
  const ranks = expertRanks > 1 ? 1 : ranksOf(counted || gpus / stages, gpus, stages, part);
  const replicas = Math.max(1, gpus / (ranks * stages));
  const batch = number(row, "batch");
  const sequences = batch ?? number(row, "concurrency") ?? aloneIn(row);
  const choice = choiceOf(row, model, part, ranks, assumptions);
  return {
    choice,
    replica:
      expertRanks > 1 ? expertRank(choice, expertRanks) : withRouted(replicaOf(choice), choice),
    ...{ part, gpus, stages, replicas },
    promptTokens: assumptions.or(number(row, "isl"), 1024, "isl"),
    outputTokens: assumptions.or(number(row, "osl"), prefillOnly(row) ? 1 : 256, "osl"),
    askedCount: sequences === undefined ? undefined : Math.max(1, sequences / replicas),
    isDecodeOnly: /decod\w* (?:fleet|nodes?|only|instances?|pool)/i.test(cell(row, "scenario")),
    isStatic: batch !== undefined,
    requestsPerS: rateIn(cell(row, "scenario")),
    assumed: assumptions.names,
  };
}

function usualGpus(counted: number, assumptions: Assumptions): number {
  return assumptions.or(counted > 0 ? counted : undefined, 8, "gpus");
}

/** Ranks that share experts while each attends for itself: stated, or more than a tensor split. */
function expertRanksOf(row: Row, counted: number, gpus: number): number {
  const stated = /ep\D{0,3}(\d+)/i.exec(`${cell(row, "ep_dp")} ${cell(row, "scenario")}`)?.[1];
  if (stated !== undefined) return Math.min(gpus, Number(stated));
  return counted === 0 && gpus > 16 ? gpus : 1;
}

/** Degrees of Trainium count cores, of which a chip has two; a rank here is a chip. */
function ranksOf(counted: number, gpus: number, stages: number, part: PartRow): number {
  const most = gpus / stages;
  if (counted <= most || part.family === "trainium") return Math.max(1, Math.min(counted, most));
  throw new Refusal({
    code: "contradiction",
    pointer: "/tp",
    found: `${counted} ranks of tensor parallelism and ${stages} stages on ${gpus} accelerators`,
    expected: "no more ranks than accelerators",
    nextStep: "correct tp, pp or gpus",
  });
}

const prefillOnly = (row: Row): boolean => /prefill/i.test(cell(row, "scenario"));

function aloneIn(row: Row): number | undefined {
  return /latency|real.?time|single (?:user|stream)/i.test(cell(row, "scenario")) ? 1 : undefined;
}

function rateIn(scenario: string): number | undefined {
  const found = /(\d+(?:\.\d+)?) ?(?:req(?:uests?)?\/s|rps|qps)/i.exec(scenario)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Engines before 2025, by their year or version. */
const OLDER = /20(?:1\d|2[0-4])|faster ?transformer|vllm v?0\.[0-7]\b|tensorrt-llm v?0\./i;

function choiceOf(
  row: Row,
  model: DenseModel,
  part: PartRow,
  ranks: number,
  assumptions: Assumptions,
): ReplicaChoice {
  const words = `${cell(row, "precision")} ${cell(row, "model")}`.toLowerCase();
  if (cell(row, "precision") === "") assumptions.add("precision of the weights 16 bit");
  const weightBits = bitsOf(words);
  const isWeightOnly = /matmult-bf16|w[48]a16|weight.only|awq|gptq/.test(words);
  // Engines keep 8-bit keys and values beside 8-bit weights, where the part multiplies them.
  const hasSmallCache = weightBits < 16 && part.peakFp8FlopPerS > 0 && !isWeightOnly;
  const kvBits = hasSmallCache || /kv.?(?:fp8|int8)|(?:fp8|int8).?kv/.test(words) ? 8 : 16;
  const isLaunched = OLDER.test(cell(row, "engine"));
  return { model, part, ranks, weightBits, kvBits, isWeightOnly, isLaunched };
}

function bitsOf(words: string): WeightBits {
  if (/fp4|int4|w4a|awq|gptq|4.?bit/.test(words)) return 4;
  return /fp8(?!.?kv\b)|int8|w8a|8.?bit|fp8-kv/.test(words) ? 8 : 16;
}

export interface RowLoad {
  readonly replica: Replica;
  readonly sequences: number;
}

/** The replica, and the sequences it decodes at once. */
export function loadOf(reading: ServingReading, constants: ServingConstants = SERVING): RowLoad {
  const { choice, stages, promptTokens, outputTokens, askedCount } = reading;
  const replica = { ...reading.replica, rates: ratesOf(choice, constants) };
  const most = Math.max(BATCH_MAX, askedCount ?? 0);
  const fits = largestBatch(stageOf(replica, stages), promptTokens + outputTokens, most);
  return { replica, sequences: Math.max(1, Math.min(askedCount ?? fits, fits)) };
}

/** What one stage of a pipeline holds. */
function stageOf(replica: Replica, stages: number): Replica {
  const { model } = replica;
  const [layers, heldParameters] = [model.layers / stages, model.heldParameters / stages];
  return { ...replica, model: { ...model, layers, heldParameters } };
}
