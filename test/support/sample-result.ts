/** Whole results of all four kinds, for the tests of the report; no figure is a prediction. */
import { at } from "../../src/base/assert.ts";
import type {
  Assumption,
  CollectiveResult,
  CompareResult,
  PointRow,
  ResultHead,
  Sensitivity,
  SimulateResult,
  SolveResult,
} from "../../src/records/result.ts";
import type { Measurement } from "../../src/records/trace.ts";
import { billOf, DIFFERENCES, ownership, rent } from "./sample-costs.ts";
import { DRAWINGS } from "./sample-drawings.ts";
import { CLUSTERS, SIZES, sampleRow } from "./sample-rows.ts";
import type { SampleCluster } from "./sample-rows.ts";

const ASSUMPTIONS: readonly Assumption[] = CLUSTERS.flatMap((cluster): Assumption[] => {
  const clusterId = cluster.id;
  const of = (
    name: string,
    pointer: string,
    value: number,
    rest: Pick<Assumption, "unit" | "source" | "date" | "provenance">,
  ): Assumption => ({ name, pointer, value, clusterId, ...rest });
  const sheet = { source: "data sheet", date: "2024-03-18", provenance: "vendor" } as const;
  const list = { source: "price list, street", date: "2026-02-10", provenance: "vendor" } as const;
  const fit = {
    source: "software profile, 312 shapes",
    date: "2026-09",
    provenance: "fitted",
  } as const;
  const guess = { source: "no public measurement", date: "", provenance: "assumed" } as const;
  const chip = cluster.accelerator;
  return [
    of(`${chip}: peak bf16`, "/node/accelerator/peakBf16FlopPerS", cluster.peakFlopPerS, {
      ...sheet,
      unit: "flop/s",
    }),
    of(`${chip}: memory rate`, "/node/accelerator/memoryBytesPerS", 3.35e12, {
      ...sheet,
      unit: "B/s",
    }),
    of(`${chip}: sustained matmul share`, "/software/matmulShare", 0.71, { ...fit, unit: "" }),
    of(`${cluster.name}: link rate`, "/fabric/link/rateBytesPerS", 5e10, { ...sheet, unit: "B/s" }),
    of(`${cluster.name}: link latency`, "/fabric/link/latencyS", 5e-7, { ...guess, unit: "s" }),
    of(
      `${chip}: price per hour`,
      "/node/accelerator/rents/0/usdPerS",
      cluster.usdPerHourEach / 3600,
      { ...list, unit: "USD/s" },
    ),
  ];
});

const swing = (
  name: string,
  whenLower: number,
  whenHigher: number,
  metric: Sensitivity["metric"] = "step time",
): Sensitivity => ({
  name,
  pointer: ASSUMPTIONS.find((one) => one.name === name)?.pointer ?? "/software/launchS",
  metric,
  whenLower,
  whenHigher,
  swing: Math.max(Math.abs(whenLower), Math.abs(whenHigher)),
});

const SENSITIVITIES: readonly Sensitivity[] = [
  swing("H100 SXM: peak bf16", 0.0612, -0.0501),
  swing("H100 SXM: sustained matmul share", 0.0302, -0.0247),
  swing("H100 SXM: memory rate", 0.0214, -0.0175),
  swing("H100 fat tree 2:1: link rate", 0.0123, -0.0101),
  swing("kernel launch", -0.0021, 0.0021),
  swing("gradient bucket", 0.0015, 0.0012),
  swing("H100 fat tree 2:1: link latency", -0.0002, 0.0002),
  swing("spine latency", 0, 0),
  swing("H100 SXM: price per hour", -0.1, 0.1, "USD per million samples"),
  swing("H100 SXM: peak bf16", 0.0612, -0.0501, "USD per million samples"),
  swing("spine latency", 0, 0, "USD per million samples"),
];

const ROWS: readonly PointRow[] = [
  ...CLUSTERS.flatMap((cluster) => SIZES.map((n) => sampleRow({ cluster, n }))),
  ...CLUSTERS.flatMap((cluster) =>
    [8, 64, 256, 1024].map((n) => sampleRow({ cluster, n, weak: true })),
  ),
];

const atSize = (rankCount: number, clusterId?: string) =>
  [ownership, rent].map((table) => ({
    ...table,
    rows: table.rows.filter(
      (row) =>
        row.rankCount === rankCount && (clusterId === undefined || row.clusterId === clusterId),
    ),
  }));

const MEASUREMENT: Measurement = {
  backend: "native",
  model: "GPT-tiny",
  steps: 40,
  losses: Array.from({ length: 40 }, (_, i) => 1.9 + 2.3 * Math.exp(-i / 9) + 0.02 * ((i * 7) % 5)),
  ops: [
    { kind: "matmul", calls: 5_440, durationS: 1.412 },
    { kind: "attention", calls: 320, durationS: 0.213 },
    { kind: "optimizer", calls: 40, durationS: 0.071 },
  ],
  others: [
    {
      backend: "native",
      model: "MLP 100-50-10",
      steps: 20,
      losses: Array.from({ length: 20 }, (_, i) => 2.3 * Math.exp(-i / 6)),
      ops: [{ kind: "matmul", calls: 120, durationS: 0.0021 }],
    },
  ],
};

const HEAD = {
  schemaVersion: 1,
  id: "quickstart",
  question:
    "GPT-1.3B with a global batch of 1,024 sequences of 2,048 tokens: up to how many " +
    "accelerators does strong-scaling efficiency (base 8) stay at or above 90 %, on which " +
    "fabric, and at what cost?",
  asOf: "2026-10-31",
  catalog: "2026-10-15",
  seed: 1,
  version: "0.1.0",
  fidelity: "flow",
  semantics: "barrier",
  assumptions: ASSUMPTIONS,
  next: [
    "fabricast report reports/out/quickstart.json -o quickstart.md",
    "fabricast explain efficiency",
    "fabricast simulate --model gpt-1.3b --cluster h100-fat-tree-2to1 --accelerators 512",
  ],
  reproduce: "fabricast run scenarios/questions/quickstart.yaml",
} as const satisfies Omit<ResultHead, "answer">;

/** The largest size up to which every size holds 90 %. */
const largestOf = (cluster: SampleCluster): number | undefined =>
  SIZES.filter((n) => (sampleRow({ cluster, n }).efficiency ?? 0) >= 0.9).at(-1);

export const COMPARE: CompareResult = {
  ...HEAD,
  kind: "compare",
  costBasis: "rent",
  answer: {
    sentence:
      "Take H100 fat tree 1:1: GPT-1.3B keeps 90 % strong-scaling efficiency (base 8) up to at " +
      "least 1,024 accelerators, where a step takes 33.9 ms and a million samples cost 24.6 USD.",
    verdict: "answer",
    beware: [
      "On the 2:1 tree the uplinks carry the gradients at 1,024 and efficiency falls below 90 %.",
      "A replicated optimizer would end the 90 % earlier on any fabric.",
    ],
  },
  efficiencyMin: 0.9,
  baseRankCount: 8,
  recommended: { clusterId: at(CLUSTERS, 1).id, rankCount: 1024 },
  clusters: CLUSTERS.map((cluster) => {
    const { id: clusterId, name, summary, accelerator } = cluster;
    const largest = largestOf(cluster);
    const head = { clusterId, name, summary, accelerator, largestIsUpperBound: largest === 1024 };
    return largest === undefined ? head : { ...head, largestRankCount: largest };
  }),
  rows: ROWS,
  whatIfs: [
    {
      name: "replicated optimizer",
      finding: "With Adam replicated on every accelerator, 90 % ends at 128 on any fabric.",
      rows: CLUSTERS.slice(0, 2).flatMap((cluster) =>
        SIZES.map((n) => ({
          ...sampleRow({ cluster, n, replicated: true }),
          limit: {
            kind: "optimizer",
            id: "optimizer",
            utilization: 1,
            pointer: "/software/optimizerPasses",
          },
        })),
      ),
    },
  ],
  replays: CLUSTERS.map((cluster) => ({ ...sampleRow({ cluster, n: 8 }), model: "GPT-tiny" })),
  sensitivities: SENSITIVITIES,
  bills: CLUSTERS.map((cluster) => billOf(cluster, 1024)),
  costs: atSize(1024),
  differences: DIFFERENCES,
  drawings: DRAWINGS,
  measurement: MEASUREMENT,
};

const first = at(CLUSTERS, 0);

export const SIMULATE: SimulateResult = {
  ...HEAD,
  kind: "simulate",
  costBasis: "rent",
  id: "simulate",
  question: "How long is a step of GPT-1.3B on 512 accelerators of the H100 fat tree 2:1?",
  answer: { sentence: "A step takes 72.9 ms on 512 accelerators.", verdict: "answer", beware: [] },
  rows: [sampleRow({ cluster: first, n: 512 })],
  sensitivities: SENSITIVITIES,
  bills: [billOf(first, 512)],
  costs: atSize(512, first.id),
  drawings: DRAWINGS.slice(0, 1),
};

export const SOLVE: SolveResult = {
  ...HEAD,
  kind: "solve",
  id: "solve",
  question: "Up to how many accelerators does efficiency stay at or above 90 %?",
  answer: { sentence: "Up to 256 accelerators.", verdict: "answer", beware: [] },
  efficiencyMin: 0.9,
  baseRankCount: 8,
  largestRankCount: 256,
  rows: [128, 256, 512].map((n) => sampleRow({ cluster: first, n })),
};

export const COLLECTIVE: CollectiveResult = {
  ...HEAD,
  kind: "collective",
  id: "collective",
  question: "How long does an all-reduce take on 64 ranks of bare-switch-64?",
  answer: { sentence: "1 GiB takes 42.4 ms, busbw 49.9 GB/s.", verdict: "answer", beware: [] },
  clusterId: "bare-switch-64",
  rows: [1_048_576, 33_554_432, 1_073_741_824].map((sizeBytes) => {
    const timeS = 126 * (sizeBytes / 64 / 50e9 + 1e-6);
    return {
      collective: "all-reduce",
      algorithm: "ring",
      rankCount: 64,
      sizeBytes,
      timeS,
      algbwBytesPerS: sizeBytes / timeS,
      busbwBytesPerS: (sizeBytes / timeS) * (126 / 64),
      limit: {
        kind: "host",
        id: "host-3 → switch",
        utilization: 0.95,
        pointer: "/fabric/link/rateBytesPerS",
      },
      losers: [{ algorithm: "halving-doubling", durationS: timeS * 1.31 }],
    };
  }),
};
