/** A quote: a CSV with partNumber, count, unitPrice, currency and description. */
import { InputError } from "../base/errors.ts";
import type { Issue } from "../base/errors.ts";
import type { QuoteLine } from "../records/quote.ts";
import { csvRows } from "./csv-rows.ts";
import type { Complaint } from "./issue.ts";
import { issueAt, shown } from "./issue.ts";
import { readText } from "./read.ts";

const COLUMNS = ["partNumber", "description", "count", "unitPrice", "currency"] as const;
type Column = (typeof COLUMNS)[number];

/** Everything wrong at once, each at its line. */
export async function readQuote(path: string): Promise<readonly QuoteLine[]> {
  const [head, ...body] = csvRows(path, await readText(path));
  const names = (head?.cells ?? []).map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[\s_-]/g, ""),
  );
  const place = (column: Column): number => names.indexOf(column.toLowerCase());
  const issues: Issue[] = [];
  const complain = (line: number, complaint: Complaint): void => {
    issues.push(issueAt({ file: path, line, column: 1, pointer: "" }, complaint));
  };
  for (const column of ["partNumber", "count"] as const) {
    if (place(column) >= 0) continue;
    const expected = `the columns ${COLUMNS.join(", ")}`;
    const found = `no column "${column}"`;
    complain(head?.line ?? 1, { code: "missing-key", found, expected, nextStep: "name it so" });
  }
  const lines: QuoteLine[] = [];
  for (const { cells, line } of issues.length > 0 ? [] : body) {
    const cell = (column: Column): string => (cells[place(column)] ?? "").trim();
    const found = complaintsOf(cells, cell);
    for (const complaint of found) complain(line, complaint);
    if (found.length > 0) continue;
    const price = cell("unitPrice");
    lines.push({
      ...{ partNumber: cell("partNumber"), description: cell("description"), line },
      count: Number(cell("count")),
      ...(price === "" ? {} : { unitUsd: Number(price) }),
    });
  }
  if (issues.length > 0) throw new InputError(issues);
  return lines;
}

function complaintsOf(cells: readonly string[], cell: (column: Column) => string): Complaint[] {
  const unsafe = cells.find((text) => /^[=+@\t]|[<>]/.test(text));
  if (unsafe !== undefined) {
    const found = `${shown(unsafe)}, a formula or markup`;
    return [{ code: "unsafe-text", found, expected: "plain text", nextStep: "write it plainly" }];
  }
  const [count, price, currency] = [cell("count"), cell("unitPrice"), cell("currency")];
  const wrong: Complaint[] = [];
  if (!/^\d{1,9}$/.test(count)) {
    const expected = "a whole number of pieces";
    wrong.push({ code: "wrong-type", found: shown(count), expected, nextStep: "write 16" });
  }
  if (price === "") return wrong;
  if (!/^\d{1,12}(\.\d{1,6})?$/.test(price)) {
    const expected = "a price of one piece without unit";
    wrong.push({ code: "wrong-type", found: shown(price), expected, nextStep: "write 1280.50" });
  }
  if (currency === "") {
    const [found, nextStep] = ["a price without a currency", "write USD in that column"];
    wrong.push({ code: "price-without-currency", found, expected: "USD", nextStep });
  } else if (currency !== "USD") {
    const found = `a price in ${shown(currency)}`;
    const nextStep = "convert it and say at which rate";
    wrong.push({ code: "mixed-currencies", found, expected: "USD", nextStep });
  }
  return wrong;
}
