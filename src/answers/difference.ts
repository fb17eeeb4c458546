/** What changes from one result to another: by sign, by size and by cause. */
import { duration, significant } from "../base/format.ts";
import { Refusal } from "../base/errors.ts";
import type { Result } from "../records/result.ts";
import { resultMetrics, resultParts } from "./result-metrics.ts";
import type {
  Difference,
  DifferenceRow,
  InputChange,
  ResultMetric,
} from "../records/difference.ts";

/** Below this a difference is of rounding. */
const NOTHING = 1e-9;

export function difference(from: Result, to: Result, rules: readonly string[]): Difference {
  const [before, after] = [metricsOf(from), metricsOf(to)];
  const rows = after.flatMap((metric): DifferenceRow[] => {
    const old = before.find(({ id }) => id === metric.id)?.value;
    if (old === undefined) return [];
    const changeRatio = old === 0 ? (metric.value === 0 ? 0 : Infinity) : metric.value / old - 1;
    const verdict = verdictOf(metric, changeRatio);
    return [{ metric, from: old, to: metric.value, changeRatio, verdict }];
  });
  return {
    names: [from.question, to.question],
    rows,
    inputs: inputChanges(from, to),
    cause: causeOf(from, to),
    failed: rules.filter((rule) => isBroken(rule, rows)),
  };
}

function metricsOf(result: Result): readonly ResultMetric[] {
  const metrics = resultMetrics(result);
  if (metrics !== undefined) return metrics;
  throw new Refusal({
    code: "not-comparable",
    pointer: "",
    found: `a result of ${result.kind}, which has many rows`,
    expected: "results of simulate",
    nextStep: "compare single points: `simulate … --json > a.json`",
  });
}

function verdictOf({ better }: ResultMetric, changeRatio: number): DifferenceRow["verdict"] {
  if (Math.abs(changeRatio) < NOTHING) return "same";
  return changeRatio < 0 === (better === "less") ? "better" : "worse";
}

/** Inputs that both name, with other values, and those only one has. */
function inputChanges(from: Result, to: Result): InputChange[] {
  const words = ({ value, unit }: { value: number; unit: string }): string =>
    `${significant(value, 4)} ${unit}`.trim();
  const old = new Map(from.assumptions.map((one) => [one.pointer, one]));
  return to.assumptions.flatMap((one) => {
    const before = old.get(one.pointer);
    if (before !== undefined && before.value === one.value) return [];
    const given = before === undefined ? "none" : words(before);
    return [{ name: one.name, pointer: one.pointer, from: given, to: words(one) }];
  });
}

/** The part of the step that moved most. */
function causeOf(from: Result, to: Result): string {
  const before = new Map(resultParts(from).map(({ name, durationS }) => [name, durationS]));
  const names = new Set([...before.keys(), ...resultParts(to).map(({ name }) => name)]);
  const after = new Map(resultParts(to).map(({ name, durationS }) => [name, durationS]));
  const moves = [...names].map((name) => ({
    name,
    movedS: (after.get(name) ?? 0) - (before.get(name) ?? 0),
  }));
  const allS = moves.reduce((sum, { movedS }) => sum + movedS, 0);
  const [first] = moves.sort((a, b) => Math.abs(b.movedS) - Math.abs(a.movedS));
  if (first === undefined || Math.abs(first.movedS) < NOTHING) return "no part of the step moved";
  const sign = first.movedS > 0 ? "+" : "−";
  const share = allS === 0 ? "" : ` of ${duration(allS)} in all`;
  return `${first.name}: ${sign}${duration(Math.abs(first.movedS))}${share}`;
}

const RULE = /^\s*(\w+)\s*(<=|>=|<|>)\s*([+-]?\d+(?:\.\d+)?)\s*%\s*$/;

/** "step_time > +3%": holds, so the run fails, where the change is above three per cent. */
function isBroken(rule: string, rows: readonly DifferenceRow[]): boolean {
  const [, id, sign, amount] = RULE.exec(rule) ?? [];
  const row = rows.find(({ metric }) => metric.id === id);
  if (row === undefined || sign === undefined) throw unknownRule(rule, rows);
  const bound = Number(amount) / 100;
  const { changeRatio } = row;
  if (sign === ">") return changeRatio > bound;
  if (sign === "<") return changeRatio < bound;
  return sign === ">=" ? changeRatio >= bound : changeRatio <= bound;
}

function unknownRule(rule: string, rows: readonly DifferenceRow[]): Refusal {
  return new Refusal({
    code: "unknown-rule",
    pointer: "",
    found: `the rule "${rule}"`,
    expected: `a change of ${rows.map(({ metric }) => metric.id).join(", ")} in per cent`,
    nextStep: "write it so: step_time > +3%",
  });
}
