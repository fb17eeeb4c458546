/**
 * The constants of the step-time model. Each has a meaning; none belongs to a row or a file.
 *
 * `fitted` ones were adjusted to published training runs, `kernels` ones to single kernels,
 * `assumed` ones were set by hand to a round value that the runs do not contradict.
 */
import { present } from "../../base/assert.ts";

export interface DenseConstants {
  readonly matmulShare: number;
  readonly fp4Share: number;
  readonly bytePassesFactor: number;
  readonly unfusedPassesFactor: number;
  readonly castPassesFactor: number;
  readonly lossPassesFactor: number;
  readonly plainFactor: number;
  readonly eagerFactor: number;
  readonly earlyFactor: number;
  readonly gatherVisibleShare: number;
  readonly tensorVisibleShare: number;
  readonly broadcastVisibleShare: number;
  readonly olderAttentionShare: number;
  readonly recomputeShare: number;
  readonly wholeRecomputeShare: number;
  readonly hideableShare: number;
  readonly contentionShare: number;
  readonly nicShare: number;
  readonly optimizerPassesFactor: number;
  readonly denseFloorS: number;
  readonly expertFloorS: number;
  readonly expertWireVisibleShare: number;
  readonly expertFactor: number;
  readonly earlyExpertFactor: number;
  readonly biasedExpertShare: number;
  readonly expertHostS: number;
  readonly armExpertHostS: number;
  readonly contextAttentionFactor: number;
  readonly ringStartS: number;
  readonly ringStepS: number;
  readonly crossNodeStepS: number;
}

export interface ConstantRow {
  readonly name: keyof DenseConstants;
  readonly value: number;
  readonly tag: "fitted" | "kernels" | "assumed";
  readonly meaning: string;
  readonly source: string;
}

const RUNS = "published dense training runs, scenarios/validation/train-*.csv";
const MOE = "published mixture-of-experts runs, scenarios/validation/train-megatron-bridge.csv";
const TABLES = "NCCL planner's latency table (ring, Simple protocol)";

export const CONSTANT_ROWS: readonly ConstantRow[] = [
  fitted("matmulShare", 0.88, "sustained share of the best matmul of a part, when hot"),
  fitted("fp4Share", 0.71, "share of the nominal gain of FP4 over FP8 that matmuls reach"),
  fitted("bytePassesFactor", 1.5, "passes over memory for each counted byte, and its efficiency"),
  fitted("unfusedPassesFactor", 1.85, "bytes of unfused software, against fused"),
  fitted("castPassesFactor", 2.4, "bytes moved for each element cast to 8 or 4 bits, both ways"),
  fitted("lossPassesFactor", 1.65, "passes over memory for each counted byte of the loss"),
  fitted("plainFactor", 1.02, "what the law forgets, in every layer"),
  fitted("eagerFactor", 1.11, "what gaps between eager launches add to a layer"),
  fitted("earlyFactor", 1.03, "first releases on Blackwell"),
  fitted("gatherVisibleShare", 0.395, "share of the wire of sharded parameters that shows"),
  fitted("tensorVisibleShare", 0.45, "share of tensor-parallel wire that shows with overlap"),
  fitted("broadcastVisibleShare", 0.37, "wire of parameters sent by trees of broadcasts"),
  fitted("olderAttentionShare", 0.54, "speed of an attention kernel one generation older"),
  fitted("wholeRecomputeShare", 0.91, "the same without a fused attention, scores and all"),
  fitted("recomputeShare", 0.77, "a recomputed forward pass, against the first one"),
  assumed("hideableShare", 0.8, "share of computing behind which traffic can hide"),
  assumed("contentionShare", 0.1, "slowing of kernels by traffic hidden behind them"),
  assumed("nicShare", 0.85, "payload share of a NIC under a library"),
  assumed("optimizerPassesFactor", 1.2, "passes of the optimizer over its 30 bytes a parameter"),
  row("denseFloorS", 1.1e-3, "fitted", "host time to launch a dense layer's forward", RUNS),
  row("expertFloorS", 2.87e-3, "fitted", "host time to launch an expert layer's forward", MOE),
  row("expertWireVisibleShare", 0.5, "fitted", "share of expert dispatch that shows", MOE),
  row("expertFactor", 1.38, "fitted", "routing, permuting and small products of experts", MOE),
  row("earlyExpertFactor", 1.52, "fitted", "the same before routing and permuting were fused", MOE),
  row("biasedExpertShare", 0.25, "fitted", "biases and clamps after products of experts", MOE),
  row("expertHostS", 0.36e-3, "fitted", "what the host adds to an expert layer, uncaptured", MOE),
  row("armExpertHostS", 1.55e-3, "fitted", "what an Arm host adds to that", MOE),
  row("contextAttentionFactor", 1.3, "fitted", "attention over four or more context ranks", RUNS),
  row("ringStartS", 8.4e-6, "kernels", "start of a ring collective", TABLES),
  row("ringStepS", 3.4e-6, "kernels", "one step of a ring inside a node", TABLES),
  row("crossNodeStepS", 14e-6, "kernels", "one step of a ring between nodes", TABLES),
];

function row(
  name: keyof DenseConstants,
  value: number,
  tag: ConstantRow["tag"],
  meaning: string,
  source: string,
): ConstantRow {
  return { name, value, tag, meaning, source };
}

function fitted(name: keyof DenseConstants, value: number, meaning: string): ConstantRow {
  return row(name, value, "fitted", meaning, RUNS);
}

function assumed(name: keyof DenseConstants, value: number, meaning: string): ConstantRow {
  return row(name, value, "assumed", meaning, "set by hand; the runs do not contradict it");
}

export const CONSTANTS: DenseConstants = constantsOf(CONSTANT_ROWS);

function constantsOf(rows: readonly ConstantRow[]): DenseConstants {
  const values = new Map(rows.map(({ name, value }) => [name, value]));
  const named = rows.map(({ name }) => [name, present(values.get(name), name)] as const);
  return Object.fromEntries(named) as unknown as DenseConstants;
}
