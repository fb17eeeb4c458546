/** What the validator found, said as a person would: place, found, expected, next step. */
import { suggest } from "../base/suggest.ts";
import { pointerTo, stepsOf } from "./document.ts";
import type { Complaint } from "./issue.ts";
import { didYouMean, listed, plainText, shown } from "./issue.ts";
import type { Schema } from "./schemas/schema.ts";
import type { Violation } from "./violation.ts";
import { applying, isGroup, schemaAt } from "./walk.ts";

/** A complaint about the key or the value at a pointer. */
export interface Finding {
  readonly pointer: string;
  readonly part: "key" | "value";
  readonly complaint: Complaint;
}

/** Findings for a validator's violations; those on quantities are left to the converter. */
export function findingsOf(
  root: Schema,
  data: unknown,
  violations: readonly Violation[],
): Finding[] {
  const unknown = violations.filter(({ keyword }) => keyword === "additionalProperties");
  const meant = new Set(unknown.map((violation) => meantKey(root, data, violation)));
  const findings: Finding[] = [];
  for (const violation of violations) {
    const finding = findingOf(root, data, violation);
    // A misspelled key is one mistake, not an unknown key and a missing one.
    const isEcho = finding?.complaint.code === "missing-key" && meant.has(finding.pointer);
    if (finding && !isEcho) findings.push(finding);
  }
  return findings;
}

/** The known key that an unknown one is nearest to, as a pointer. */
function meantKey(root: Schema, data: unknown, violation: Violation): string {
  const known = keysAt(root, data, violation.instancePath);
  const near = suggest(plainText(violation.params["additionalProperty"]), known);
  return pointerTo(violation.instancePath, near ?? "");
}

function keysAt(root: Schema, data: unknown, pointer: string): string[] {
  const schema = schemaAt(root, data, pointer);
  const here = schema && applying(root, schema, valueAt(data, pointer));
  return Object.keys(here?.properties ?? {});
}

function findingOf(root: Schema, data: unknown, violation: Violation): Finding | undefined {
  const { keyword, instancePath: pointer, params } = violation;
  if (keyword === "if") return undefined; // its branch says what is wrong
  const schema = schemaAt(root, data, pointer);
  if (schema?.quantity) return undefined;
  if (schema?.figure && !isGroup(valueAt(data, pointer))) return undefined;
  if (keyword === "additionalProperties") {
    return unknownKey(root, data, pointer, plainText(params["additionalProperty"]));
  }
  if (keyword === "required") {
    return missingKey(root, data, pointer, plainText(params["missingProperty"]));
  }
  if (keyword === "discriminator") return unknownCase(schema, data, pointer, params);
  const value = valueAt(data, pointer);
  const here = (schema && applying(root, schema, value)) ?? schema ?? {};
  return { pointer, part: "value", complaint: wrongValue(keyword, params, here, value) };
}

function unknownKey(root: Schema, data: unknown, pointer: string, key: string): Finding {
  const known = keysAt(root, data, pointer);
  return {
    pointer: pointerTo(pointer, key),
    part: "key",
    complaint: {
      code: "unknown-key",
      found: `the key ${shown(key)}`,
      expected: `one of ${listed(known)}`,
      nextStep: didYouMean(suggest(key, known), "remove it"),
    },
  };
}

function missingKey(root: Schema, data: unknown, pointer: string, key: string): Finding {
  const at = pointerTo(pointer, key);
  const parent = schemaAt(root, data, pointer);
  const here = parent && applying(root, parent, valueAt(data, pointer));
  const schema = here?.properties?.[key];
  const example = schema?.examples?.[0] ?? schema?.else?.examples?.[0];
  const what = schema?.description === undefined ? "" : ` (${schema.description})`;
  return {
    pointer: at,
    part: "value",
    complaint: {
      code: "missing-key",
      found: `no "${key}"`,
      expected: `the key "${key}"${what}`,
      nextStep: example === undefined ? `add ${key}` : `add ${key}: ${shown(example)}`,
    },
  };
}

function unknownCase(
  schema: Schema | undefined,
  data: unknown,
  pointer: string,
  params: Violation["params"],
): Finding {
  const tag = plainText(params["tag"]);
  const at = pointerTo(pointer, tag);
  const allowed = (schema?.oneOf ?? []).map((one) => plainText(one.properties?.[tag]?.const));
  const given = valueAt(data, at);
  const expected = `${tag} to be one of ${listed(allowed)}`;
  if (given === undefined) {
    const nextStep = `add ${tag}: ${allowed[0] ?? ""}`;
    const complaint = { code: "missing-key", found: `no "${tag}"`, expected, nextStep };
    return { pointer: at, part: "value", complaint };
  }
  const nextStep = didYouMean(suggest(plainText(given), allowed), "choose one of them");
  const complaint = { code: "not-allowed-value", found: shown(given), expected, nextStep };
  return { pointer: at, part: "value", complaint };
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: "a group of keys",
  array: "a list",
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
};

function wrongValue(
  keyword: string,
  params: Violation["params"],
  schema: Schema,
  value: unknown,
): Complaint {
  const example = schema.examples?.[0];
  const like = example === undefined ? "change it" : `write it like ${shown(example)}`;
  const found = shown(value);
  if (keyword === "type") {
    const types = [params["type"]]
      .flat()
      .map((type) => TYPE_WORDS[plainText(type)] ?? plainText(type));
    return { code: "wrong-type", found, expected: types.join(" or "), nextStep: like };
  }
  if (keyword === "enum" || keyword === "const") {
    const allowed = (schema.enum ?? [schema.const ?? null]).map(plainText);
    const nextStep = didYouMean(suggest(plainText(value), allowed), "choose one of them");
    return { code: "not-allowed-value", found, expected: `one of ${listed(allowed)}`, nextStep };
  }
  if (keyword === "pattern") {
    const what = (schema.description ?? "text of that form").toLowerCase();
    const expected = `${what}, such as ${shown(example)}`;
    return { code: "not-allowed-value", found, expected, nextStep: like };
  }
  if (keyword === "uniqueItems") {
    const twice = shown(Array.isArray(value) ? value[Number(params["i"])] : value);
    const expected = "each value once";
    return { code: "repeated-value", found: `${twice} twice`, expected, nextStep: "remove one" };
  }
  const bound = `${BOUND_WORDS[keyword] ?? keyword} ${plainText(params["limit"] ?? "")}`;
  const expected = bound + (UNIT_WORDS[keyword] ?? "");
  return { code: "out-of-range", found, expected, nextStep: "change it to lie within" };
}

const BOUND_WORDS: Readonly<Record<string, string>> = {
  minimum: "at least",
  maximum: "at most",
  exclusiveMinimum: "more than",
  minItems: "at least",
  maxItems: "at most",
  minLength: "at least",
  maxLength: "at most",
};

const UNIT_WORDS: Readonly<Record<string, string>> = {
  minItems: " of them",
  maxItems: " of them",
  minLength: " characters",
  maxLength: " characters",
};

/** The value at a pointer, if there is one. */
export function valueAt(data: unknown, pointer: string): unknown {
  let value = data;
  for (const step of stepsOf(pointer)) {
    if (Array.isArray(value)) value = value[Number(step)];
    else value = isGroup(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
