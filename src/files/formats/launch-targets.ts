/**
 * How launchers other than Megatron's say a layout, there and back: torchtitan's arguments, the
 * serving arguments of vLLM, SGLang and TensorRT-LLM, DeepSpeed's configuration. Names as their
 * documentation of 2025 has them.
 */
import type { LargeLayout } from "../../records/large-step.ts";

export type LaunchTarget = "torchtitan" | "deepspeed" | "vllm" | "sglang" | "trtllm";

export interface LaunchPlan {
  readonly layout: LargeLayout;
  readonly rankCount: number;
  readonly perNodeCount: number;
  readonly layerCount: number | undefined;
}

/** Name and value; a flag without a value has "". */
export type Argument = readonly [name: string, value: string | number];

export interface Dialect {
  /** The command before the arguments; absent: a JSON file of keys instead. */
  readonly command?: (plan: LaunchPlan, model: string) => string;
  readonly write: (plan: LaunchPlan) => readonly Argument[];
  /** Words of a layout, from arguments by name. */
  readonly read: (values: ReadonlyMap<string, string>) => readonly string[];
  /** Innermost first, as it numbers ranks. */
  readonly order: string;
}

const when = (isSo: boolean, ...argument: Argument): Argument[] => (isSo ? [argument] : []);

/** "key=value" where the argument is there. */
function counted(values: ReadonlyMap<string, string>, name: string, key: string): string[] {
  const value = values.get(name);
  return value === undefined ? [] : [`${key}=${value}`];
}

const PARALLEL = "--parallelism.";

const torchtitan: Dialect = {
  order: "tp-cp-dp-pp",
  command: ({ rankCount, perNodeCount }) =>
    `torchrun --nproc_per_node ${perNodeCount} --nnodes ${rankCount / perNodeCount} ` +
    "-m torchtitan.train",
  write: ({ layout, layerCount }) => {
    const { replicas, contextRanks, zeroStages, shardRanks, stages, chunks } = layout;
    // Its shards lie over context parallelism too.
    const shards = zeroStages === 0 ? 1 : Math.max(1, Math.floor(shardRanks / contextRanks));
    const isWhole = replicas % shards === 0;
    const perChunk = (layerCount ?? Number.NaN) / stages / chunks;
    const isPiped = stages > 1;
    return [
      [`${PARALLEL}data_parallel_replicate_degree`, isWhole ? replicas / shards : 1],
      [`${PARALLEL}data_parallel_shard_degree`, isWhole ? shards : replicas],
      ...when(zeroStages > 0, `${PARALLEL}fsdp_reshard_after_forward`, reshard(zeroStages)),
      [`${PARALLEL}tensor_parallel_degree`, layout.tensorRanks],
      [`${PARALLEL}context_parallel_degree`, contextRanks],
      // Only passing on in a ring has a word there.
      ...when(
        contextRanks > 1 && layout.contextKind === "ring",
        `${PARALLEL}context_parallel_rotate_method`,
        "alltoall",
      ),
      [`${PARALLEL}expert_parallel_degree`, layout.expertRanks],
      [`${PARALLEL}pipeline_parallel_degree`, stages],
      ...when(isPiped, `${PARALLEL}pipeline_parallel_schedule`, scheduleWord(layout)),
      ...when(isPiped, `${PARALLEL}pipeline_parallel_microbatch_size`, layout.microBatch),
      ...when(
        isPiped && Number.isInteger(perChunk),
        `${PARALLEL}pipeline_parallel_layers_per_stage`,
        perChunk,
      ),
      ["--training.local_batch_size", isPiped ? layout.globalBatch / replicas : layout.microBatch],
      ["--training.global_batch_size", layout.globalBatch],
      ["--training.seq_len", layout.seqTokens],
      ["--activation_checkpoint.mode", recomputeMode(layout)],
      ...when(
        ["selective", "per-op"].includes(layout.recompute),
        "--activation_checkpoint.selective_ac_option",
        "op",
      ),
      ["--training.mixed_precision_param", layout.precision === "fp32" ? "float32" : "bfloat16"],
      ...when(layout.precisionName === "fp8", "--model.converters", "float8"),
      ...when(layout.precisionName === "mxfp8", "--model.converters", "mx"),
      ...when(layout.software === "compiled", "--compile.enable", ""),
    ];
  },
  read: (values) => {
    const of = (name: string) => values.get(`${PARALLEL}${name}`);
    const [copies, shards] = [
      Number(of("data_parallel_replicate_degree") ?? 1),
      Number(of("data_parallel_shard_degree") ?? 1),
    ];
    const context = Number(of("context_parallel_degree") ?? 1);
    const zero = { never: 2, always: 3 }[of("fsdp_reshard_after_forward") ?? ""];
    const schedule = of("pipeline_parallel_schedule");
    const mode = values.get("--activation_checkpoint.mode");
    const micro =
      of("pipeline_parallel_microbatch_size") ?? values.get("--training.local_batch_size");
    return [
      `dp=${copies * shards}`,
      ...(shards > 1 || zero !== undefined
        ? [`zero=${zero ?? 3}`, `shard=${shards * context}`]
        : ["zero=0"]),
      ...counted(values, `${PARALLEL}tensor_parallel_degree`, "tp"),
      ...counted(values, `${PARALLEL}context_parallel_degree`, "cp"),
      ...counted(values, `${PARALLEL}expert_parallel_degree`, "ep"),
      ...counted(values, `${PARALLEL}pipeline_parallel_degree`, "pp"),
      ...(schedule === undefined
        ? []
        : [`schedule=${/ZeroBubble|ZBV/.test(schedule) ? "zero-bubble" : "1f1b"}`]),
      ...(of("context_parallel_rotate_method") === "alltoall" ? ["context=ring"] : []),
      ...(micro === undefined ? [] : [`micro=${micro}`]),
      ...counted(values, "--training.global_batch_size", "batch"),
      ...counted(values, "--training.seq_len", "seq"),
      ...(mode === "selective" ? ["recompute=per-op"] : mode ? [`recompute=${mode}`] : []),
      `precision=${precisionOf(values)}`,
      ...(values.has("--compile.enable") ? ["software=compiled"] : []),
    ];
  },
};

/** 1 has no word of its own: the nearest keeps parameters whole after the forward pass. */
function reshard(zeroStages: number): string {
  return zeroStages === 3 ? "always" : "never";
}

function scheduleWord({ schedule, chunks }: LargeLayout): string {
  if (schedule === "zero-bubble") return "InterleavedZeroBubble";
  return chunks > 1 ? "Interleaved1F1B" : "1F1B";
}

function recomputeMode({ recompute }: LargeLayout): string {
  return recompute === "none" || recompute === "full" ? recompute : "selective";
}

function precisionOf(values: ReadonlyMap<string, string>): string {
  const converters = values.get("--model.converters") ?? "";
  if (converters.includes("float8")) return "fp8";
  if (converters.includes("mx")) return "mxfp8";
  return values.get("--training.mixed_precision_param") === "float32" ? "fp32" : "bf16";
}

const deepspeed: Dialect = {
  order: "tp-cp-dp-pp",
  write: ({ layout }) => [
    ["train_batch_size", layout.globalBatch],
    ["train_micro_batch_size_per_gpu", layout.microBatch],
    ["gradient_accumulation_steps", layout.globalBatch / layout.microBatch / layout.replicas],
    ["zero_optimization.stage", layout.zeroStages],
    ...when(layout.precision !== "fp32", "bf16.enabled", "true"),
    ...when(layout.recompute === "full", "activation_checkpointing.partition_activations", "false"),
  ],
  // Read by the importer of its configuration.
  read: () => [],
};

function serving(
  order: string,
  command: NonNullable<Dialect["command"]>,
  names: {
    readonly tp: string;
    readonly pp: string;
    readonly dp?: string;
    readonly ep?: string;
    readonly seq: string;
  },
  dtype?: string,
): Dialect {
  const type = dtype ?? "";
  return {
    ...{ order, command },
    write: ({ layout }) => [
      [names.tp, layout.tensorRanks],
      [names.pp, layout.stages],
      ...(names.dp === undefined ? [] : [[names.dp, layout.replicas] as const]),
      ...(names.ep === undefined ? [] : [[names.ep, layout.expertRanks] as const]),
      [names.seq, layout.seqTokens],
      ...when(type !== "", type, layout.precision === "fp32" ? "float32" : "bfloat16"),
      ...when(type !== "" && layout.precisionName === "fp8", "--quantization", "fp8"),
    ],
    read: (values) => [
      ...counted(values, names.tp, "tp"),
      ...counted(values, names.pp, "pp"),
      ...(names.dp === undefined ? [] : counted(values, names.dp, "dp")),
      ...(names.ep === undefined ? [] : counted(values, names.ep, "ep")),
      ...counted(values, names.seq, "seq"),
      ...(values.get("--quantization") === "fp8"
        ? ["precision=fp8"]
        : values.has(type)
          ? [`precision=${values.get(type) === "float32" ? "fp32" : "bf16"}`]
          : []),
    ],
  };
}

const plainVllm = serving(
  "tp-pp-dp",
  (_, model) => `vllm serve ${model}`,
  {
    ...{ tp: "--tensor-parallel-size", pp: "--pipeline-parallel-size" },
    ...{ dp: "--data-parallel-size", seq: "--max-model-len" },
  },
  "--dtype",
);

/** Experts lie over all ranks of a stage, or over none. */
const vllm: Dialect = {
  ...plainVllm,
  write: (plan) => {
    const { expertRanks: ep, tensorRanks: tp, replicas: dp } = plan.layout;
    return [...plainVllm.write(plan), ...when(ep > 1 && ep === tp * dp, EXPERTS, "")];
  },
  read: (values) => {
    const [tp, dp] = ["--tensor-parallel-size", "--data-parallel-size"].map((name) =>
      Number(values.get(name) ?? 1),
    );
    const ep = values.has(EXPERTS) ? (tp ?? 1) * (dp ?? 1) : 1;
    return [...plainVllm.read(values), `ep=${ep}`];
  },
};
const EXPERTS = "--enable-expert-parallel";

export const LAUNCH_DIALECTS: Readonly<Record<LaunchTarget, Dialect>> = {
  torchtitan,
  deepspeed,
  vllm,
  sglang: serving(
    "tp-pp-dp",
    ({ rankCount, perNodeCount }, model) =>
      `python -m sglang.launch_server --model-path ${model} --nnodes ${rankCount / perNodeCount}`,
    {
      ...{ tp: "--tp-size", pp: "--pp-size", dp: "--dp-size", ep: "--ep-size" },
      seq: "--context-length",
    },
    "--dtype",
  ),
  trtllm: serving(
    "tp-pp",
    ({ perNodeCount }, model) => `trtllm-serve ${model} --gpus_per_node ${perNodeCount}`,
    { tp: "--tp_size", pp: "--pp_size", ep: "--ep_size", seq: "--max_seq_len" },
  ),
};

export const LAUNCH_TARGETS: readonly LaunchTarget[] = [
  ...(["torchtitan", "deepspeed", "vllm", "sglang", "trtllm"] as const),
];
