/** Names of collectives and algorithms as people type them. */
import { Refusal } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import { choiceRules, isRules } from "../network/collectives/choice-rules.ts";
import {
  algorithmFromName,
  collectiveFromName,
  COLLECTIVES,
} from "../network/collectives/names.ts";
import { ALGORITHMS } from "../network/collectives/table.ts";
import type { Collective } from "../records/schedule.ts";

/** all_reduce, all_reduce_perf, allreduce, all-reduce → "all-reduce". */
export function collectiveFrom(spelling: string): Collective {
  const found = collectiveFromName(spelling);
  if (found !== undefined) return found;
  const names = COLLECTIVES.map((name) => name.replaceAll("-", "_"));
  throw new Refusal({
    code: "unknown-collective",
    pointer: "",
    found: `"${spelling}"`,
    expected: names.join(", "),
    nextStep: hint(spelling, names, "other collectives are not modeled yet"),
  });
}

/** "auto", the name of an algorithm, or rules that choose one. */
export function algorithmFrom(spelling: string): string {
  if (isRules(spelling)) {
    choiceRules(spelling);
    return spelling;
  }
  const found = algorithmFromName(spelling);
  if (found !== undefined) return found;
  const names = ["auto", ...ALGORITHMS.map((algorithm) => algorithm.name)];
  throw new Refusal({
    code: "unknown-algorithm",
    pointer: "",
    found: `"${spelling}"`,
    expected: names.join(", "),
    nextStep: hint(spelling, names, "auto takes the fastest"),
  });
}

function hint(spelling: string, names: readonly string[], otherwise: string): string {
  const near = suggest(spelling, names);
  return near === undefined ? otherwise : `did you mean ${near}?`;
}
