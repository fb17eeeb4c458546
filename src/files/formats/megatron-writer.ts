/**
 * A layout as arguments of Megatron-LM, and what it has no argument for. Read back by the importer
 * they give the same layout: a test holds the two together.
 */
import { printable } from "../../base/printable.ts";
import type { LargeLayout } from "../../records/large-step.ts";

export interface LaunchAsked {
  readonly model: string;
  readonly layout: LargeLayout;
  readonly rankCount: number;
  readonly perNodeCount: number;
  readonly modelFields: readonly { readonly name: string; readonly figure: string }[];
}

export interface Launch {
  readonly text: string;
  /** Parts of the layout that the target cannot say. */
  readonly unsaid: readonly string[];
}

const FIELDS: Readonly<Record<string, string>> = {
  layers: "num-layers",
  hiddenSize: "hidden-size",
  heads: "num-attention-heads",
  kvHeads: "num-query-groups",
  headSize: "kv-channels",
  ffnChannels: "ffn-hidden-size",
  vocabularyTokens: "vocab-size",
  contextTokens: "max-position-embeddings",
};

export function megatronLaunch(asked: LaunchAsked): Launch {
  const { model, layout, rankCount, perNodeCount } = asked;
  const nodes = `--nproc_per_node ${perNodeCount} --nnodes ${rankCount / perNodeCount}`;
  const lines = [
    `torchrun ${nodes} pretrain_gpt.py`,
    ...modelArguments(asked),
    ...layoutArguments(asked),
  ];
  const head = [
    `# ${printable(model).replace(/\s+/g, " ")}: ${layout.text}`,
    "# Activation, norm, positions, experts, tokenizer, data and optimizer are yours to add.",
  ];
  const text = `${head.join("\n")}\n${lines.join(" \\\n    ")}\n`;
  return { text, unsaid: unsaidOf(asked) };
}

function modelArguments({ modelFields }: LaunchAsked): string[] {
  const figureOf = (name: string) => modelFields.find((field) => field.name === name)?.figure;
  const isGrouped = figureOf("kvHeads") !== figureOf("heads");
  const lines = Object.entries(FIELDS).flatMap(([name, argument]) => {
    const figure = figureOf(name);
    if (figure === undefined || !/^\d+$/.test(figure)) return [];
    return name === "kvHeads" && !isGrouped ? [] : [`--${argument} ${figure}`];
  });
  return isGrouped ? [...lines, "--group-query-attention"] : lines;
}

function layoutArguments(asked: LaunchAsked): string[] {
  const { layout } = asked;
  const perChunk = layersPerChunk(asked);
  const when = (isSo: boolean, ...words: string[]): string[] => (isSo ? words : []);
  return [
    `--tensor-model-parallel-size ${layout.tensorRanks}`,
    `--pipeline-model-parallel-size ${layout.stages}`,
    `--context-parallel-size ${layout.contextRanks}`,
    `--expert-model-parallel-size ${layout.expertRanks}`,
    ...when(perChunk !== undefined, `--num-layers-per-virtual-pipeline-stage ${perChunk ?? ""}`),
    `--micro-batch-size ${layout.microBatch}`,
    `--global-batch-size ${layout.globalBatch}`,
    `--seq-length ${layout.seqTokens}`,
    ...when(layout.recompute === "selective", "--recompute-activations"),
    ...when(
      layout.recompute === "full",
      "--recompute-granularity full",
      "--recompute-method uniform",
      "--recompute-num-layers 1",
    ),
    ...when(layout.precision !== "fp32", "--bf16"),
    ...when(layout.precisionName === "fp8", "--fp8-format hybrid"),
    ...when(layout.zeroStages === 1, "--use-distributed-optimizer"),
    ...when(layout.contextKind === "all-to-all", "--cp-comm-type a2a"),
    ...when(layout.order === "tp-cp-pp-dp", "--use-tp-pp-dp-mapping"),
    ...when(layout.software === "fused", "--overlap-grad-reduce"),
    ...when(layout.software === "fused" && layout.tensorRanks > 1, "--tp-comm-overlap"),
    ...when(layout.tensorRanks > 1, "--sequence-parallel"),
  ];
}

/** Undefined where a stage is one chunk, or its layers do not divide. */
function layersPerChunk({ layout, modelFields }: LaunchAsked): number | undefined {
  const { stages, chunks } = layout;
  const layers = Number(modelFields.find(({ name }) => name === "layers")?.figure);
  const perChunk = layers / stages / chunks;
  return chunks > 1 && Number.isInteger(perChunk) ? perChunk : undefined;
}

function unsaidOf(asked: LaunchAsked): string[] {
  const { layout } = asked;
  const { zeroStages, shardRanks, replicas, contextRanks, precisionName, software } = layout;
  const unsaid: [boolean, string][] = [
    [layout.chunks > 1 && layersPerChunk(asked) === undefined, `vp=${layout.chunks}`],
    [layout.recompute === "per-op", "recompute=per-op"],
    [layout.schedule !== "1f1b", `schedule=${layout.schedule}`],
    [!["bf16", "fp8"].includes(precisionName), `precision=${precisionName}`],
    [zeroStages > 1, `zero=${zeroStages}`],
    [zeroStages > 0 && shardRanks !== replicas * contextRanks, `shard=${shardRanks}`],
    [software !== "fused", `software=${software}`],
    [layout.jitterShare > 0, `jitter=${layout.jitterShare}`],
  ];
  return unsaid.flatMap(([isSo, words]) => (isSo ? [words] : []));
}
