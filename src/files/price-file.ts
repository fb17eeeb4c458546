/**
 * The reader's own prices: a CSV with the columns sku, price, currency, kind, date, source.
 * Everything wrong is reported at once, each at its line. Cells that a spreadsheet would run
 * are refused: price lists are passed on.
 */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { Sourced } from "../records/sourced.ts";
import type { CsvRow } from "./csv-rows.ts";
import { csvRows } from "./csv-rows.ts";
import type { Complaint } from "./issue.ts";
import { didYouMean, issueAt, listed, shown } from "./issue.ts";
import { readText } from "./read.ts";
import { shippedIds } from "./shipped.ts";
import { isDay } from "./spelling.ts";

export type PriceKind = (typeof KINDS)[number];

export interface OwnPrice {
  /** Id of the part. */
  readonly sku: string;
  readonly kind: PriceKind;
  /** USD; by the hour where it is rent. */
  readonly priceUsd: Sourced;
}

const COLUMNS = ["sku", "price", "currency", "kind", "date", "source"] as const;
const REQUIRED: readonly string[] = ["sku", "price", "currency", "date"];
const KINDS = ["purchase", "on-demand", "reserved", "spot", "market"] as const;

/** What bills hold besides shipped parts. */
const FURTHER_SKUS: readonly string[] = [
  ...["node transceiver", "switch transceiver", "rack", "rack power unit", "sn2201", "ufm"],
];

type Column = (typeof COLUMNS)[number];

/** Prices of the kinds asked for, by part; two of one part and kind are refused. */
export async function readPrices(path: string): Promise<readonly OwnPrice[]> {
  const rows = csvRows(path, await readText(path));
  const skus = await knownSkus();
  const issues: Issue[] = [];
  const complain = (line: number, complaint: Complaint): void => {
    issues.push(issueAt({ file: path, line, column: 1, pointer: "" }, complaint));
  };
  const [head, ...body] = rows;
  const columns = columnsOf(head, complain);
  const prices: OwnPrice[] = [];
  const seen = new Set<string>();
  for (const row of issues.length > 0 ? [] : body) {
    const cell = (column: Column): string => row.cells[columns.indexOf(column)]?.trim() ?? "";
    const found = complaintsOf(row, columns.length, cell, skus);
    const key = `${cell("sku")} ${cell("kind")}`;
    if (seen.has(key)) found.push(repeated(cell("sku")));
    seen.add(key);
    for (const complaint of found) complain(row.line, complaint);
    if (found.length === 0) prices.push(priceOf(path, cell));
  }
  if (issues.length > 0) throw new InputError(issues);
  return prices;
}

async function knownSkus(): Promise<readonly string[]> {
  const shelves = ["accelerator", "host-part", "switch", "link", "nic", "optic"] as const;
  const ids = await Promise.all(shelves.map((shelf) => shippedIds(shelf)));
  return [...ids.flat(), ...FURTHER_SKUS].sort();
}

function columnsOf(
  head: CsvRow | undefined,
  complain: (line: number, complaint: Complaint) => void,
): readonly string[] {
  const columns = (head?.cells ?? []).map((name) => name.trim().toLowerCase());
  for (const name of REQUIRED.filter((required) => !columns.includes(required))) {
    complain(head?.line ?? 1, {
      code: "missing-key",
      found: `no column "${name}"`,
      expected: `the columns ${COLUMNS.join(", ")}`,
      nextStep: "add it to the first line",
    });
  }
  for (const name of columns.filter((given) => !(COLUMNS as readonly string[]).includes(given))) {
    complain(head?.line ?? 1, {
      code: "unknown-key",
      found: `the column ${shown(name)}`,
      expected: `one of ${COLUMNS.join(", ")}`,
      nextStep: didYouMean(suggest(name, COLUMNS), "remove it"),
    });
  }
  return columns;
}

function complaintsOf(
  { cells }: CsvRow,
  columnCount: number,
  cell: (column: Column) => string,
  skus: readonly string[],
): Complaint[] {
  if (cells.length !== columnCount) {
    const expected = `${columnCount}, one a column`;
    const nextStep = "quote cells that hold a comma";
    return [{ code: "wrong-type", found: `${cells.length} cells`, expected, nextStep }];
  }
  const unsafe = cells.filter((text) => /^[=+\-@\t]|[<>]/.test(text));
  if (unsafe.length > 0) {
    const found = `${shown(unsafe[0])}, a formula or markup`;
    const expected = "plain text and positive numbers";
    return [{ code: "unsafe-text", found, expected, nextStep: "write it as plain text" }];
  }
  return [
    ...skuComplaints(cell("sku"), skus),
    ...numberComplaints(cell("price")),
    ...currencyComplaints(cell("currency")),
    ...kindComplaints(cell("kind")),
    ...dateComplaints(cell("date")),
  ];
}

function skuComplaints(sku: string, skus: readonly string[]): Complaint[] {
  if (skus.includes(sku)) return [];
  const found = `the part ${shown(sku)}`;
  const nextStep = didYouMean(suggest(sku, skus), "`fabricast catalog list` shows them");
  return [{ code: "unknown-part", found, expected: "the id of a part", nextStep }];
}

function numberComplaints(price: string): Complaint[] {
  if (/^\d{1,12}(\.\d{1,6})?$/.test(price)) return [];
  const expected = "a positive number without unit or thousands separators";
  const found = price === "" ? "no price" : `the price ${shown(price)}`;
  return [{ code: "wrong-type", found, expected, nextStep: "write 310000 or 1599.50" }];
}

function currencyComplaints(currency: string): Complaint[] {
  if (currency === "USD") return [];
  if (currency === "") {
    const found = "a price without a currency";
    const nextStep = "write USD in that column";
    return [{ code: "price-without-currency", found, expected: "USD", nextStep }];
  }
  const found = `a price in ${shown(currency)}`;
  const expected = "USD, as all shipped prices are";
  const nextStep = "convert it to USD and name the rate in the column source";
  return [{ code: "mixed-currencies", found, expected, nextStep }];
}

function kindComplaints(kind: string): Complaint[] {
  if (kind === "" || (KINDS as readonly string[]).includes(kind)) return [];
  const nextStep = didYouMean(suggest(kind, KINDS), "leave it empty for a purchase");
  const found = `the kind ${shown(kind)}`;
  return [{ code: "not-allowed-value", found, expected: `one of ${listed(KINDS)}`, nextStep }];
}

function dateComplaints(date: string): Complaint[] {
  if (isDay(date)) return [];
  const found = date === "" ? "a price without a date" : `the date ${shown(date)}`;
  const expected = "the day, month or year of the price: 2026-11-23";
  return [{ code: "price-without-date", found, expected, nextStep: "write YYYY-MM-DD" }];
}

function repeated(sku: string): Complaint {
  return {
    code: "repeated-value",
    found: `a second price of ${shown(sku)}`,
    expected: "one of each kind",
    nextStep: "remove one of the two",
  };
}

function priceOf(path: string, cell: (column: Column) => string): OwnPrice {
  const kind = KINDS.find((one) => one === cell("kind")) ?? "purchase";
  const priceUsd: Sourced = {
    value: Number(cell("price")),
    source: cell("source") === "" ? path : cell("source"),
    date: cell("date"),
    provenance: "yours",
  };
  return { sku: cell("sku"), kind, priceUsd };
}
