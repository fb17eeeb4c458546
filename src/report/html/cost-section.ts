/** 5 Cost: one table a basis, what a difference is made of, capital by class, the bills. */
import { at } from "../../base/assert.ts";
import { fixed } from "../../base/format.ts";
import type { Bill, CostDifference, CostRow, CostTable } from "../../records/cost.ts";
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { samplesDecimals } from "../options.ts";
import { closing, printedDifference } from "../round.ts";
import { capitalized, signed } from "../words.ts";
import { billTables } from "./bill.ts";
import type { Section } from "./section.ts";
import { table } from "./table.ts";
import type { Column } from "./table.ts";

export interface CostInput {
  readonly costs: readonly CostTable[];
  readonly bills: readonly Bill[];
  readonly differences: readonly CostDifference[];
  readonly asOf: string;
  readonly nameOf: (clusterId: string) => string;
  /** Its bill stands open; the others can be opened. */
  readonly mainId: string | undefined;
}

export function costSection(input: CostInput): Section {
  const { costs, bills, differences, nameOf } = input;
  const bases = costs.map((one) => one.basis).join(" and ");
  return {
    title: "Cost",
    reader: "finance",
    lede:
      costs.length === 0
        ? "Nothing here has a price."
        : `USD of the prices’ dates, by ${bases}: one basis a table, never mixed.`,
    body: [
      costs.map((one) => basisTable(one, nameOf)),
      costs.flatMap((one) => differenceTable(one, differences, nameOf)),
      billTables({ bills, asOf: input.asOf, nameOf, mainId: input.mainId }),
    ],
  };
}

function basisTable(costs: CostTable, nameOf: CostInput["nameOf"]): Html {
  const { basis, rows, included, notIncluded } = costs;
  const most = Math.max(0, ...rows.map((row) => row.millionSamplesUsd ?? 0));
  const decimals = samplesDecimals(most);
  const hour = (usdPerS: number | undefined): string =>
    usdPerS === undefined ? "none" : fixed(usdPerS * 3600, 2);
  const owned: Column<CostRow>[] = [
    { head: "Capital, k USD", isNumber: true, cell: (row) => kUsd(row.capitalUsd) },
    { head: "Capital, USD/hour", isNumber: true, cell: (row) => hour(split(row)[0]) },
    { head: "Energy, USD/hour", isNumber: true, cell: (row) => hour(split(row)[1]) },
  ];
  const columns: Column<CostRow>[] = [
    { head: "Cluster", cell: (row) => nameOf(row.clusterId) },
    { head: "Accelerators", isNumber: true, cell: (row) => fixed(row.rankCount) },
    ...(basis === "ownership" ? owned : []),
    { head: "Total, USD/hour", isNumber: true, cell: (row) => hour(row.totalUsdPerS) },
    {
      head: "USD per million samples",
      isNumber: true,
      cell: ({ millionSamplesUsd: usd }) => (usd === undefined ? "none" : fixed(usd, decimals)),
    },
    { head: "Why a figure is absent", cell: (row) => row.missing ?? "" },
  ];
  const hasMissing = rows.some((row) => row.missing !== undefined);
  const shown = hasMissing ? columns : columns.slice(0, -1);
  return html`<div class="block">
    <h3>By ${basis}</h3>
    <p class="text">Included: ${included.join(", ")}. Not included: ${notIncluded.join(", ")}.</p>
    ${table(shown, rows, { caption: `${capitalized(basis)}; a USD figure has no range.` })}
  </div>`;
}

const kUsd = (usd: number | undefined): string => (usd === undefined ? "none" : fixed(usd / 1000));

/** Capital and energy per second such that their printed hours add up to the printed total. */
function split(row: CostRow): readonly (number | undefined)[] {
  const { capitalUsdPerS, energyUsdPerS, totalUsdPerS } = row;
  if (capitalUsdPerS === undefined || energyUsdPerS === undefined || totalUsdPerS === undefined) {
    return [capitalUsdPerS, energyUsdPerS];
  }
  const hours = closing([capitalUsdPerS * 3600, energyUsdPerS * 3600], 2, totalUsdPerS * 3600);
  return hours.map((usd) => usd / 3600);
}

/** One difference as printed: parts sum to it, and it is what subtraction gives. */
interface Line {
  readonly one: CostDifference;
  readonly fromUsd: number | undefined;
  readonly toUsd: number | undefined;
  readonly totalUsd: number;
  readonly partsUsd: readonly number[];
}

function lineOf(one: CostDifference, costs: CostTable, decimals: number): Line {
  const usdOf = (clusterId: string): number | undefined =>
    costs.rows.find((row) => row.clusterId === clusterId && row.rankCount === one.rankCount)
      ?.millionSamplesUsd;
  const [fromUsd, toUsd] = [usdOf(one.fromClusterId), usdOf(one.toClusterId)];
  const isKnown = fromUsd !== undefined && toUsd !== undefined;
  const totalUsd = isKnown ? printedDifference(toUsd, fromUsd, decimals) : one.totalUsd;
  const partsUsd = closing([one.chipUsd, one.fabricUsd, one.priceUsd], decimals, totalUsd);
  return { one, fromUsd, toUsd, totalUsd, partsUsd };
}

function differenceTable(
  costs: CostTable,
  differences: readonly CostDifference[],
  nameOf: CostInput["nameOf"],
): HtmlPart[] {
  const own = differences.filter((one) => one.basis === costs.basis);
  if (own.length === 0) return [];
  const most = Math.max(0, ...costs.rows.map((row) => row.millionSamplesUsd ?? 0));
  const decimals = samplesDecimals(most);
  const lines = own.map((one) => lineOf(one, costs, decimals));
  const money = (usd: number | undefined): string =>
    usd === undefined ? "none" : fixed(usd, decimals);
  const columns: Column<Line>[] = [
    { head: "From", cell: ({ one }) => nameOf(one.fromClusterId) },
    { head: "To", cell: ({ one }) => nameOf(one.toClusterId) },
    { head: "From, USD", isNumber: true, cell: (line) => money(line.fromUsd) },
    { head: "To, USD", isNumber: true, cell: (line) => money(line.toUsd) },
    { head: "Difference, USD", isNumber: true, cell: (line) => signed(line.totalUsd, decimals) },
    ...["Chip, USD", "Fabric, USD", "Price, USD"].map((head, index) => ({
      head,
      isNumber: true,
      cell: ({ partsUsd }: Line) => signed(at(partsUsd, index), decimals),
    })),
  ];
  const sizes = [...new Set(own.map((one) => fixed(one.rankCount)))].join(", ");
  const caption =
    `USD per million samples by ${costs.basis}, ${sizes} accelerators: how the chip computes, ` +
    "what the fabric exposes, what the hour costs. Parts sum to the difference.";
  return [
    html`<div class="block differences">
      <h3>What the difference by ${costs.basis} is made of</h3>
      ${table(columns, lines, { caption })}
    </div>`,
  ];
}
