/**
 * Points of a made-up comparison, plausible and consistent: the parts of every step sum to
 * its step time, and efficiency follows from throughput. No figure here is a prediction.
 */
import { exactSum } from "../../src/base/sum.ts";
import type { CollectiveSummary, Memory, PointRow, StepPart } from "../../src/records/result.ts";
import type { Limit } from "../../src/records/schedule.ts";

export interface SampleCluster {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly accelerator: string;
  readonly peakFlopPerS: number;
  /** Exposed communication at 8 accelerators, and its growth per doubling. */
  readonly exposedS: number;
  readonly growth: number;
  /** From this size on another, slower tier is crossed. */
  readonly crossesAt: number;
  readonly usdPerHourEach: number;
  readonly capitalEachUsd?: number;
}

export const CLUSTERS: readonly SampleCluster[] = [
  {
    id: "h100-fat-tree-2to1",
    name: "H100 fat tree 2:1",
    summary: "two tiers, 400 Gb/s a GPU, 32 down + 16 up a leaf",
    accelerator: "H100 SXM",
    peakFlopPerS: 989.4e12,
    exposedS: 0.7e-3,
    growth: 1.16,
    crossesAt: 1024,
    usdPerHourEach: 2.49,
    capitalEachUsd: 38_412.5,
  },
  {
    id: "h100-fat-tree-1to1",
    name: "H100 fat tree 1:1",
    summary: "two tiers, 400 Gb/s a GPU, 32 down + 32 up a leaf",
    accelerator: "H100 SXM",
    peakFlopPerS: 989.4e12,
    exposedS: 0.7e-3,
    growth: 1.14,
    crossesAt: 4096,
    usdPerHourEach: 2.61,
    capitalEachUsd: 40_118.25,
  },
  {
    id: "h100-torus",
    name: "H100 3D torus",
    summary: "nodes at the vertices, 3.2 Tb/s over six directions",
    accelerator: "H100 SXM",
    peakFlopPerS: 989.4e12,
    exposedS: 0.7e-3,
    growth: 1.42,
    crossesAt: 128,
    usdPerHourEach: 2.41,
    capitalEachUsd: 36_980,
  },
  {
    id: "tpu-v5p",
    name: "TPU v5p slice",
    summary: "3D torus of chips, 4 × 4 × 4 and up closed to rings",
    accelerator: "TPU v5p",
    peakFlopPerS: 459e12,
    exposedS: 0.5e-3,
    growth: 1.2,
    crossesAt: 4096,
    usdPerHourEach: 4.2,
  },
];

export const SIZES = [8, 16, 32, 64, 128, 256, 512, 1024];

const STEP_FLOP = 1.83e16;
const GLOBAL_BATCH = 1024;

function limitOf(cluster: SampleCluster, n: number): Limit {
  if (n < 32)
    return { kind: "compute", id: "compute", utilization: 1, pointer: "/node/accelerator" };
  const crosses = n >= cluster.crossesAt;
  if (cluster.id.includes("fat-tree")) {
    return crosses
      ? {
          kind: "uplink",
          id: "leaf-3 → spine-5",
          utilization: 0.96,
          pointer: "/fabric/uplink/rateBytesPerS",
        }
      : {
          kind: "host",
          id: "node-0/port-1 → leaf-0",
          utilization: 0.74,
          pointer: "/fabric/link/rateBytesPerS",
        };
  }
  return {
    kind: "x",
    id: "node (0,0,0) → node (1,0,0)",
    utilization: 0.91,
    pointer: "/fabric/link/rateBytesPerS",
  };
}

function partsOf(
  cluster: SampleCluster,
  n: number,
  batch: number,
  replicated: boolean,
): StepPart[] {
  const idealS = (STEP_FLOP * batch) / GLOBAL_BATCH / n / cluster.peakFlopPerS;
  const doublings = Math.log2(n / 8);
  const crossed = n >= cluster.crossesAt ? 1.5 : 1;
  const exposedS = cluster.exposedS * cluster.growth ** doublings * crossed;
  return [
    { name: "ideal compute", durationS: idealS },
    { name: "matmul below peak", durationS: idealS * 0.4123 },
    { name: "memory-bound ops", durationS: idealS * 0.3217 },
    { name: "launch", durationS: 0.61e-3 },
    { name: "optimizer", durationS: replicated ? 12.9e-3 : 12.9e-3 / n + 0.07e-3 },
    { name: "overlap slowdown", durationS: n > 8 ? 0.173e-3 : 0.05e-3 },
    { name: "exposed reduce-scatter", durationS: exposedS * 0.62 },
    { name: "exposed all-reduce", durationS: 0 },
    { name: "exposed all-gather", durationS: exposedS * 0.38 },
  ];
}

const collectivesOf = (limit: Limit, n: number): CollectiveSummary[] =>
  ["reduce-scatter", "all-gather"].map((collective) => ({
    collective,
    algorithm: n > 8 ? "hierarchical" : "ring",
    sizeBytes: 104_857_600,
    durationS: 1.1e-3 + 0.4e-6 * n,
    calls: 25,
    losers: [
      { algorithm: n > 8 ? "ring" : "halving-doubling", durationS: 1.4e-3 + 2.2e-6 * n },
      { algorithm: "torus", durationS: 2.9e-3 + 1.1e-6 * n },
    ],
    limit,
  }));

function memoryOf(n: number): Memory {
  const weightBytes = 2_630_000_000;
  const gradientBytes = 2_630_000_000;
  const optimizerBytes = Math.round(15_780_000_000 / n);
  const activationBytes = 3_412_345_678;
  const totalBytes = weightBytes + gradientBytes + optimizerBytes + activationBytes;
  return {
    weightBytes,
    gradientBytes,
    optimizerBytes,
    activationBytes,
    totalBytes,
    capacityBytes: 80e9,
  };
}

export interface PointAsked {
  readonly cluster: SampleCluster;
  readonly n: number;
  readonly weak?: boolean;
  readonly replicated?: boolean;
}

export function sampleRow({ cluster, n, weak = false, replicated = false }: PointAsked): PointRow {
  const globalBatch = weak ? 8 * n : GLOBAL_BATCH;
  const time = (count: number, batch: number): number =>
    exactSum(partsOf(cluster, count, batch, replicated).map((part) => part.durationS));
  const stepTimeS = time(n, globalBatch);
  const samplesPerS = globalBatch / stepTimeS;
  const baseBatch = weak ? 64 : GLOBAL_BATCH;
  const baseSamplesPerS = baseBatch / time(8, baseBatch);
  const parts = partsOf(cluster, n, globalBatch, replicated);
  const exposed = parts.filter((part) => part.name.startsWith("exposed"));
  const exposedCommS = exactSum(exposed.map((part) => part.durationS));
  const limit = limitOf(cluster, n);
  const usdPerHour = cluster.usdPerHourEach * n;
  return {
    clusterId: cluster.id,
    clusterName: cluster.name,
    model: "GPT-1.3B",
    scaling: weak ? "weak" : "strong",
    sharding: replicated ? "replicated" : "zero-1",
    rankCount: n,
    globalBatch,
    microBatch: Math.min(8, globalBatch / n),
    accumulation: Math.max(1, globalBatch / n / 8),
    stepTimeS,
    stepTimeLowS: stepTimeS / 1.1,
    stepTimeHighS: stepTimeS * 1.1,
    samplesPerS,
    efficiency: samplesPerS / ((n / 8) * baseSamplesPerS),
    baseRankCount: 8,
    mfu: (parts[0]?.durationS ?? 0) / stepTimeS,
    computeS: stepTimeS - exposedCommS,
    exposedCommS,
    parts,
    collectives: collectivesOf(limit, n),
    limit,
    limitShare: 0.71,
    memory: memoryOf(n),
    usdPerHour,
    millionSamplesUsd: (usdPerHour / 3600 / samplesPerS) * 1e6,
    ...(cluster.capitalEachUsd === undefined ? {} : { capitalUsd: cluster.capitalEachUsd * n }),
  };
}
