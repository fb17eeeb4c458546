/** Money over years: closed forms, exact sums, and the two break-evens as identities. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { exactSum } from "../../src/base/sum.ts";
import { annuity, ownership, YEAR_S } from "../../src/cost/ownership.ts";
import type { OwnershipRequest } from "../../src/cost/ownership.ts";
import type { Design } from "../../src/records/cluster.ts";
import type { MaterialBill } from "../../src/records/material.ts";
import { ACCELERATOR, cluster, given, PARTS, SITE } from "./small-clusters.ts";

const near = (a: number, b: number, slack = 1e-12): void =>
  ok(Math.abs(a - b) <= slack * Math.max(Math.abs(a), Math.abs(b)), `${a} and ${b}`);

/** 64 accelerators of 1 kW in 8 nodes, 2 leaves of 1.5 kW, a spine of 2 kW. */
const DESIGN: Design = {
  ...{ id: "small", name: "Small", summary: "small", equipment: {}, bill: PARTS },
  node: { name: "NODE", acceleratorCount: 8, accelerator: ACCELERATOR },
  cluster: cluster(PARTS, ACCELERATOR),
};

const BILL: MaterialBill = {
  ...{
    clusterId: "small",
    name: "Small",
    unpriced: [],
    oldPrices: [],
    notInTotal: [],
    notModeled: [],
  },
  counts: {
    ...{ acceleratorCount: 64, hostCount: 8, leafCount: 2, spineCount: 1, coreCount: 0 },
    ...{ hostLeafCableCount: 64, leafSpineCableCount: 32, spineCoreCableCount: 0 },
    ...{ neighborCableCount: 0, switchCageCount: 80 },
    ...{ bisectionBytesPerS: 8e11, diameterHopCount: 4 },
  },
  rows: [
    { materialClass: "node", partId: "n", model: "N", count: 8, totalUsd: 2_400_000, rule: "" },
    { materialClass: "nic", partId: "c", model: "C", count: 64, totalUsd: 0, rule: "" },
    { materialClass: "leaf switch", partId: "l", model: "L", count: 2, totalUsd: 80_000, rule: "" },
    {
      materialClass: "spine switch",
      partId: "s",
      model: "S",
      count: 1,
      totalUsd: 50_000,
      rule: "",
    },
    {
      materialClass: "host-leaf cable",
      partId: "k",
      model: "K",
      count: 64,
      totalUsd: 96_000,
      rule: "",
    },
  ],
  totalUsd: 2_626_000,
};

const request = (changes: Partial<OwnershipRequest> = {}): OwnershipRequest => ({
  ...{ design: DESIGN, bill: BILL, site: SITE, yearCount: 4, utilization: 0.5 },
  interestShare: given(0),
  ...changes,
});

test("payments of an annuity, each discounted, are worth what was borrowed", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-9, max: 0.5, noNaN: true }),
      fc.integer({ min: 1, max: 40 }),
      (interest, years) => {
        const payments = Array.from({ length: years }, (_, k) => (1 + interest) ** -(k + 1));
        near(annuity(interest, years) * exactSum(payments), 1, 1e-9);
      },
    ),
    { seed: 11, numRuns: 200 },
  );
  equal(annuity(0, 4), 0.25);
  // 8 % over 5 years, as tables of finance print it: 0.25046.
  equal(annuity(0.08, 5).toPrecision(5), "0.25046");
});

test("power, energy and carbon follow from the parts and the site", () => {
  const site = { ...SITE, carbonKgPerJ: given(2 ** -23) };
  const { rackW, wallW, yearEnergyJ, yearEnergyUsd, yearCarbonKg } = ownership(request({ site }));
  // 64 · 1,000 + 2 · 1,500 + 2,000; the building adds a quarter; half of it on average.
  equal(rackW, 69_000);
  equal(wallW, 86_250);
  equal(yearEnergyJ, 43_125 * YEAR_S);
  equal(yearEnergyUsd, (43_125 * YEAR_S) / 2 ** 25);
  equal(yearCarbonKg, (43_125 * YEAR_S) / 2 ** 23);
  equal(ownership(request()).yearCarbonKg, undefined);
});

test("without interest a total is capital and energy, and its lines sum to it exactly", () => {
  const { totals, yearEnergyUsd = 0 } = ownership(request());
  deepEqual(
    totals.map(({ yearCount }) => yearCount),
    [3, 4, 5],
  );
  for (const { yearCount, lines, totalUsd, yearUsd, usefulHourUsd } of totals) {
    equal(totalUsd, exactSum(lines.map((line) => line.totalUsd)));
    near(totalUsd, 2_626_000 + yearCount * yearEnergyUsd);
    equal(yearUsd, totalUsd / yearCount);
    // 8,766 hours a year, half of them of use.
    near(usefulHourUsd, totalUsd / (yearCount * 8766 * 64 * 0.5));
  }
  deepEqual(
    totals[0]?.lines.map(({ name }) => name),
    ["nodes with NICs", "switches", "cables with optics", "energy at Site"],
  );
});

test("interest makes capital dearer by its annuity, and energy not at all", () => {
  const plain = ownership(request()).totals[1];
  const { totals } = ownership(request({ interestShare: given(0.08), yearCount: 7 }));
  deepEqual(
    totals.map(({ yearCount }) => yearCount),
    [3, 4, 5, 7],
  );
  const four = totals[1];
  near(four?.lines[0]?.totalUsd ?? 0, 2_400_000 * 4 * annuity(0.08, 4));
  equal(four?.lines.at(-1)?.totalUsd, plain?.lines.at(-1)?.totalUsd);
});

test("at the break-even utilization an hour owned costs what an hour rented does", () => {
  const { totals, rent } = ownership(request({ interestShare: given(0.08) }));
  near(rent?.hourUsd.value ?? 0, 2);
  for (const { breakEvenUtilization = 0, yearCount } of totals) {
    const again = ownership(
      request({ interestShare: given(0.08), utilization: breakEvenUtilization }),
    );
    const same = again.totals.find((total) => total.yearCount === yearCount);
    near(same?.usefulHourUsd ?? 0, 2);
  }
});

test("after the break-even years payments and energy equal the rent; else there are none", () => {
  for (const interest of [0, 0.04, 0.08]) {
    const answer = ownership(request({ utilization: 1, interestShare: given(interest) }));
    const { breakEvenYearCount = 0, yearEnergyUsd = 0, yearRentUsd = 0 } = answer;
    // 64 accelerators, 8,766 hours, 2 USD.
    near(yearRentUsd, 64 * 8766 * 2);
    near(2_626_000 * annuity(interest, breakEvenYearCount) + yearEnergyUsd, yearRentUsd, 1e-9);
  }
  // A tenth of the hours: 112,205 USD of rent a year are below 8 % of 2,626,000.
  const never = ownership(request({ utilization: 0.1, interestShare: given(0.08) }));
  equal(never.breakEvenYearCount, undefined);
});

test("without a price, a power or a rent the figure is absent and the reason is told", () => {
  const { totalUsd: _, ...unpriced } = { ...BILL, unpriced: ["N"] };
  const { rents: __, allInW: ___, ...bare } = ACCELERATOR;
  const design = {
    ...DESIGN,
    node: { ...DESIGN.node, accelerator: { ...bare, rents: [] } },
  };
  const answer = ownership(request({ bill: unpriced, design }));
  deepEqual(answer.totals, []);
  equal(answer.rackW, undefined);
  equal(answer.rent, undefined);
  deepEqual(answer.missing, [
    "N is not sold, or has no sourced price",
    "the power of H100 SXM is not known",
    "H100 SXM has no listed price by the hour",
  ]);
});

test("what owning costs a hyperscaler is no rent", () => {
  const rents = [{ kind: "ownership" as const, usdPerS: given(1) }];
  const design = {
    ...DESIGN,
    node: { ...DESIGN.node, accelerator: { ...ACCELERATOR, rents } },
  };
  equal(ownership(request({ design })).rent, undefined);
});

test("everything that a total leaves out is named", () => {
  const { notIncluded } = ownership(request());
  for (const line of ["discount", "tax", "staff", "residual value", "exchange rate", "storage"]) {
    ok(notIncluded.includes(line), line);
  }
});
