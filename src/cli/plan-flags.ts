/** The flags of `plan` as a question; everything wrong with them at once. */
import { InputError } from "../base/errors.ts";
import type { Issue } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import { knownVendors } from "../answers/plan-families.ts";
import { readQuantity, hint } from "../files/quantity.ts";
import { readLeadTimes } from "../files/lead-times.ts";
import { readLargeModel } from "../files/large-model.ts";
import { KINDS } from "../files/kinds.ts";
import type { QuantityKind } from "../files/kinds.ts";
import { isDay } from "../files/spelling.ts";
import type { Caps, PlanQuestion } from "../records/plan.ts";
import { text } from "./command.ts";
import { asOfFlag, countFlag, flagIssue } from "./flags.ts";

type Flags = Readonly<Record<string, unknown>>;

const PASSED = { code: "deadline-passed" };

export async function planQuestion(flags: Flags): Promise<PlanQuestion> {
  const issues: Issue[] = [];
  const asOf = fullDay(asOfFlag(text(flags, "as-of")));
  const startsOn = dayOf(flags, "start", issues) ?? asOf;
  const modelReference = text(flags, "model") ?? "";
  const question: PlanQuestion = {
    model: await readLargeModel(modelReference),
    modelReference,
    tokens: countFlag("--tokens", text(flags, "tokens") ?? ""),
    withinS: deadline(flags, { asOf, startsOn }, issues),
    globalBatch: countFlag("--batch", text(flags, "batch") ?? "2048"),
    seqTokens: countFlag("--sequence", text(flags, "sequence") ?? "8192"),
    precision: text(flags, "precision") === "fp8" ? "fp8" : "bf16",
    basis: text(flags, "basis") === "buy" ? "buy" : "rent",
    rentKind: text(flags, "rent") ?? "on-demand",
    caps: capsOf(flags, issues),
    vendors: vendorsOf(flags, issues),
    ...{ startsOn, asOf },
    restartS: amount(flags, "restart", "duration", issues) ?? 600,
    ...given("storageBytesPerS", amount(flags, "storage", "dataRate", issues)),
    failures: failuresOf(text(flags, "failures")),
    ...(await deliveryOf(flags, asOf, issues)),
    optionCount: countFlag("--options", text(flags, "options") ?? "5", 20),
  };
  if (issues.length > 0) throw new InputError(issues);
  return question;
}

/** `--available-by DATE --region R`, by the lead times of a file. */
async function deliveryOf(
  flags: Flags,
  asOf: string,
  issues: Issue[],
): Promise<Pick<PlanQuestion, "delivery">> {
  const by = dayOf(flags, "available-by", issues);
  const path = text(flags, "lead-times");
  if (by === undefined) return {};
  if (by < asOf) {
    const next = "move the day, or --as-of";
    issues.push(flagIssue("--available-by", by, `${asOf} or later`, next, PASSED.code));
  }
  const region = text(flags, "region") ?? "";
  if (region === "") {
    issues.push(flagIssue("--region", "no region", "where it is delivered", "write --region US"));
  }
  const leadTimes = path === undefined ? [] : await readLeadTimes(path);
  return { delivery: { by, region, leadTimes } };
}

function failuresOf(word: string | undefined): PlanQuestion["failures"] {
  return word === "good" || word === "poor" ? word : "typical";
}

function given(key: keyof Caps | "storageBytesPerS", value: number | undefined) {
  return value === undefined ? {} : { [key]: value };
}

function capsOf(flags: Flags, issues: Issue[]): Caps {
  const counted = (name: string): number | undefined => {
    const value = text(flags, name);
    return value === undefined ? undefined : countFlag(`--${name}`, value);
  };
  return {
    ...given("yearBudgetUsd", amount(flags, "budget-year", "money", issues)),
    ...given("budgetUsd", amount(flags, "budget", "money", issues)),
    ...given("powerW", amount(flags, "power", "power", issues)),
    ...given("acceleratorCount", counted("max-accelerators")),
    ...given("rackCount", counted("racks")),
  };
}

/** A quantity above zero: a budget of nothing asks for nothing. */
function amount(
  flags: Flags,
  name: string,
  kind: QuantityKind,
  issues: Issue[],
): number | undefined {
  const value = text(flags, name);
  if (value === undefined) return undefined;
  const reading = readQuantity(value, kind);
  const { words, example } = KINDS[kind];
  const flag = `--${name}`;
  if (!("value" in reading)) {
    const next = hint(value, kind) ?? `write ${flag} '${example}'`;
    issues.push(flagIssue(flag, `"${value}"`, `${words} with its unit`, next, reading.code));
    return undefined;
  }
  if (reading.value > 0) return reading.value;
  const next = "leave it out where nothing caps it";
  issues.push(flagIssue(flag, `"${value}"`, "more than nothing", next, "out-of-range"));
  return undefined;
}

/** `--within 60d` from the start, or `--by DATE`. */
function deadline(
  flags: Flags,
  { asOf, startsOn }: { readonly asOf: string; readonly startsOn: string },
  issues: Issue[],
): number {
  const by = dayOf(flags, "by", issues);
  const within = amount(flags, "within", "duration", issues);
  if (startsOn < asOf) {
    const next = `take --start ${asOf} or later, or an earlier --as-of`;
    issues.push(
      flagIssue("--start", startsOn, `not before ${asOf}, the day of prices`, next, PASSED.code),
    );
  }
  if (by === undefined) {
    if (within !== undefined || flags["within"] !== undefined) return within ?? 1;
    issues.push(
      flagIssue("--within", "no deadline", "a duration", "write --within 60d, or --by DATE"),
    );
    return 1;
  }
  const byS = (Date.parse(by) - Date.parse(startsOn)) / 1000;
  if (byS <= 0) {
    const expected = `a day after ${startsOn}`;
    issues.push(flagIssue("--by", by, expected, "move the deadline, or --as-of", PASSED.code));
  }
  return Math.min(byS, within ?? byS);
}

function dayOf(flags: Flags, name: string, issues: Issue[]): string | undefined {
  const value = text(flags, name);
  if (value === undefined) return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value) && isDay(value)) return value;
  issues.push(flagIssue(`--${name}`, `"${value}"`, "a day such as 2027-03-01", "write it so"));
  return undefined;
}

/** The last day that a date covers: figures of "2026-11" may be of any of its days. */
function fullDay(date: string): string {
  const [year = "", month = "12", day] = date.split("-");
  if (day !== undefined) return date;
  const last = new Date(Date.UTC(Number(year), Number(month), 0));
  return last.toISOString().slice(0, 10);
}

function vendorsOf(flags: Flags, issues: Issue[]): string[] {
  const names = (text(flags, "vendors") ?? "").split(",").map((name) => name.trim());
  const known = knownVendors();
  const wanted = names.filter((name) => name !== "");
  for (const name of wanted) {
    if (known.some((vendor) => vendor.toLowerCase() === name.toLowerCase())) continue;
    const near = suggest(name, known);
    const next = near === undefined ? "choose one of them" : `did you mean ${near}?`;
    issues.push(flagIssue("--vendors", `"${name}"`, `some of ${known.join(", ")}`, next));
  }
  return wanted;
}
