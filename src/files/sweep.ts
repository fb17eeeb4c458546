/** A sweep from its file: axes spelled out, formulas parsed, everything wrong at once. */
import { basename, extname } from "node:path";
import { compileExpression } from "../base/expression.ts";
import { InputError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import { CATALOG_DATE } from "../base/version.ts";
import type { Axis, AxisValue, Sweep } from "../records/sweep.ts";
import { readDocument } from "./document.ts";
import { readParts } from "./catalog.ts";
import { didYouMean, listed, shown } from "./issue.ts";
import { largeModelIds, readLargeModel } from "./large-model.ts";
import type { Finding } from "./issues.ts";
import { finding } from "./question-checks.ts";
import { issuesOf, validated } from "./validators.ts";
import { fileName } from "./write.ts";

/** What a sweep may vary and what its formulas may name, told by who evaluates it. */
export interface SweepWords {
  /** Words that an axis takes; undefined: numbers. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  readonly metrics: readonly string[];
}

interface SweepFile {
  readonly title?: string;
  readonly model: string;
  readonly tokens?: number;
  readonly axes: Readonly<Record<string, readonly AxisValue[]>>;
  readonly ranges?: Readonly<Record<string, RangeFile>>;
  readonly where?: readonly string[];
  readonly derive?: readonly { readonly name: string; readonly formula: string }[];
  readonly refine?: {
    readonly by: string;
    readonly order?: "least" | "most";
    readonly top: number;
    readonly verify?: number;
  };
  readonly asOf?: string;
}

interface RangeFile {
  readonly from: number;
  readonly to: number;
  readonly factor?: number;
  readonly step?: number;
}

/** More are a mistake of an exponent more often than a wish. */
const POINTS_MAX = 1e9;

export async function readSweep(path: string, words: SweepWords): Promise<Sweep> {
  const document = await readDocument(path);
  const file = await validated<SweepFile>("sweep", document);
  const findings: Finding[] = [];
  const axes = axesOf(file, words, findings);
  const { model, tokens, where = [], derive = [], refine, asOf = CATALOG_DATE } = file;
  const models = await largeModelIds();
  if (!models.includes(model)) findings.push(unknownWord("/model", model, models));
  findings.push(...countFindings(axes), ...formulaFindings(axes, { where, derive, refine }, words));
  if (findings.length > 0) throw new InputError(issuesOf(document, findings));
  const id = fileName(basename(path, extname(path)));
  return {
    id,
    title: file.title ?? id,
    model: await readLargeModel(model),
    ...(tokens === undefined ? {} : { tokens }),
    ...{ axes, where, derive, asOf, hourUsd: await listedRents() },
    ...(refine === undefined ? {} : { refine: refineOf(refine) }),
  };
}

function refineOf({ by, order = "least", top, verify = 0 }: NonNullable<SweepFile["refine"]>) {
  return { by, order, topCount: top, verifyCount: verify };
}

/** The first price on demand of each accelerator, in USD an hour. */
async function listedRents(): Promise<Readonly<Record<string, number>>> {
  const prices: Record<string, number> = {};
  for (const { id, figures } of await readParts("accelerator")) {
    const listed = figures.find(({ isPrice, priceKind }) => isPrice && priceKind === "on-demand");
    if (listed !== undefined) prices[id] = listed.sourced.value * 3600;
  }
  return prices;
}

/** Lists, then ranges, each in the order of the schema. */
function axesOf({ axes, ranges = {} }: SweepFile, words: SweepWords, findings: Finding[]): Axis[] {
  const listed = Object.entries(axes).map(([name, given]) =>
    listAxis(name, given, words, findings),
  );
  const spaced = Object.entries(ranges).map(([name, given]) => {
    const pointer = `/ranges/${name}`;
    if (name in axes) findings.push(finding(pointer, "repeated-value", name, TWICE, "remove one"));
    return { name, values: rangeOf(given, pointer, findings) };
  });
  return [...listed, ...spaced];
}

const TWICE = "an input among axes or among ranges, not both";

function listAxis(
  name: string,
  given: readonly AxisValue[],
  words: SweepWords,
  findings: Finding[],
): Axis {
  const known = words.words[name];
  const values = given.map((value, i) => {
    if (known === undefined) return Number(value);
    const word = String(value);
    if (!known.includes(word)) findings.push(unknownWord(`/axes/${name}/${i}`, word, known));
    return word;
  });
  return { name: name === "nic" ? "nicBytesPerS" : name, values };
}

function rangeOf(
  { from, to, factor, step }: RangeFile,
  pointer: string,
  findings: Finding[],
): number[] {
  if (to < from || (factor !== undefined) === (step !== undefined)) {
    const found = "a range without an end or a step";
    const expected = "from not above to, and one of factor and step";
    const next = "write {from: 256, to: 4096, factor: 2}";
    findings.push(finding(pointer, "out-of-range", found, expected, next));
    return [from];
  }
  const values: number[] = [];
  const next = (value: number): number =>
    factor === undefined ? value + (step ?? 1) : value * factor;
  for (let value = from; value <= to && values.length < 4096; value = next(value))
    values.push(value);
  return values;
}

function unknownWord(pointer: string, word: string, known: readonly string[]): Finding {
  const expected = `one of ${listed(known)}`;
  const nextStep = didYouMean(suggest(word, known), "choose one of them");
  return finding(pointer, "unknown-part", shown(word), expected, nextStep);
}

function countFindings(axes: readonly Axis[]): Finding[] {
  const points = axes.reduce((product, { values }) => product * values.length, 1);
  if (points <= POINTS_MAX && axes.length > 0) return [];
  const expected = `1 to ${POINTS_MAX} points over at least one axis`;
  return [finding("/axes", "out-of-range", `${points} points`, expected, "shorten an axis")];
}

function formulaFindings(
  axes: readonly Axis[],
  { where, derive, refine }: { [Key in "where" | "derive" | "refine"]: SweepFile[Key] | undefined },
  { metrics }: SweepWords,
): Finding[] {
  const numeric = axes.filter(({ values }) => typeof values[0] === "number");
  const names = [...numeric.map(({ name }) => name), ...metrics];
  const findings: Finding[] = [];
  const check = (pointer: string, formula: string): void => {
    const read = compileExpression(formula, names);
    if ("value" in read) return;
    const found = `${read.message} in ${shown(formula)}`;
    const expected = `arithmetic over ${names.join(", ")}`;
    findings.push(finding(pointer, "wrong-expression", found, expected, "correct the formula"));
  };
  (where ?? []).forEach((formula, i) => check(`/where/${i}`, formula));
  (derive ?? []).forEach(({ name, formula }, i) => {
    check(`/derive/${i}/formula`, formula);
    const isTaken = names.includes(name) || !/^[A-Za-z]\w{0,40}$/.test(name);
    if (isTaken) findings.push(takenName(`/derive/${i}/name`, name));
  });
  const columns = [...metrics, ...(derive ?? []).map(({ name }) => name)];
  if (refine !== undefined && !columns.includes(refine.by)) {
    findings.push(unknownWord("/refine/by", refine.by, columns));
  }
  return findings;
}

function takenName(pointer: string, name: string): Finding {
  const expected = "a name of letters and digits that no axis or metric has";
  return finding(pointer, "not-allowed-value", shown(name), expected, "rename it");
}
