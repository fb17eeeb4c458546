/** Stored results and measurements: typed by the records, refused when newer or damaged. */
import { deepEqual, equal } from "node:assert/strict";
import { test } from "vitest";
import { checkFile } from "../../src/files/check-file.ts";
import { readMeasurement } from "../../src/files/measurement.ts";
import { readResult } from "../../src/files/result.ts";
import type { CollectiveResult, CompareResult, PointRow } from "../../src/records/result.ts";
import type { ResultHead, SimulateResult, SolveResult } from "../../src/records/result.ts";
import type { Measurement } from "../../src/records/trace.ts";
import { codesFrom, issuesFrom, written } from "./support.ts";

// These literals are typed by the records: a field added there and not in the schema, or
// the other way round, breaks this file.
const head: ResultHead = {
  schemaVersion: 1,
  id: "q",
  question: "How long?",
  answer: { sentence: "38 ms.", verdict: "answer", beware: ["Prices are old."] },
  asOf: "2026-11-23",
  catalog: "2026-11-23",
  seed: 1,
  version: "0.1.0",
  fidelity: "flow",
  semantics: "barrier",
  assumptions: [
    {
      name: "H100: peak bf16",
      pointer: "/node/accelerator/peakBf16",
      clusterId: "c",
      value: 9.89e14,
      unit: "flop/s",
      source: "NVIDIA",
      date: "2026",
      provenance: "vendor",
      note: "dense",
    },
  ],
  next: ["fabricast explain mfu"],
  reproduce: "fabricast run q.yaml",
};
const limit = { kind: "uplink", id: "leaf-0 → spine-1", utilization: 0.9, pointer: "/fabric" };
const losers = [{ algorithm: "ring", durationS: 0.2 }];
const row: PointRow = {
  clusterId: "c",
  clusterName: "C",
  model: "gpt-1.3b",
  scaling: "strong",
  sharding: "zero-1",
  rankCount: 64,
  globalBatch: 1024,
  microBatch: 8,
  accumulation: 2,
  stepTimeS: 0.5,
  stepTimeLowS: 0.45,
  stepTimeHighS: 0.55,
  samplesPerS: 2048,
  efficiency: 0.95,
  baseRankCount: 8,
  mfu: 0.4,
  computeS: 0.4,
  exposedCommS: 0.1,
  parts: [{ name: "launch", durationS: 0.5 }],
  collectives: [
    {
      collective: "reduce-scatter",
      algorithm: "ring",
      sizeBytes: 1e8,
      durationS: 0.1,
      calls: 26,
      losers,
      limit,
    },
  ],
  limit,
  limitShare: 0.5,
  memory: {
    weightBytes: 1,
    gradientBytes: 1,
    optimizerBytes: 1,
    activationBytes: 1,
    totalBytes: 4,
    capacityBytes: 8e10,
  },
  capitalUsd: 1,
  usdPerHour: 2,
  millionSamplesUsd: 3,
};
const sensitivity = {
  name: "uplink rate",
  pointer: "/fabric/uplink/rate",
  metric: "step time",
  whenLower: 0.1,
  whenHigher: -0.1,
  swing: 0.1,
} as const;
const price = { value: 1, source: "s", date: "2026", provenance: "vendor", note: "n" } as const;
const line = { partId: "p", name: "P", partClass: "node", count: 8, unitUsd: price } as const;
const bill = { clusterId: "c", rankCount: 64, lines: [{ ...line, totalUsd: 8 }] };
const cost = { clusterId: "c", rankCount: 64, capitalUsd: 1, capitalUsdPerS: 1 };
const more = { energyUsdPerS: 1, totalUsdPerS: 1, millionSamplesUsd: 1 };
const table = { included: ["energy"], notIncluded: ["staff"] };
const tier = {
  kind: "uplink",
  name: "leaf to spine",
  cableCount: 2,
  linkBytesPerS: 5e10,
  utilizationMax: 1,
  utilizationMean: 0.5,
};
const drawn = { clusterId: "c", name: "C", rankCount: 8, nodeCount: 1, ranksPerNode: 8 };
const drawing = { ...drawn, loadOf: "one reduce-scatter", tiers: [tier] };
const measurement: Measurement = {
  backend: "native",
  model: "small-gpt",
  steps: 2,
  losses: [4, 3],
  ops: [{ kind: "matmul", calls: 4, durationS: 0.1 }],
  others: [{ backend: "native", model: "mlp", steps: 1, losses: [1], ops: [] }],
};
const compare: CompareResult = {
  ...head,
  kind: "compare",
  efficiencyMin: 0.9,
  baseRankCount: 8,
  costBasis: "ownership",
  recommended: { clusterId: "c", rankCount: 64 },
  clusters: [
    {
      clusterId: "c",
      name: "C",
      summary: "s",
      accelerator: "H100",
      largestRankCount: 64,
      largestIsUpperBound: true,
    },
  ],
  rows: [row],
  whatIfs: [{ name: "replicated", finding: "slower", rows: [row] }],
  replays: [row],
  sensitivities: [sensitivity],
  bills: [{ ...bill, capitalUsd: 8, powerW: 1 }],
  costs: [
    { basis: "ownership", ...table, rows: [{ ...cost, ...more }] },
    { basis: "rent", ...table, rows: [{ clusterId: "c", rankCount: 8, missing: "not sold" }] },
  ],
  differences: [
    {
      basis: "rent",
      fromClusterId: "a",
      toClusterId: "b",
      rankCount: 8,
      chipUsd: 1,
      fabricUsd: -1,
      priceUsd: 1,
      totalUsd: 1,
    },
  ],
  drawings: [
    { ...drawing, family: "switch" },
    {
      ...drawing,
      family: "fat-tree",
      leafCount: 1,
      spineCount: 1,
      leafPortCounts: [8],
      uplinksPerLeaf: 4,
    },
    { ...drawing, family: "torus", shape: [1, 1, 1], wraps: [false, false, false] },
  ],
  measurement,
  measurementFile: "m.json",
};
const { sensitivities, bills, costs, drawings } = compare;
const simulate: SimulateResult = {
  ...head,
  kind: "simulate",
  costBasis: "rent",
  rows: [row],
  sensitivities,
  bills,
  costs,
  drawings,
};
const solve: SolveResult = {
  ...head,
  kind: "solve",
  efficiencyMin: 0.9,
  baseRankCount: 8,
  largestRankCount: 64,
  rows: [row],
};
const collective: CollectiveResult = {
  ...head,
  kind: "collective",
  clusterId: "c",
  rows: [
    {
      collective: "all-reduce",
      algorithm: "ring",
      rankCount: 64,
      sizeBytes: 8,
      timeS: 1e-6,
      algbwBytesPerS: 8e6,
      busbwBytesPerS: 16e6,
      limit,
      losers,
    },
  ],
};

for (const result of [compare, simulate, solve, collective]) {
  test(`a ${result.kind} result comes back as it was written`, async () => {
    const path = written("r.json", JSON.stringify(result, null, 2));
    deepEqual(await readResult(path), result);
    deepEqual(await checkFile(path), { kind: "result", id: "q" });
  });
}

test("a newer result is refused with its place", async () => {
  const text = JSON.stringify({ ...solve, schemaVersion: 2 }, null, 2);
  const [issue] = await issuesFrom(readResult(written("r.json", text)));
  deepEqual([issue?.code, issue?.line, issue?.column], ["newer-version", 2, 20]);
  const older = JSON.stringify({ ...solve, schemaVersion: 0 });
  deepEqual(await codesFrom(readResult(written("r.json", older))), ["unknown-version"]);
});

test("a damaged result is refused where it is damaged", async () => {
  const text = JSON.stringify(solve, null, 2);
  const damaged = text.replace('"stepTimeS": 0.5', '"stepTimeS": "0.5"');
  const [issue] = await issuesFrom(readResult(written("r.json", damaged)));
  deepEqual([issue?.code, issue?.pointer], ["wrong-type", "/rows/0/stepTimeS"]);
  equal((issue?.line ?? 0) > 10, true);
  const cut = await codesFrom(readResult(written("r.json", text.slice(0, 500))));
  deepEqual([...new Set(cut)], ["not-yaml"]);
  const proto = text.replace('"seed"', '"__proto__": { "x": 1 },\n"seed"');
  deepEqual(await codesFrom(readResult(written("r.json", proto))), ["forbidden-key"]);
});

test("a measurement comes back as it was written; a wrong one is refused", async () => {
  const path = written("m.json", JSON.stringify(measurement));
  deepEqual(await readMeasurement(path), measurement);
  deepEqual(await checkFile(path), { kind: "measurement", id: "small-gpt" });
  const wrong = { ...measurement, losses: ["4"], seconds: 1 };
  const codes = await codesFrom(readMeasurement(written("m.json", JSON.stringify(wrong))));
  deepEqual(codes.sort(), ["unknown-key", "wrong-type"]);
});
