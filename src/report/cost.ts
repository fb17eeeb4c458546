/** What owning costs, for a terminal and for programs. */
import { fixed, percent, significant, usd } from "../base/format.ts";
import type { OwnershipAnswer, OwnershipTotal } from "../records/ownership.ts";
import { plain } from "./escape.ts";
import { layOut, wrap } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

const J_PER_KWH = 3.6e6;

export function costJson(answer: OwnershipAnswer): string {
  const { bill, site, rent } = answer;
  const shown = {
    clusterId: bill.clusterId,
    name: bill.name,
    accelerators: bill.counts.acceleratorCount,
    site: { id: site.id, name: site.name, country: site.country ?? null },
    utilization: answer.utilization,
    years: answer.yearCount,
    interest: answer.interestShare,
    capitalUsd: bill.totalUsd ?? null,
    power: {
      rackKw: thousandth(answer.rackW),
      wallKw: thousandth(answer.wallW),
      averageWallKw: thousandth(averageW(answer)),
      pue: site.pue.value,
    },
    year: {
      energyKwh: answer.yearEnergyJ === undefined ? null : answer.yearEnergyJ / J_PER_KWH,
      energyUsd: answer.yearEnergyUsd ?? null,
      carbonTonnes: thousandth(answer.yearCarbonKg),
      rentUsd: answer.yearRentUsd ?? null,
    },
    totals: answer.totals.map((total) => ({
      years: total.yearCount,
      lines: total.lines,
      totalUsd: total.totalUsd,
      rangeUsd: { low: total.lowUsd, mid: total.totalUsd, high: total.highUsd },
      usdPerYear: total.yearUsd,
      usdPerUsefulAcceleratorHour: total.usefulHourUsd,
      breakEvenUtilization: total.breakEvenUtilization ?? null,
    })),
    rent: rent === undefined ? null : { kind: rent.kind, usdPerAcceleratorHour: rent.hourUsd },
    breakEvenYears: answer.breakEvenYearCount ?? null,
    missing: answer.missing,
    oldPrices: bill.oldPrices,
    notInTotal: bill.notInTotal,
    notIncluded: answer.notIncluded,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

const thousandth = (value: number | undefined): number | null =>
  value === undefined ? null : value / 1000;

function averageW({ wallW, site }: OwnershipAnswer): number | undefined {
  return wallW === undefined ? undefined : wallW * site.loadShare.value;
}

const TOTALS: readonly TextColumn<OwnershipTotal>[] = [
  { head: "years", isNumber: true, cell: ({ yearCount }) => fixed(yearCount) },
  { head: "total, USD", isNumber: true, cell: ({ totalUsd }) => fixed(totalUsd) },
  {
    head: "8 in 10, M USD",
    isNumber: true,
    cell: ({ lowUsd, highUsd }) => `${fixed(lowUsd / 1e6, 2)}–${fixed(highUsd / 1e6, 2)}`,
  },
  { head: "a year", isNumber: true, cell: ({ yearUsd }) => fixed(yearUsd) },
  {
    head: "useful accelerator-hour",
    isNumber: true,
    cell: ({ usefulHourUsd }) => fixed(usefulHourUsd, 3),
  },
  {
    head: "cheaper than rent above",
    isNumber: true,
    cell: ({ breakEvenUtilization }) => breakEvenWords(breakEvenUtilization),
  },
];

/** What the range of a total is made of. */
export const RANGE_WORDS =
  "a listed price and the energy of the site lie between 0.8 and 1.25 of the middle in 8 of 10 " +
  "cases, your own quotes are exact; lines move together, so their ranges add and none shrinks";

function breakEvenWords(utilization: number | undefined): string {
  if (utilization === undefined) return "–";
  return utilization > 1 ? "never" : `${percent(utilization, 0)} useful`;
}

export function costText(answer: OwnershipAnswer): string {
  const { bill, site, totals } = answer;
  const laid = layOut(TOTALS, totals, Infinity);
  const lines = [
    plain(`${bill.name} (${bill.clusterId}) at ${site.name}`),
    ...facts(answer).map(([head, value]) => plain(`  ${head.padEnd(15)}${value}`)),
    ...(totals.length === 0
      ? []
      : ["", ...[laid.head, "─".repeat(laid.columnCount), ...laid.rows].map((row) => `  ${row}`)]),
    ...lastLines(totals.find(({ yearCount }) => yearCount === answer.yearCount)),
    "",
    ...notes("range", totals.length === 0 ? [] : [RANGE_WORDS]),
    ...notes("no figure, because", answer.missing),
    ...notes("prices older than 180 days", bill.oldPrices),
    ...notes("not in the capital (no price)", bill.notInTotal),
    ...notes("not included", answer.notIncluded),
  ];
  return `${lines.join("\n").replaceAll("\u00a0", " ")}\n`;
}

function facts(answer: OwnershipAnswer): (readonly [string, string])[] {
  const { bill, interestShare, rent, rackW, wallW, yearEnergyJ, yearEnergyUsd, yearCarbonKg } =
    answer;
  const { provenance } = interestShare;
  const useful = `${percent(answer.utilization, 0)} of the hours are of use`;
  const found: (readonly [string, string | undefined])[] = [
    ["accelerators", `${fixed(bill.counts.acceleratorCount)}, ${useful}`],
    ["capital", bill.totalUsd === undefined ? undefined : usd(bill.totalUsd)],
    ["interest", `${percent(interestShare.value)} a year (${provenance})`],
    ["power", rackW === undefined || wallW === undefined ? undefined : powerWords(rackW, wallW)],
    [
      "energy a year",
      yearEnergyJ === undefined
        ? undefined
        : `${fixed(yearEnergyJ / J_PER_KWH / 1000)} MWh, ${usd(yearEnergyUsd ?? 0)}`,
    ],
    [
      "carbon a year",
      yearCarbonKg === undefined
        ? undefined
        : `${fixed(yearCarbonKg / 1000)} t CO2e (${answer.site.country ?? answer.site.name})`,
    ],
    ["rent", rent === undefined ? undefined : rentWords(answer, rent)],
    ["break-even", rent === undefined ? undefined : yearsWords(answer)],
  ];
  return found.flatMap(([head, value]) => (value === undefined ? [] : [[head, value] as const]));
}

function powerWords(rackW: number, wallW: number): string {
  return `${fixed(rackW / 1000, 1)} kW at the racks, ${fixed(wallW / 1000, 1)} kW at the wall`;
}

function rentWords(
  { yearRentUsd = 0 }: OwnershipAnswer,
  { kind, hourUsd }: NonNullable<OwnershipAnswer["rent"]>,
): string {
  const price = `${significant(hourUsd.value)} USD an accelerator-hour`;
  return `${price}, ${kind} of ${hourUsd.date}: ${usd(yearRentUsd)} a year for the useful hours`;
}

function yearsWords({ breakEvenYearCount, totals }: OwnershipAnswer): string | undefined {
  if (totals.length === 0) return undefined;
  return breakEvenYearCount === undefined
    ? "renting stays cheaper"
    : `owning has cost less after ${fixed(breakEvenYearCount, 1)} years`;
}

function lastLines(total: OwnershipTotal | undefined): string[] {
  if (total === undefined) return [];
  const width = Math.max(...total.lines.map(({ name }) => name.length));
  return [
    "",
    `  of ${fixed(total.yearCount)} years, with interest:`,
    ...total.lines.map(({ name, totalUsd, lowUsd, highUsd }) =>
      plain(
        `    ${name.padEnd(width)}  ${fixed(totalUsd)} USD (${fixed(lowUsd)} – ${fixed(highUsd)})`,
      ),
    ),
  ];
}

function notes(head: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return wrap(plain(`${head}: ${names.join("; ")}.`), 96).map((line) => `  ${line}`);
}
