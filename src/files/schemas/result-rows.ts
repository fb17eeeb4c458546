/** The rows and groups a result is made of, as `src/records/result.ts` declares them. */
import type { Properties, Schema } from "./schema.ts";
import { choice, flag, group, number, ref } from "./schema.ts";

export const many = (description: string, items: Schema): Schema => ({
  type: "array",
  description,
  items,
});

const seconds = (what: string): Schema => number(what, 0.0382);
const bytes = (what: string): Schema => number(what, 1e9);
const usd = (what: string): Schema => number(what, 1.25);
const ratio = (what: string): Schema => number(what, 0.9);
const whole = (what: string): Schema => ({
  type: "integer",
  description: what,
  examples: [64],
  minimum: 0,
});
/** Text that may be empty or long. */
export const prose = (description: string, example: string): Schema => ({
  type: "string",
  description,
  examples: [example],
});

const provenance = choice("How far to trust it", [
  "measured",
  "fitted",
  "vendor",
  "assumed",
  "yours",
]);

const price = group(
  "A number with its source",
  {
    value: number("In SI", 5e10),
    source: prose("Who says so", "NVIDIA H100 datasheet"),
    date: prose("When", "2026-08"),
    provenance,
    note: prose("What else to know", "dense"),
  },
  ["note"],
);

const limit = group("What binds", {
  kind: prose("Tier of link, or what else", "uplink"),
  id: prose("Which one", "leaf-3 → spine-5"),
  utilization: ratio("Bytes carried over capacity"),
  pointer: prose("The input that governs it", "/fabric/uplink/rate"),
});

const loser = group("An algorithm that was slower", {
  algorithm: prose("Its name", "ring"),
  durationS: seconds("Its time"),
});

const collective = group("One collective of the step", {
  collective: prose("Which", "reduce-scatter"),
  algorithm: prose("The fastest", "hierarchical"),
  sizeBytes: bytes("Buffer"),
  durationS: seconds("Time of one call"),
  calls: whole("Calls per step"),
  losers: many("The others", loser),
  limit: ref("limit"),
});

const memory = group(
  "Memory of one accelerator",
  Object.fromEntries(
    ["weight", "gradient", "optimizer", "activation", "total", "capacity"].map((part) => [
      `${part}Bytes`,
      bytes(`Bytes: ${part}`),
    ]),
  ),
);

const rowProperties: Properties = {
  clusterId: prose("Cluster", "h100-torus"),
  clusterName: prose("Cluster as people call it", "H100, 3D torus"),
  model: prose("Model", "gpt-1.3b"),
  scaling: choice("Scaling", ["strong", "weak"]),
  sharding: choice("Sharding", ["zero-1", "replicated"]),
  rankCount: whole("Accelerators"),
  globalBatch: whole("Sequences per step"),
  microBatch: whole("Sequences per pass"),
  accumulation: whole("Passes per step"),
  stepTimeS: seconds("Time of a step"),
  stepTimeLowS: number("Step time that 9 in 10 exceed", 0.12),
  stepTimeHighS: number("Step time that 9 in 10 stay below", 0.15),
  samplesPerS: number("Sequences per second", 26_000),
  efficiency: ratio("Scaling efficiency"),
  baseRankCount: whole("Its base"),
  mfu: ratio("Model flop over dense peak"),
  computeS: seconds("Compute"),
  exposedCommS: seconds("Communication not hidden"),
  parts: many(
    "Where the step goes",
    group("A part", { name: prose("Part", "launch"), durationS: seconds("Its time") }),
  ),
  collectives: many("Collectives of the step", collective),
  limit: ref("limit"),
  limitShare: ratio("Share of the exposed communication"),
  memory,
  capitalUsd: usd("Capital"),
  usdPerHour: usd("USD per hour"),
  millionSamplesUsd: usd("USD per million samples"),
};

const row = group("One cluster at one size", rowProperties, [
  "efficiency",
  "baseRankCount",
  "capitalUsd",
  "usdPerHour",
  "millionSamplesUsd",
]);

const clusterSummary = group(
  "A cluster in the answer",
  {
    clusterId: prose("Cluster", "h100-torus"),
    name: prose("Name", "H100, 3D torus"),
    summary: prose("One line", "8 × H100 a node"),
    accelerator: prose("Accelerator", "H100 SXM"),
    largestRankCount: whole("Largest size that holds"),
    largestIsUpperBound: flag("Whether nothing larger was tried"),
  },
  ["largestRankCount"],
);

const whatIf = group("Something changed on purpose", {
  name: prose("What", "replicated optimizer"),
  finding: prose("What it shows", "ends at 256 on any fabric"),
  rows: many("Rows", ref("row")),
});

const sensitivity = group("10 % of one input", {
  name: prose("Input", "uplink rate"),
  pointer: prose("Where it stands", "/fabric/uplink/rate"),
  metric: choice("Metric", ["step time", "USD per million samples"]),
  whenLower: number("Relative change at −10 %", 0.02),
  whenHigher: number("Relative change at +10 %", -0.01),
  swing: ratio("The larger of the two"),
});

const billLine = group(
  "A line of a bill",
  {
    partId: prose("Part", "qm9700"),
    name: prose("Name", "Quantum-2 QM9700"),
    partClass: choice("Class", ["node", "switch", "link"]),
    count: whole("How many"),
    unitUsd: ref("price"),
    totalUsd: usd("Count times price"),
  },
  ["unitUsd", "totalUsd"],
);

const bill = group(
  "What one buys",
  {
    clusterId: prose("Cluster", "h100-torus"),
    rankCount: whole("Accelerators"),
    lines: many("Lines", billLine),
    capitalUsd: usd("Sum of the lines"),
    powerW: number("Power", 10_000),
  },
  ["capitalUsd", "powerW"],
);

const costRow = group(
  "Cost of one cluster at one size",
  {
    clusterId: prose("Cluster", "h100-torus"),
    rankCount: whole("Accelerators"),
    missing: prose("Why a figure is absent", "TPU v5p is not sold"),
    capitalUsd: usd("Capital"),
    capitalUsdPerS: usd("Capital over its life"),
    energyUsdPerS: usd("Energy"),
    totalUsdPerS: usd("Both"),
    millionSamplesUsd: usd("Per million samples"),
  },
  ["missing", "capitalUsd", "capitalUsdPerS", "energyUsdPerS", "totalUsdPerS", "millionSamplesUsd"],
);

const basis = choice("Basis of the cost", ["ownership", "rent"]);
const words = (what: string): Schema => many(what, prose("Words", "energy"));

const costTable = group("Costs on one basis", {
  basis,
  included: words("What is in"),
  notIncluded: words("What is not"),
  rows: many("Rows", costRow),
});

const difference = group("Why one cluster costs more", {
  basis,
  fromClusterId: prose("From", "h100-torus"),
  toClusterId: prose("To", "tpu-v5p"),
  rankCount: whole("Accelerators"),
  chipUsd: usd("Chip"),
  fabricUsd: usd("Fabric"),
  priceUsd: usd("Price"),
  totalUsd: usd("Sum"),
});

const assumption = group(
  "A numeric input",
  {
    name: prose("Input", "H100 SXM: peak bf16"),
    pointer: prose("Where it stands", "/node/accelerator/peakBf16"),
    clusterId: prose("Cluster", "h100-torus"),
    value: number("In SI", 9.89e14),
    unit: prose("SI unit", "flop/s"),
    source: prose("Who says so", "NVIDIA"),
    date: prose("When", "2026-08"),
    provenance,
    note: prose("What else to know", "dense"),
  },
  ["note"],
);

const seeds = group("Times over the seeds of a hashed routing", {
  seedCount: whole("Seeds"),
  p50S: seconds("Median"),
  p95S: seconds("95 of 100 are below"),
  worstS: seconds("Longest"),
});

const collectiveRow = group(
  "One size of a collective",
  {
    collective: prose("Which", "all-reduce"),
    algorithm: prose("How", "ring"),
    rankCount: whole("Ranks"),
    sizeBytes: bytes("Buffer"),
    timeS: seconds("Time"),
    algbwBytesPerS: number("Algorithm bandwidth", 2.5e10),
    busbwBytesPerS: number("Bus bandwidth", 5e10),
    limit: ref("limit"),
    losers: many("The others", loser),
    seeds,
  },
  ["seeds"],
);

export const defs: Properties = {
  price,
  limit,
  row,
  clusterSummary,
  whatIf,
  sensitivity,
  bill,
  costTable,
  difference,
  assumption,
  collectiveRow,
};
