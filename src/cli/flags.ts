/** Numbers on the command line: counts and nccl-tests' sizes; a wrong one is exit 3. */
import { InputError } from "../base/errors.ts";
import { CATALOG_DATE } from "../base/version.ts";
import type { Issue } from "../base/errors.ts";
import type { QuantityKind } from "../files/kinds.ts";
import { KINDS } from "../files/kinds.ts";
import { isDay, parseCount, parseMessageSize } from "../files/spelling.ts";

/** A positive whole number: "1024", "1,024" or "4k". */
export function countFlag(flag: string, value: string, most = Number.MAX_SAFE_INTEGER): number {
  const count = parseCount(value);
  if (count !== undefined && Number.isSafeInteger(count) && count > 0 && count <= most)
    return count;
  throw new InputError([flagIssue(flag, `"${value}"`, countWords(most), `correct ${flag}`)]);
}

function countWords(most: number): string {
  if (most === Number.MAX_SAFE_INTEGER) return "a positive whole number such as 1024";
  return `a whole number from 1 to ${most}`;
}

/** Sizes from the smallest to the largest, each `factor` times the one before. */
export function sizesFrom(smallest = "1M", largest = "1G", factor = "2"): number[] {
  const issues: Issue[] = [];
  const size = (flag: string, value: string): number => {
    const bytes = parseMessageSize(value);
    if (bytes !== undefined && bytes > 0) return bytes;
    const expected = "a positive size such as 8, 64K, 1M or 8G (bare numbers are bytes)";
    issues.push(flagIssue(flag, `"${value}"`, expected, `correct ${flag}`));
    return 1;
  };
  const begin = size("-b", smallest);
  const end = size("-e", largest);
  const step = Number(factor);
  if (!(step > 1)) {
    issues.push(flagIssue("-f", `"${factor}"`, "a factor greater than 1", "take -f 2"));
  }
  if (issues.length === 0 && end < begin) {
    const found = `-e ${largest} below -b ${smallest}`;
    issues.push(flagIssue("-e", found, "a largest size not below the smallest", "swap them"));
  }
  if (issues.length > 0) throw new InputError(issues);
  const sizes: number[] = [];
  for (let bytes = begin; bytes <= end && sizes.length < 64; bytes *= step) {
    sizes.push(Math.floor(bytes));
  }
  return sizes;
}

/** A share: "80%" or "0.8". One of what is of use must be above zero. */
export function shareFlag(flag: string, value: string, bound?: "above zero"): number {
  const found = /^(\d{1,3}(?:\.\d{1,9})?)(\s*%)?$/.exec(value.trim());
  const share = Number(found?.[1]) / (found?.[2] === undefined ? 1 : 100);
  if (found !== null && share <= 1 && (bound === undefined || share > 0)) return share;
  const expected = `a share ${bound === undefined ? "from 0 %" : "above 0 %"} to 100 %`;
  throw new InputError([flagIssue(flag, `"${value}"`, expected, `write ${flag} 80%`)]);
}

/** A day, month or year of the calendar; the day of the catalog where none is given. */
export function asOfFlag(value = CATALOG_DATE): string {
  if (isDay(value)) return value;
  throw new InputError([
    flagIssue("--as-of", `"${value}"`, "a day such as 2026-11-23", "write it so"),
  ]);
}

/** A quantity with its unit in SI: "44 kW" as power is 44000. */
export async function quantityFlag(
  flag: string,
  value: string,
  kind: QuantityKind,
): Promise<number> {
  const { readQuantity, hint } = await import("../files/quantity.ts");
  const reading = readQuantity(value, kind);
  if ("value" in reading) return reading.value;
  const { words, example } = KINDS[kind];
  const next = hint(value, kind) ?? `write ${flag} '${example}'`;
  const issue = flagIssue(flag, `"${value}"`, `${words} with its unit`, next, reading.code);
  throw new InputError([issue]);
}

/** An issue of a flag: it has no line. */
export function flagIssue(
  flag: string,
  found: string,
  expected: string,
  nextStep: string,
  code = "invalid-flag",
): Issue {
  return { code, file: flag, line: 0, column: 0, pointer: "", found, expected, nextStep };
}
