/**
 * Which algorithm for which collective, size and group, as rules in one line:
 *
 *     bruck@..64K, all-reduce/ring@64K..1G#512.., double-binary-tree
 *
 * collective/ and @sizes and #ranks may be left out; ends belong to the range; the first rule
 * that fits is taken, and "auto" where none does.
 */
import { Refusal } from "../../base/errors.ts";
import type { Collective } from "../../records/schedule.ts";
import { algorithmFromName, collectiveFromName } from "./names.ts";

export interface ChoiceRule {
  readonly algorithm: string;
  readonly collective?: Collective;
  readonly sizesBytes: readonly [least: number, most: number];
  readonly ranks: readonly [least: number, most: number];
}

const RULE = /^(?:([a-z_-]+)\/)?([a-z0-9_-]+)(?:@([0-9a-z.]+))?(?:#([0-9a-z.]+))?$/i;

export function isRules(word: string): boolean {
  return /[,@#/]/.test(word);
}

/** A Refusal names the first rule that is none. */
export function choiceRules(line: string): ChoiceRule[] {
  return line.split(",").map((text) => {
    const word = text.trim();
    const [, collectiveWord, name = "", sizes, ranks] = RULE.exec(word) ?? [];
    const algorithm = algorithmFromName(name);
    const collective = collectiveFromName(collectiveWord ?? "");
    const sizesBytes = rangeOf(sizes);
    const group = rangeOf(ranks);
    const isKnown = collectiveWord === undefined || collective !== undefined;
    if (algorithm === undefined || !isKnown || sizesBytes === undefined || group === undefined) {
      throw wrongRule(word);
    }
    const head = { algorithm, sizesBytes, ranks: group };
    return collective === undefined ? head : { ...head, collective };
  });
}

export function chosenByRules(
  rules: readonly ChoiceRule[],
  asked: {
    readonly collective: Collective;
    readonly sizeBytes: number;
    readonly rankCount: number;
  },
): string {
  const isIn = (value: number, [least, most]: readonly [number, number]): boolean =>
    value >= least && value <= most;
  const fits = rules.find(
    (rule) =>
      (rule.collective ?? asked.collective) === asked.collective &&
      isIn(asked.sizeBytes, rule.sizesBytes) &&
      isIn(asked.rankCount, rule.ranks),
  );
  return fits?.algorithm ?? "auto";
}

/** "64K..1G", "..64K", "8.." or one number; all where nothing is said. */
function rangeOf(text = ".."): readonly [number, number] | undefined {
  const [from = "", to] = text.split("..");
  const least = from === "" ? 0 : numberOf(from);
  const most = to === undefined ? least : to === "" ? Infinity : numberOf(to);
  return least === undefined || most === undefined || least > most ? undefined : [least, most];
}

function numberOf(text: string): number | undefined {
  const [, digits, unit = ""] = /^([0-9]{1,15})([KMGT]?)$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * 1024 ** (unit === "" ? 0 : "KMGT".indexOf(unit.toUpperCase()) + 1);
}

function wrongRule(word: string): Refusal {
  return new Refusal({
    code: "unknown-algorithm",
    pointer: "",
    found: `the rule "${word}"`,
    expected: "[collective/]algorithm[@sizes][#ranks], such as all-reduce/ring@64K..1G#8..",
    nextStep: "correct --algorithm; `auto` takes the fastest",
  });
}
