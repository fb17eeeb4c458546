/** Bills, cost tables and differences of the sample clusters; no price here is one of today. */
import { at } from "../../src/base/assert.ts";
import { exactSum } from "../../src/base/sum.ts";
import type { Bill, CostDifference, CostTable } from "../../src/records/cost.ts";
import { CLUSTERS, SIZES, sampleRow } from "./sample-rows.ts";
import type { SampleCluster } from "./sample-rows.ts";

const price = (value: number, date = "2026-09-14") =>
  ({ value, source: "public price list", date, provenance: "vendor" }) as const;

export function billOf(cluster: SampleCluster, n: number): Bill {
  const line = (
    partId: string,
    name: string,
    partClass: "node" | "switch" | "link",
    count: number,
    usd: number,
  ) => ({
    partId,
    name,
    partClass,
    count,
    unitUsd: price(usd),
    totalUsd: count * usd,
  });
  const lines =
    cluster.capitalEachUsd === undefined
      ? [{ partId: "tpu-v5p-host", name: "TPU v5p host", partClass: "node" as const, count: n / 4 }]
      : [
          line("hgx-h100", "HGX H100 node", "node", Math.ceil(n / 8), 268_450),
          line("leaf-64", "leaf switch, 64 × 400 Gb/s", "switch", Math.ceil(n / 32), 26_412),
          line("aoc-400", "cable with optics, 400 Gb/s", "link", Math.ceil(n * 1.5), 812.5),
        ];
  const totals = lines.flatMap((one) => ("totalUsd" in one ? [one.totalUsd] : []));
  const isPriced = totals.length === lines.length;
  return {
    clusterId: cluster.id,
    rankCount: n,
    lines,
    powerW: n * 1_412,
    ...(isPriced ? { capitalUsd: exactSum(totals) } : {}),
  };
}

const LIFE_S = 4 * 365 * 86_400;

export const ownership: CostTable = {
  basis: "ownership",
  included: ["nodes", "switches", "cables with optics", "energy"],
  notIncluded: ["staff", "space", "storage", "financing"],
  rows: CLUSTERS.flatMap((cluster) =>
    SIZES.map((n) => {
      const { capitalUsd, powerW = 0 } = billOf(cluster, n);
      const head = { clusterId: cluster.id, rankCount: n };
      if (capitalUsd === undefined)
        return { ...head, missing: `${cluster.accelerator} is not sold` };
      const row = sampleRow({ cluster, n });
      const capitalUsdPerS = capitalUsd / LIFE_S;
      const energyUsdPerS = powerW * 2.4e-8;
      const totalUsdPerS = exactSum([capitalUsdPerS, energyUsdPerS]);
      const millionSamplesUsd = (totalUsdPerS / row.samplesPerS) * 1e6;
      return {
        ...head,
        capitalUsd,
        capitalUsdPerS,
        energyUsdPerS,
        totalUsdPerS,
        millionSamplesUsd,
      };
    }),
  ),
};

export const rent: CostTable = {
  basis: "rent",
  included: ["accelerators with host, fabric and energy, as listed"],
  notIncluded: ["storage", "data transfer", "staff"],
  rows: CLUSTERS.flatMap((cluster) =>
    SIZES.map((n) => {
      const row = sampleRow({ cluster, n });
      const totalUsdPerS = (cluster.usdPerHourEach * n) / 3600;
      const millionSamplesUsd = (totalUsdPerS / row.samplesPerS) * 1e6;
      return { clusterId: cluster.id, rankCount: n, totalUsdPerS, millionSamplesUsd };
    }),
  ),
};

export const DIFFERENCES: readonly CostDifference[] = [0, 2, 3].map((index) => {
  const cluster = at(CLUSTERS, index);
  const usd = (id: string): number =>
    rent.rows.find((row) => row.clusterId === id && row.rankCount === 1024)?.millionSamplesUsd ?? 0;
  const totalUsd = usd(cluster.id) - usd(at(CLUSTERS, 1).id);
  const [chipUsd, fabricUsd] = [totalUsd * 0.2, totalUsd * 0.55];
  return {
    basis: "rent",
    fromClusterId: at(CLUSTERS, 1).id,
    toClusterId: cluster.id,
    rankCount: 1024,
    chipUsd,
    fabricUsd,
    priceUsd: totalUsd - chipUsd - fabricUsd,
    totalUsd,
  };
});
