/** How a row shards, batches and recomputes; and in which precision it multiplies. */
import { Refusal } from "../../base/errors.ts";
import type { PartRow } from "../../workload/dense/parts.ts";
import type { DenseLayout, DenseModel } from "../../workload/dense/types.ts";
import type { Precision, Recompute, Sharding } from "../../workload/dense/types.ts";
import { parameterCount } from "../../workload/dense/parameters.ts";
import { softwareText } from "./read-software.ts";
import type { Assumptions, Row } from "./row.ts";
import { cell, number } from "./row.ts";

export function readLayout(
  row: Row,
  { model, part, devices: perChip }: { model: DenseModel; part: PartRow; devices: number },
  assumptions: Assumptions,
): DenseLayout {
  const text = softwareText(row);
  const gpus = readGpus(row, assumptions);
  const shards = shardingWords(row, text, part);
  const splits = readSplits(row, model, part, { gpus, ...shards }, assumptions);
  const { tensorRanks, stages, contextRanks } = splits;
  const devices = perChip * gpus;
  const replicas = Math.max(1, devices / (tensorRanks * stages * contextRanks));
  refuseContradiction(row, gpus, tensorRanks * stages * contextRanks);
  const { microBatch, isKnown } = readMicroBatch(row, stages, shards.sharding);
  const stated = number(row, "global_batch_seqs");
  const accumulated = part.family === "tpu" ? 1 : 8 * stages;
  const globalBatch = assumptions.or(
    stated,
    accumulated * replicas * microBatch,
    "global_batch_seqs",
  );
  const group = replicas * contextRanks;
  const whole = Math.min(microBatch, Math.max(1 / contextRanks, globalBatch / replicas));
  if (!isKnown) assumptions.add(`micro_batch ${whole}`);
  return {
    ...splits,
    replicas,
    expertRanks: Math.min(number(row, "ep") ?? 1, devices),
    microBatch: whole,
    globalBatch,
    seqTokens: assumptions.or(number(row, "seq_len"), 4096, "seq_len"),
    ...packing(text, assumptions),
    recompute: readRecompute(row, text, part, assumptions),
    sharding: shards.sharding,
    shardRanks: shardRanks(row, shards.sharding, group, contextRanks),
    isSequenceParallel: !/megatron-lm 2021|deepspeed|metaseq/.test(text),
    isLora: isLora(row),
    precision: readPrecision(row, part, assumptions),
    ...(ZERO_BUBBLE.test(text) ? { schedule: "zero-bubble" as const } : {}),
  };
}

/** As printed, else the product of the degrees, else one node. */
export function readGpus(row: Row, assumptions: Assumptions): number {
  const degrees = ["tp", "pp", "cp", "dp"].map((name) => number(row, name) ?? 1);
  const product = degrees.reduce((all, degree) => all * degree, 1);
  const isWhole = number(row, "dp") !== undefined;
  return assumptions.or(number(row, "gpus"), isWhole ? product : Math.max(8, product), "gpus");
}

/** Schedules that fill the gaps of the pipeline with gradients of weights. */
const ZERO_BUBBLE = /zero.?bubble|\bzb[bv]|dualpipe|v-half|v-min/;

/** Texts of a fine-tuning set packed into one sequence attend each to itself only. */
function packing(text: string, assumptions: Assumptions): Pick<DenseLayout, "packedTokens"> {
  // Other sets that are packed hold texts about as long as a sequence.
  if (!/\bsquad\b.*\bpacked\b/.test(text)) return {};
  const packedTokens = SHORT_TEXT;
  assumptions.add(`packed texts of ${packedTokens} tokens`);
  return { packedTokens };
}

/** Questions with their passages. */
const SHORT_TEXT = 512;

/** Fine-tuning by adapters; latent attention has ranks of that name too. */
function isLora(row: Row): boolean {
  const named = `${cell(row, "model")} ${cell(row, "framework")}`;
  return (
    /\blora\b/i.test(named) || /lora (?:perf|fine|adapt)|\blora$|^lora/i.test(cell(row, "notes"))
  );
}

interface Splits {
  readonly tensorRanks: number;
  readonly stages: number;
  readonly contextRanks: number;
  readonly chunks: number;
}

/** Degrees as given; where none is, the smallest that fit into memory. */
function readSplits(
  row: Row,
  model: DenseModel,
  part: PartRow,
  { gpus, sharding }: { gpus: number; sharding: Sharding },
  assumptions: Assumptions,
): Splits {
  const contextRanks = number(row, "cp") ?? 1;
  const tp = number(row, "tp");
  const pp = number(row, "pp");
  const chunks = number(row, "vp") ?? interleaveOf(row, model.layers, pp ?? 1, assumptions);
  if (tp !== undefined || pp !== undefined || sharding === "fsdp" || part.family === "tpu") {
    return { tensorRanks: tp ?? 1, stages: pp ?? 1, contextRanks, chunks };
  }
  const stateBytes = parameterCount(model, { layers: model.layers }) * 8;
  const ranks = 2 ** Math.ceil(Math.log2(Math.max(1, stateBytes / (0.6 * part.memoryBytes))));
  const free = Math.max(1, Math.floor(gpus / contextRanks));
  const tensorRanks = Math.min(ranks, part.domainRanks, 8, free);
  const stages = Math.max(1, Math.min(ranks, free) / tensorRanks);
  assumptions.add(`tp ${tensorRanks}, pp ${stages}`);
  return { tensorRanks, stages, contextRanks, chunks };
}

/** Megatron's recipes interleave pipelines down to one layer a chunk where layers divide. */
function interleaveOf(row: Row, layers: number, stages: number, assumptions: Assumptions): number {
  const text = cell(row, "framework");
  const named = /vpp?(\d+)/.exec(text)?.[1];
  if (named !== undefined) return Number(named);
  const isDeep = /megatron-(?:core|bridge)|nemo|meta internal/i.test(text);
  if (!isDeep && /interleaved/i.test(`${text} ${cell(row, "notes")}`)) return 2;
  if (stages === 1 || !isDeep) return 1;
  // Tables at both ends may count as layers.
  const each = [layers, layers + 2].map((count) => count / stages).find(Number.isInteger);
  const chunks = each ?? 1;
  assumptions.add(`vp ${chunks}`);
  return chunks;
}

function refuseContradiction(row: Row, gpus: number, ranks: number): void {
  if (ranks <= 2 * gpus) return;
  throw new Refusal({
    code: "contradiction",
    pointer: "/gpus",
    found: `${gpus} accelerators for tp · pp · cp = ${ranks}`,
    expected: `at least ${ranks}`,
    nextStep: `correct the degrees of ${cell(row, "model") || "the row"}`,
  });
}

/** "(local batch 32 over PP)" cuts a rank's batch into as many micro-batches as stages. */
function readMicroBatch(
  row: Row,
  stages: number,
  sharding: Sharding,
): { microBatch: number; isKnown: boolean } {
  const plain = number(row, "micro_batch");
  if (plain !== undefined) return { microBatch: plain, isKnown: true };
  const local = /local batch (\d+)/.exec(cell(row, "micro_batch"))?.[1];
  if (local !== undefined) {
    return { microBatch: Math.max(1, Number(local) / stages), isKnown: true };
  }
  // A pipeline needs many; without one, as many sequences at once as fit (`fitting` halves
  // them), more where each micro-batch gathers the parameters again.
  const whole = sharding.startsWith("fsdp") ? 8 : 4;
  return { microBatch: stages > 1 ? 1 : whole, isKnown: false };
}

const SHARDED = /fsdp|full_shard|zero-?3|hsdp/i;

function shardingWords(row: Row, text: string, part: PartRow): { sharding: Sharding } {
  const words = cell(row, "fsdp_or_zero");
  if (/shard_grad_op|zero-?2|no reshard/i.test(words)) return { sharding: "fsdp-kept" };
  if (SHARDED.test(words) || Number(words) > 1) return { sharding: "fsdp" };
  // This framework sends updated parameters by broadcasts.
  if (/internevo/.test(text)) return { sharding: "broadcast" };
  const isFsdpOnly = /fsdp|maxtext|composer|axlearn|levanter|torchtitan/.test(text);
  if (words === "" && (isFsdpOnly || part.family === "tpu")) return { sharding: "fsdp" };
  return { sharding: "optimizer" };
}

/** Members that share the state: a number that divides the group, or a node, or all. */
function shardRanks(row: Row, sharding: Sharding, group: number, contextRanks: number): number {
  const words = cell(row, "fsdp_or_zero");
  if (/hsdp|hybrid/i.test(words)) return Math.min(8, group);
  const stated = /(?:fsdp|within) ?(\d+)|^(\d+)$/i.exec(words);
  const count = Number(stated?.[1] ?? stated?.[2] ?? 0);
  const isVersion = /^fsdp[12]$/i.test(words) && count !== group;
  // Context ranks hold the same parameters and share their shards.
  if (count > 0 && count * contextRanks === group) return group;
  if (count > 0 && !isVersion && count <= group) return count;
  return sharding === "optimizer" && /ZeRO-0/i.test(words) ? 1 : group;
}

function readRecompute(row: Row, text: string, part: PartRow, assumptions: Assumptions): Recompute {
  const words = cell(row, "recompute").toLowerCase();
  if (words.startsWith("none")) return "none";
  if (/full|custom/.test(words)) return "full";
  if (/per-op|selective op|selective layer|offloaded|\d+ layers/.test(words)) {
    return "per-op";
  }
  if (/selective|minimal/.test(words)) return "selective";
  if (part.family === "tpu") {
    assumptions.add("recompute full");
    return "full";
  }
  // Recipes of these two recompute nothing unless they say so.
  if (!/megatron-bridge|nemo/.test(text)) assumptions.add("recompute none");
  return "none";
}

function readPrecision(row: Row, part: PartRow, assumptions: Assumptions): Precision {
  const words = cell(row, "precision").toLowerCase();
  if (/bf16 or fp8|bf16\/int8\/fp8/.test(words)) assumptions.add("precision fp8");
  if (/fp4/.test(words)) return part.peakFp4FlopPerS > 0 ? "fp4" : "fp8";
  if (/fp8|float8|int8/.test(words)) return "fp8";
  if (/fp32/.test(words) && !/bf16/.test(words)) return "fp32";
  if (words === "") assumptions.add("precision bf16");
  return "bf16";
}
