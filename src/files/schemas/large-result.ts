/** One step of a large model, as `src/records/result.ts` declares it. */
import { many, prose } from "./result-rows.ts";
import type { Properties, Schema } from "./schema.ts";
import { choice, flag, group, number, ref } from "./schema.ts";

const words = (what: string): Schema => prose(what, "tp=8,pp=4,dp=16");
const lines = (what: string): Schema => many(what, prose("One of them", "micro=1"));
const ratio = (what: string): Schema => number(what, 0.4);
const seconds = (what: string): Schema => number(what, 5.25);
const bytes = (what: string): Schema => number(what, 7.1e10);
const whole = (what: string): Schema => ({
  type: "integer",
  description: what,
  examples: [64],
  minimum: 0,
});

const layout = group("The layout in full", {
  ...counts("tensorRanks stages replicas contextRanks expertRanks chunks microBatch globalBatch"),
  ...counts("seqTokens shardRanks zeroStages"),
  jitterShare: ratio("Spread of ranks' compute, one standard deviation"),
  recompute: choice("What is computed again", ["none", "selective", "per-op", "full"]),
  precision: choice("Of the products", ["fp32", "bf16", "fp8", "fp4"]),
  precisionName: words("As asked"),
  schedule: choice("Of the pipeline", ["1f1b", "zero-bubble"]),
  order: choice("Of ranks, innermost first", ["tp-cp-dp-pp", "tp-cp-pp-dp"]),
  contextKind: choice("Of context parallelism", ["ring", "all-to-all"]),
  software: words("Profile"),
  text: words("As a flag"),
});

function counts(names: string): Properties {
  return Object.fromEntries(names.split(" ").map((name) => [name, whole(`Layout: ${name}`)]));
}

const part = group("A bar of the waterfall", {
  name: words("Cause"),
  group: words("Kind of cause"),
  durationS: seconds("Its time"),
});

const memory = group("Memory of a class of ranks", {
  rankClass: words("Class"),
  rankCount: whole("Ranks in it"),
  parts: many("What it holds", group("A part", { name: words("What"), sizeBytes: bytes("Size") })),
  totalBytes: bytes("Sum"),
  capacityBytes: bytes("Capacity"),
});

const remedy = group("A change that saves memory", {
  change: words("In words"),
  layout: words("As a flag"),
  totalBytes: bytes("What a rank then holds"),
  fits: flag("Whether that fits"),
  stepTimeRatio: ratio("Of the step, after over before"),
});

const nearRun = group("A published run nearby", {
  ...{ id: words("Row"), source: words("Table"), model: words("Model"), part: words("Part") },
  rankCount: whole("Accelerators"),
  measuredS: seconds("Measured"),
  predictedS: seconds("Predicted"),
  errorShare: ratio("Predicted over measured, less one"),
});

const change = group("A what-if", {
  change: words("As asked"),
  stepTimeRatio: ratio("Of time a token"),
  memoryRatio: ratio("Of memory"),
  costRatio: ratio("Of cost a token"),
  cause: words("Why"),
});

const fabricCheck = group("Groups on the fabric", {
  group: words("Which"),
  engineS: seconds("By the engine"),
  unsharedS: seconds("With nothing shared"),
  keptShare: ratio("What sharing leaves"),
  limit: words("What binds"),
});

const ranked = group(
  "A layout found",
  {
    layout: words("As a flag"),
    stepTimeS: seconds("By closed form"),
    memoryBytes: bytes("A rank holds"),
    why: words("Why it is not the first"),
    engineStepTimeS: seconds("With the fabric by the engine"),
  },
  ["engineStepTimeS"],
);

const field = group("A figure of the model", {
  name: words("Name"),
  figure: words("Its value"),
  origin: choice("Whence", ["file", "format default", "assumed"]),
  from: words("Which key, or why"),
});

export const largeProperties: Properties = {
  model: words("Model"),
  modelType: words("Its type"),
  parameterCount: number("Parameters", 7.06e10),
  activeParameterCount: number("Parameters that a token meets", 7.06e10),
  modelFields: many("Figures of the model", field),
  clusterId: words("Cluster"),
  clusterName: words("Its name"),
  rankCount: whole("Accelerators"),
  layout,
  stepTimeS: seconds("The step"),
  stepTimeLowS: seconds("p10"),
  stepTimeHighS: seconds("p90"),
  tokensPerS: number("Tokens a second", 1e6),
  tokensPerSPerAccelerator: number("The same an accelerator", 900),
  mfu: ratio("Model flop over the peak"),
  hfu: ratio("Executed flop over the peak"),
  denominator: words("Which peak"),
  parts: many("Where the step goes", part),
  memory: many("Memory by class", memory),
  remedies: many("What would save memory", remedy),
  nearest: many("Published runs nearby", nearRun),
  extrapolation: lines("Beyond what was measured"),
  assumed: lines("Assumed"),
  fabric: many("Groups on the fabric", fabricCheck),
  sensitivities: many("What moves the step", ref("sensitivity")),
  insensitive: lines("What does not"),
  changes: many("What-ifs", change),
  usdPerHour: number("Rent", 128),
  search: group("The search for a layout", {
    legalCount: whole("Legal layouts"),
    fittingCount: whole("Of them, those that fit"),
    ranked: many("The fastest", ranked),
  }),
  anchored: words("Runs it is anchored to"),
};
