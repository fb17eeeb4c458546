/**
 * Calculon's three JSON files: application, system, execution. Keys are its own, all required, and
 * unknown ones are refused in an execution and a network, as the program does.
 */
import type {
  CalculonApplication,
  CalculonExecution,
  CalculonMemory,
  CalculonNetwork,
  CalculonOp,
  CalculonProcessor,
  CalculonSystem,
  EfficiencyCurve,
} from "../../records/calculon.ts";
import { CALCULON_OPS } from "../../records/calculon.ts";
import { readDocument } from "../document.ts";
import { KeyReader } from "./key-reader.ts";

export async function readCalculonApplication(path: string): Promise<CalculonApplication> {
  const keys = new KeyReader(await readDocument(path), "a Calculon application");
  const app = {
    hiddenSize: keys.count("hidden"),
    feedForwardSize: keys.count("feedforward"),
    sequenceTokens: keys.count("seq_size"),
    headCount: keys.count("attn_heads"),
    headSize: keys.count("attn_size"),
    blockCount: keys.count("num_blocks"),
  };
  keys.finish();
  return app;
}

const EXECUTION_KEYS = (
  "num_procs tensor_par pipeline_par data_par tensor_par_net pipeline_par_net data_par_net " +
  "batch_size microbatch_size datatype fused_activation attention_type activation_recompute " +
  "pipeline_interleaving optimizer_sharding tensor_par_comm_type tensor_par_overlap " +
  "seq_par_ag_redo data_par_overlap weight_offload activations_offload optimizer_offload training"
).split(" ");

export async function readCalculonExecution(path: string): Promise<CalculonExecution> {
  const keys = new KeyReader(await readDocument(path), "a Calculon execution");
  keys.only(EXECUTION_KEYS);
  const execution: CalculonExecution = {
    rankCount: keys.count("num_procs"),
    tensorRanks: keys.count("tensor_par"),
    pipelineRanks: keys.count("pipeline_par"),
    dataRanks: keys.count("data_par"),
    tensorNetworkIndex: keys.count("tensor_par_net", 0),
    pipelineNetworkIndex: keys.count("pipeline_par_net", 0),
    dataNetworkIndex: keys.count("data_par_net", 0),
    batch: keys.count("batch_size"),
    microBatch: keys.count("microbatch_size"),
    datatype: keys.word("datatype", ["float8", "float16", "float32", "bfloat16"]),
    isActivationFused: keys.flag("fused_activation"),
    attention: keys.word("attention_type", ["multihead", "multiquery"]),
    recompute: keys.word("activation_recompute", ["full", "attn_only", "none"]),
    chunksPerRank: keys.count("pipeline_interleaving"),
    isOptimizerSharded: keys.flag("optimizer_sharding"),
    tensorComm: keys.word("tensor_par_comm_type", ["ar", "p2p_rs_ag", "rs_ag"]),
    tensorOverlap: keys.word("tensor_par_overlap", ["none", "ring", "pipe"]),
    isGatherRedone: keys.flag("seq_par_ag_redo"),
    isDataOverlapped: keys.flag("data_par_overlap"),
    areWeightsOffloaded: keys.flag("weight_offload"),
    areActivationsOffloaded: keys.flag("activations_offload"),
    isOptimizerOffloaded: keys.flag("optimizer_offload"),
    isTraining: keys.flag("training"),
  };
  keys.finish();
  checkExecution(keys, execution);
  keys.finish();
  return execution;
}

/** What the program asserts of an execution by itself. */
function checkExecution(keys: KeyReader, e: CalculonExecution): void {
  const { tensorRanks: t, pipelineRanks: p, dataRanks: d, isTraining } = e;
  const claims: readonly (readonly [boolean, string, string])[] = [
    [e.rankCount === t * p * d, "num_procs", "tensor_par · pipeline_par · data_par"],
    [e.batch % (d * e.microBatch) === 0, "batch_size", "a multiple of data_par · microbatch_size"],
    [p > 1 || e.chunksPerRank === 1, "pipeline_interleaving", "1 with one stage"],
    [e.recompute === "none" || isTraining, "activation_recompute", "none without training"],
    [!e.isOptimizerSharded || d > 1, "optimizer_sharding", "false with data_par 1"],
    [e.tensorOverlap === "none" || t > 1, "tensor_par_overlap", "none with tensor_par 1"],
    [
      !e.isGatherRedone || (e.tensorComm === "rs_ag" && e.recompute !== "full"),
      "seq_par_ag_redo",
      "false unless rs_ag without full recomputation",
    ],
    [!e.isDataOverlapped || (isTraining && d > 1), "data_par_overlap", "false with data_par 1"],
    [!e.isOptimizerOffloaded || isTraining, "optimizer_offload", "false without training"],
  ];
  for (const [holds, key, expected] of claims) if (!holds) keys.complain(key, expected);
}

export async function readCalculonSystem(path: string): Promise<CalculonSystem> {
  const keys = new KeyReader(await readDocument(path), "a Calculon system");
  const mode = keys.word("processing_mode", ["roofline", "no_overlap"]);
  const system: CalculonSystem = {
    matrix: processors(keys, "matrix"),
    vector: processors(keys, "vector"),
    memories: [memory(keys.group("mem1")), memory(keys.group("mem2"))],
    isRoofline: mode === "roofline",
    networks: keys.groups("networks").map(network),
  };
  keys.finish();
  return system;
}

function processors(keys: KeyReader, key: string): Map<string, CalculonProcessor> {
  const group = keys.group(key);
  return new Map(
    group.names().map((datatype) => {
      const one = group.group(datatype);
      const peakFlopPerS = one.positive("tflops") * 1e12;
      const curve = staircase(one, "gflops_efficiency", 1e9);
      // Each step begins below the one before, else the program stops.
      if (curve.some(([from], i) => i > 0 && from >= (curve[i - 1]?.[0] ?? 0))) {
        one.complain("gflops_efficiency", "steps from the largest to the smallest");
      }
      return [datatype, { peakFlopPerS, curve }];
    }),
  );
}

function memory(keys: KeyReader): CalculonMemory {
  return {
    capacityBytes: keys.positive("GiB") * 2 ** 30,
    peakBytesPerS: keys.positive("GBps") * 1e9,
    curve: staircase(keys, "MB_efficiency", 1e6),
  };
}

function staircase(keys: KeyReader, key: string, unit: number): EfficiencyCurve {
  return keys.pairs(key, ([from, efficiency]) => {
    const isFine = typeof from === "number" && typeof efficiency === "number";
    if (!isFine || from < 0 || efficiency <= 0 || efficiency > 1) return undefined;
    return [from * unit, efficiency];
  });
}

const NETWORK_KEYS = [
  ...["bandwidth", "efficiency", "size", "latency", "ops", "must_be_filled", "processor_usage"],
];

function network(keys: KeyReader): CalculonNetwork {
  keys.only(NETWORK_KEYS);
  const ops = keys.group("ops");
  const op = (name: CalculonOp): readonly [number, number] => {
    const [scalar, offset] = ops.list(name);
    // A message between two has no offset, a collective must have one.
    const isFine =
      typeof scalar === "number" &&
      scalar > 0 &&
      (name === "p2p" ? offset === null : typeof offset === "number");
    if (!isFine) ops.complain(name, name === "p2p" ? "[scalar, null]" : "[scalar, offset]");
    return [Number(scalar), Number(offset ?? 0)];
  };
  ops.only(CALCULON_OPS);
  return {
    peakBytesPerS: keys.positive("bandwidth") * 1e9,
    efficiency: keys.within("efficiency", [Number.MIN_VALUE, 1]),
    rankCount: keys.count("size", 0),
    latencyS: keys.within("latency", [0, Number.MAX_VALUE]),
    ops: {
      p2p: op("p2p"),
      reduce_scatter: op("reduce_scatter"),
      all_gather: op("all_gather"),
      all_reduce: op("all_reduce"),
    },
    isToBeFilled: keys.flag("must_be_filled"),
    processorShare: keys.within("processor_usage", [0, 1 - Number.EPSILON]),
  };
}
