/**
 * Published tables, exactly: NVIDIA's DGX SuperPOD reference architectures for B200
 * (2025-04-24), B300 with Quantum-X800 (2025-07-23), B300 with Spectrum-4 (2025-05-29), H100
 * (RA-11333-001 V11), and the switch column of the public H100 cost sheet of August 2024.
 */
import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { Refusal } from "../../src/base/errors.ts";
import {
  endpointCountMax,
  fabricPlan,
  opticalCounts,
  railPlaneCounts,
} from "../../src/cost/fabric-plan.ts";

/** Scalable units, nodes, leaf, spine, core, cables node-leaf, leaf-spine, spine-core. */
type Row = readonly [number, number, number, number, number, number, number, number];

const TABLES: readonly {
  readonly name: string;
  readonly switchRadix: number;
  readonly planeCount: number;
  readonly rows: readonly Row[];
}[] = [
  {
    name: "B200, Quantum-2",
    switchRadix: 64,
    planeCount: 1,
    rows: [
      [2, 64, 16, 8, 0, 512, 512, 0],
      [4, 128, 32, 16, 0, 1024, 1024, 0],
      [8, 256, 64, 32, 0, 2048, 2048, 0],
      [16, 512, 128, 128, 64, 4096, 4096, 4096],
      [32, 1024, 256, 256, 128, 8192, 8192, 8192],
      [64, 2048, 512, 512, 256, 16384, 16384, 16384],
    ],
  },
  {
    // The table prints 9,216 GPUs in its last row; 1,296 nodes hold 10,368, as its cables say.
    name: "B300, Quantum-X800",
    switchRadix: 144,
    planeCount: 1,
    rows: [
      [1, 72, 8, 4, 0, 576, 576, 0],
      [2, 144, 16, 8, 0, 1152, 1152, 0],
      [4, 288, 32, 18, 0, 2304, 2304, 0],
      [8, 576, 64, 36, 0, 4608, 4608, 0],
      [18, 1296, 144, 72, 0, 10368, 10368, 0],
    ],
  },
  {
    name: "B300, Spectrum-4, two planes",
    switchRadix: 64,
    planeCount: 2,
    rows: [
      [1, 64, 16, 8, 0, 512, 512, 0],
      [2, 128, 32, 16, 0, 1024, 1024, 0],
      [4, 256, 64, 32, 0, 2048, 2048, 0],
      [8, 512, 128, 64, 0, 4096, 4096, 0],
      [16, 1024, 256, 128, 0, 8192, 8192, 0],
    ],
  },
];

for (const { name, switchRadix, planeCount, rows } of TABLES) {
  for (const [units, nodes, ...published] of rows) {
    test(`${name}: the published row of ${units} scalable units`, () => {
      const plan = fabricPlan({ endpointCount: 8 * nodes, switchRadix, planeCount });
      deepEqual(
        [
          ...[plan.leafCount, plan.spineCount, plan.coreCount],
          ...[plan.hostLeafCableCount, plan.leafSpineCableCount, plan.spineCoreCableCount],
        ],
        published,
      );
    });
  }
}

test("all published rows of the three tables are asked for", () => {
  equal(TABLES.flatMap(({ rows }) => rows).length, 16);
});

test("H100: one unit of 31 nodes and four of 127, with four links for UFM", () => {
  for (const [endpointCount, leaf, spine, up] of [
    [248 + 4, 8, 4, 256],
    [1016 + 4, 32, 16, 1024],
  ] as const) {
    const plan = fabricPlan({ endpointCount, switchRadix: 64 });
    deepEqual([plan.leafCount, plan.spineCount, plan.coreCount], [leaf, spine, 0]);
    equal(plan.hostLeafCableCount, endpointCount);
    equal(plan.leafSpineCableCount, up);
  }
});

test("the public H100 sheet stays on two tiers where three are needed", () => {
  // GPUs, switches in the sheet, switches by the rule. The sheet's: N/32 leaves + N/64 spines.
  for (const [gpus, sheet, needed] of [
    [1024, 48, 48],
    [2048, 96, 96],
    [4096, 192, 320],
    [8192, 384, 640],
    [16_384, 768, 1280],
    [32_768, 2560, 2560],
  ] as const) {
    const { leafCount, spineCount, coreCount } = fabricPlan({
      endpointCount: gpus,
      switchRadix: 64,
    });
    equal(leafCount + spineCount + coreCount, needed, `${gpus} GPUs`);
    if (gpus <= 16_384) equal(sheet, gpus / 32 + gpus / 64);
    equal(sheet === needed, gpus <= 2048 || gpus > 16_384);
  }
});

test("two tiers end at k²/2 endpoints, three at k³/4; beyond is refused", () => {
  for (const [radix, two, three] of [
    [64, 2048, 65_536],
    [128, 8192, 524_288],
    [144, 10_368, 746_496],
  ] as const) {
    equal(endpointCountMax(radix, 2), two);
    equal(endpointCountMax(radix, 3), three);
    const plan = (endpointCount: number) => fabricPlan({ endpointCount, switchRadix: radix });
    equal(plan(two).coreCount, 0);
    equal(plan(two + 1).coreCount > 0, true);
    throws(() => plan(three + 1), Refusal);
  }
});

test("one leaf needs nothing above it", () => {
  deepEqual(fabricPlan({ endpointCount: 32, switchRadix: 64 }), {
    endpointCount: 32,
    planeCount: 1,
    switchRadix: 64,
    leafCount: 1,
    spineCount: 0,
    coreCount: 0,
    hostLeafCableCount: 32,
    leafSpineCableCount: 0,
    spineCoreCableCount: 0,
  });
});

test("no switch has more cables than ports, and upper tiers carry what lower ones send", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 65_536 }),
      fc.constantFrom(1, 2),
      (endpointCount, planeCount) => {
        const plan = fabricPlan({ endpointCount, switchRadix: 64, planeCount });
        const { switchRadix: radix, leafSpineCableCount: up, spineCoreCableCount: core } = plan;
        const perPlane = (count: number) => count / planeCount;
        equal(perPlane(plan.leafCount) * radix >= endpointCount + up, true);
        equal(perPlane(plan.spineCount) * radix >= up + core, true);
        equal(perPlane(plan.coreCount) * radix >= core, true);
        // Non-blocking: a tier has a cable for every endpoint below it.
        if (plan.spineCount > 0) equal(up >= endpointCount, true);
        if (plan.coreCount > 0) equal(core >= up, true);
      },
    ),
    { seed: 7, numRuns: 300 },
  );
});

test("Alibaba's HPN pod: 240 ToRs and 120 Aggs, and the ports add up", () => {
  const counts = railPlaneCounts({
    segmentCount: 15,
    railCount: 8,
    planeCount: 2,
    torUplinkCount: 60,
  });
  deepEqual(counts, { torCount: 240, aggCount: 120, aggDownlinkCount: 120, linkCount: 14_400 });
  // A ToR holds 128 + 8 spare ports of 200G and 60 of 400G: at most its 51.2 Tb/s.
  equal(128 * 0.2 + 60 * 0.4, 49.6);
  equal((128 + 8) * 0.2 + 60 * 0.4 <= 51.2, true);
  // An Agg: 120 down and 8 up at 400G fill its 51.2 Tb/s; 15 : 1 to the core.
  equal((counts.aggDownlinkCount + 8) * 0.4, 51.2);
  equal(counts.aggDownlinkCount / 8, 15);
  // 1,024 GPUs a segment: 8 rails of 128, each with a port in both planes.
  equal(15 * 8 * 128, 15_360);
});

test("a TPU v4 pod: 64 cubes, 48 optical switches of 128 ports, 6,144 optical links", () => {
  deepEqual(opticalCounts({ chipCount: 4096, cubeSideLength: 4 }), {
    cubeCount: 64,
    switchCount: 48,
    portsPerSwitchCount: 128,
    linkCount: 6144,
  });
  // The same links from the other end: six faces of sixteen chips a cube.
  equal(64 * 6 * 4 ** 2, 6144);
});
