/** What owning costs as a report: totals with their ranges, the bill, and what is left out. */
import { fixed, percent, significant } from "../base/format.ts";
import { shellQuoted } from "../base/shell.ts";
import { CATALOG_DATE, VERSION } from "../base/version.ts";
import type { OwnershipAnswer, OwnershipTotal } from "../records/ownership.ts";
import { billRows } from "./bill-rows.ts";
import { costJson, RANGE_WORDS } from "./cost.ts";
import type { DocumentSection, DocumentTable, ReportDocument } from "./document.ts";
import { reproduceSection } from "./plan-source-sections.ts";
import { decimalsOf, inMillions, mega } from "./plan-words.ts";
import { closing } from "./round.ts";

export function costDocument(
  answer: OwnershipAnswer,
  asOf: string,
  words: readonly string[],
): ReportDocument {
  const { bill, site, yearCount, utilization, missing, notIncluded } = answer;
  const total = answer.totals.find((one) => one.yearCount === yearCount);
  const size = fixed(bill.counts.acceleratorCount);
  const own = bill.rows.reduce((sum, { totalUsd = 0, unitUsd }) => {
    return sum + (unitUsd?.provenance === "yours" ? totalUsd : 0);
  }, 0);
  const years = `${fixed(yearCount)} years`;
  return {
    kind: "cost",
    question:
      `What does it cost to own ${size} accelerators of ${bill.name} at ${site.name} for ` +
      `${years}, ${percent(utilization, 0)} of the hours of use?`,
    answer: {
      sentence:
        total === undefined
          ? `${bill.name} has no total: ${missing.join("; ")}.`
          : `Owning ${bill.name} costs ${mega(total.totalUsd)} over ${years} (8\u00a0in\u00a010: ` +
            `${inMillions(total.lowUsd)} to ${mega(total.highUsd)}), ` +
            `${significant(total.usefulHourUsd)} USD a useful accelerator-hour.`,
      verdict: total === undefined ? "unclear" : "answer",
      beware: [...rentWords(answer, total), ...missing],
    },
    ...{ asOf, catalog: CATALOG_DATE, seed: 1, version: VERSION },
    figures: [],
    scope: [
      ["Cost basis", "Ownership: capital with interest, and energy."],
      ["Own quotes", `${percent(own / (bill.totalUsd ?? Infinity), 0)} of the capital.`],
      ["Range", `${RANGE_WORDS}.`],
      ["Not included", `${notIncluded.join(", ")}.`],
    ],
    sections: [
      ...(total === undefined ? [] : [totalsSection(answer), linesSection(answer, total)]),
      billSection(answer, asOf),
      reproduceSection(["npx fabricast", ...words.map(shellQuoted)].join(" ")),
    ],
    footer: "“8 in 10” is the range from p10 to p90. No network access, no telemetry.",
    ...{ isSigned: true, isRedacted: false },
    embedded: {
      ...{ fabricast: VERSION, catalog: CATALOG_DATE, words, redacted: false },
      answer: JSON.parse(costJson(answer)) as unknown,
    },
  };
}

function rentWords({ rent }: OwnershipAnswer, total: OwnershipTotal | undefined): string[] {
  const share = total?.breakEvenUtilization;
  if (rent === undefined || share === undefined) return [];
  const listed = `${significant(rent.hourUsd.value)} USD an hour (${rent.kind})`;
  return [
    share > 1
      ? `Renting at ${listed} stays cheaper even in use all the time.`
      : `Owning is cheaper than renting at ${listed} from ${percent(share, 0)} useful hours on.`,
  ];
}

function totalsSection({ totals, rent, yearRentUsd }: OwnershipAnswer): DocumentSection {
  const decimals = decimalsOf(Math.min(...totals.map(({ totalUsd }) => totalUsd)));
  const m = (usd: number): string => fixed(usd / 1e6, decimals);
  return {
    title: "Totals",
    reader: "finance",
    lede:
      rent === undefined
        ? "No listed price by the hour, so renting is not compared."
        : "Owning over some years beside renting the same useful hours.",
    blocks: [
      {
        kind: "table",
        caption: "Million USD; p10 and p90 as the range says.",
        heads: [
          ...["Years", "p10", "p50", "p90", "A year", "Useful hour, USD", "Rent of the same hours"],
          "Cheaper than rent above",
        ],
        ...{ numbers: [1, 2, 3, 4, 5, 6, 7], moneyColumns: [1, 2, 3, 4, 5, 6, 7] },
        rows: totals.map((total) => [
          ...[fixed(total.yearCount), m(total.lowUsd), m(total.totalUsd), m(total.highUsd)],
          ...[m(total.yearUsd), fixed(total.usefulHourUsd, 3)],
          yearRentUsd === undefined ? "no price" : m(yearRentUsd * total.yearCount),
          total.breakEvenUtilization === undefined
            ? "no price"
            : `${percent(total.breakEvenUtilization, 0)} useful`,
        ]),
      },
    ],
  };
}

function linesSection({ rackW, wallW }: OwnershipAnswer, total: OwnershipTotal): DocumentSection {
  const decimals = decimalsOf(total.totalUsd) + 1;
  const column = (of: (one: OwnershipTotal | OwnershipTotal["lines"][number]) => number) => {
    const shown = closing(
      total.lines.map((line) => of(line) / 1e6),
      decimals,
      of(total) / 1e6,
    );
    return [...shown, of(total) / 1e6].map((value) => fixed(value, decimals));
  };
  const columns = [
    column(({ lowUsd }) => lowUsd),
    column(({ totalUsd }) => totalUsd),
    column(({ highUsd }) => highUsd),
  ];
  const [first] = total.lines.toSorted((a, b) => b.totalUsd - a.totalUsd);
  const power =
    rackW === undefined || wallW === undefined
      ? ""
      : ` Power: ${fixed(rackW / 1000, 1)} kW at the racks, ${fixed(wallW / 1000, 1)} at the wall.`;
  const table: DocumentTable = {
    kind: "table",
    caption: `Million USD over ${fixed(total.yearCount)} years with interest; columns add up.`,
    heads: ["Line", "p10", "p50", "p90"],
    ...{ numbers: [1, 2, 3], moneyColumns: [1, 2, 3], isSummed: true },
    rows: [...total.lines.map(({ name }) => name), "Total"].map((name, i) => [
      name,
      ...columns.map((cells) => cells[i] ?? ""),
    ]),
  };
  return {
    title: "What it is made of",
    reader: "finance",
    lede: `Most of it is ${first?.name ?? "nothing"}; ${RANGE_WORDS}.${power}`,
    blocks: [table],
  };
}

function billSection({ bill }: OwnershipAnswer, asOf: string): DocumentSection {
  const stale = bill.oldPrices.length;
  return {
    title: "Bill of materials",
    reader: "finance",
    lede:
      `${bill.totalUsd === undefined ? "No total" : mega(bill.totalUsd)} to buy; ` +
      `${fixed(stale)} prices are older than 180 days.`,
    blocks: [
      billRows(bill, asOf),
      {
        kind: "list",
        title: "Not in the capital",
        items: [...bill.notInTotal.map((name) => `${name}: no price`), ...bill.notModeled],
      },
    ],
  };
}
