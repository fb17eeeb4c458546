/**
 * Lead times as sellers told them: a CSV with the columns host,region,days_low,days_high,source,
 * date. Everything wrong is reported at once, each at its line.
 */
import { InputError } from "../base/errors.ts";
import type { Issue } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { LeadTime } from "../records/plan.ts";
import { csvRows } from "./csv-rows.ts";
import { didYouMean, issueAt, shown } from "./issue.ts";
import type { Complaint } from "./issue.ts";
import { readText } from "./read.ts";
import { shippedIds } from "./shipped.ts";
import { isDay } from "./spelling.ts";

const COLUMNS = ["host", "region", "days_low", "days_high", "source", "date"] as const;
const DAY_S = 86_400;

export async function readLeadTimes(path: string): Promise<readonly LeadTime[]> {
  const [head, ...rows] = csvRows(path, await readText(path));
  const hosts = await shippedIds("host-part");
  const issues: Issue[] = [];
  const complain = (line: number, complaint: Complaint): void => {
    issues.push(issueAt({ file: path, line, column: 1, pointer: "" }, complaint));
  };
  const names = (head?.cells ?? []).map((name) => name.trim().toLowerCase());
  if (names.join() !== COLUMNS.join()) {
    const found = `the columns ${shown(names.join())}`;
    const nextStep = "write that as the first line";
    complain(1, { code: "missing-key", found, expected: COLUMNS.join(), nextStep });
    throw new InputError(issues);
  }
  const times: LeadTime[] = [];
  for (const { line, cells } of rows) {
    const [host = "", region = "", low = "", high = "", source = "", date = ""] = cells.map(
      (cell) => cell.trim(),
    );
    const wrong = complaintOf({ host, region, low, high, date, source }, hosts);
    if (wrong !== undefined) {
      complain(line, wrong);
      continue;
    }
    const [leastS, mostS] = [Number(low) * DAY_S, Number(high) * DAY_S];
    times.push({ hostId: host, region, leastS, mostS, source, date });
  }
  if (issues.length > 0) throw new InputError(issues);
  return times;
}

type Cells = Readonly<Record<"host" | "region" | "low" | "high" | "date" | "source", string>>;

function complaintOf(cells: Cells, hosts: readonly string[]): Complaint | undefined {
  const { host, region, low, high, date, source } = cells;
  if (!hosts.includes(host)) {
    const nextStep = didYouMean(suggest(host, hosts), "`fabricast catalog list` shows them");
    return { code: "unknown-part", found: `the host ${shown(host)}`, expected: "an id", nextStep };
  }
  const isRange = /^\d{1,4}$/.test(low) && /^\d{1,4}$/.test(high) && Number(low) <= Number(high);
  if (!isRange) {
    const found = `${shown(low)} to ${shown(high)} days`;
    const expected = "whole days, the lower first";
    return { code: "out-of-range", found, expected, nextStep: "write 90 and 120" };
  }
  if (region === "" || source === "" || /^[=+\-@]|[<>]/.test(region + source)) {
    const found = `the region ${shown(region)} by ${shown(source)}`;
    return { code: "unsafe-text", found, expected: "plain text", nextStep: "name both" };
  }
  if (isDay(date)) return undefined;
  const expected = "the day on which it was told";
  const found = `the date ${shown(date)}`;
  return { code: "price-without-date", found, expected, nextStep: "write YYYY-MM-DD" };
}
