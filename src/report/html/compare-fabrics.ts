/** The page of families of fabrics sized alike: who delivers more for it, with every figure. */
import { present } from "../../base/assert.ts";
import { bitRate, bytes, duration, fixed, percent, usd } from "../../base/format.ts";
import type { FabricComparison, FabricRow } from "../../records/fabric-comparison.ts";
import { barChart } from "../chart/bars.ts";
import type { Chart } from "../chart/chart.ts";
import { escapeMarkup, trusted } from "../escape.ts";
import { timeScale } from "../round.ts";
import { fabricColumns, fabricNotes } from "../compare-fabrics.ts";
import { figure } from "./figure.ts";
import { page } from "./page.ts";
import type { Section } from "./section.ts";
import { table } from "./table.ts";

export interface FabricsReport {
  readonly comparison: FabricComparison;
  readonly hostCount: number;
  readonly node: string;
  readonly asOf: string;
  readonly catalog: string;
  readonly version: string;
  readonly reproduce: string;
}

export async function compareFabricsPage(report: FabricsReport): Promise<string> {
  const { comparison, hostCount, node, reproduce, ...head } = report;
  const { rows, equal, sizeBytes } = comparison;
  const best = rows.reduce((a, b) => (b.deliveredBytesPerS > a.deliveredBytesPerS ? b : a));
  const sentence =
    `Equal in ${equal}, ${best.family} delivers most in an all-to-all of experts: ` +
    `${bitRate(best.deliveredBytesPerS)}.`;
  const question =
    `Which of ${rows.map((row) => row.family).join(", ")} should join ` +
    `${fixed(hostCount)} nodes ${node}, equal in ${equal}?`;
  const missed = rows.filter((row) => Math.abs(row.missShare) > 0.05);
  const beware = missed.map(
    (row) => `${row.family} misses in ${equal} by ${percent(row.missShare, 1)}`,
  );
  return page({
    result: {
      ...{ ...head, seed: 1, kind: "fabrics", question },
      answer: { sentence, verdict: "answer", beware },
    },
    figures: rows.slice(0, 3).map((row) => {
      const [value = "", unit = ""] = duration(row.allReduceS).split(/[ \u00a0]/);
      return { name: row.family, value, unit, more: `all-reduce of ${bytes(sizeBytes)}, median` };
    }),
    scope: [["families", rows.map((row) => row.cluster).join(" · ")]],
    sections: [
      ...(await chartSections(comparison)),
      tableSection(comparison),
      {
        ...{ title: "Reproduce", reader: "the auditor" as const },
        lede: "Same inputs and same seeds, same bytes.",
        body: trusted(`<pre tabindex="0">${escapeMarkup(reproduce)}</pre>`),
      },
    ],
  });
}

async function chartSections(comparison: FabricComparison): Promise<Section[]> {
  const { groupRankCount } = comparison;
  const made = [
    {
      title: "All-reduce",
      lede: `The fastest algorithm of each; the second bar is the worst of the seeds.`,
      chart: allReduceChart(comparison),
    },
    {
      title: "All-to-all of experts",
      lede: `Groups of ${fixed(groupRankCount)} ranks spread over the cluster, all at once.`,
      chart: deliveredChart(comparison),
    },
    {
      title: "Money for what is delivered",
      lede: "Switches and cables only; nodes with their cards are the same for all.",
      chart: moneyChart(comparison),
    },
  ];
  return await Promise.all(
    made.map(async ({ title, lede, chart }) => ({
      ...{ title, lede, reader: "the architect" as const },
      body: await figure(chart),
    })),
  );
}

function allReduceChart({ rows, sizeBytes }: FabricComparison): Chart {
  const longestS = rows.reduce((most, row) => Math.max(most, row.allReduceWorstS), 0);
  const { unit, perS, decimals } = timeScale(longestS);
  const fastest = rows.reduce((a, b) => (b.allReduceS < a.allReduceS ? b : a));
  return barChart({
    ...{ name: "all-reduce", index: 1, unit, decimals, kinds: ["median", "worst seed"] },
    title: `${fastest.family} is fastest: ${duration(fastest.allReduceS)}`,
    subtitle: `Time of an all-reduce of ${bytes(sizeBytes)}: median above, worst seed below.`,
    subject: "Time of an all-reduce by family",
    rows: rows.map((row) => ({
      name: row.family,
      values: [row.allReduceS * perS, row.allReduceWorstS * perS],
    })),
  });
}

function deliveredChart({ rows }: FabricComparison): Chart {
  const most = rows.reduce((a, b) => (b.deliveredBytesPerS > a.deliveredBytesPerS ? b : a));
  return barChart({
    ...{ name: "delivered", index: 1, unit: "GB/s", decimals: 0, kinds: ["delivered"] },
    title: `${most.family} delivers ${fixed(most.deliveredBytesPerS / 1e9)} GB/s`,
    subtitle: "Bytes delivered a second by all ranks together, in the exchange of experts.",
    subject: "Delivered in an all-to-all by family",
    rows: rows.map((row) => ({ name: row.family, values: [row.deliveredBytesPerS / 1e9] })),
  });
}

function moneyChart({ rows }: FabricComparison): Chart {
  const priced = rows.filter((row) => row.usdPerGBPerS !== undefined);
  const cost = (row: FabricRow): number => present(row.usdPerGBPerS, "the row has a price");
  const least = priced.reduce<FabricRow | undefined>(
    (a, b) => (a === undefined || cost(b) < cost(a) ? b : a),
    undefined,
  );
  return barChart({
    ...{ name: "money", index: 1, unit: "USD", decimals: 0, kinds: ["USD a GB/s"] },
    title:
      least === undefined
        ? "No family has prices for all its parts"
        : `${least.family} costs least: ${usd(cost(least))} a delivered GB/s`,
    subtitle: "Price of switches and cables over the GB/s that the exchange delivers.",
    subject: "Price of a delivered GB/s by family",
    rows: rows.map((row) => ({ name: row.family, values: [row.usdPerGBPerS] })),
  });
}

function tableSection(comparison: FabricComparison): Section {
  return {
    ...{ title: "All figures", reader: "everybody" },
    lede: fabricNotes(comparison).join(" "),
    body: table(fabricColumns(comparison.equal), comparison.rows, {
      caption: `Families of fabrics, equal in ${comparison.equal}`,
    }),
  };
}
