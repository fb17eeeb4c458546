/**
 * From a document to typed, converted data: shape by the validator compiled ahead of time,
 * quantities by the converter, everything wrong reported at once in the order of the file.
 */
import type { Violation } from "./violation.ts";
import { at } from "../base/assert.ts";
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import type { Units } from "./convert.ts";
import { convert } from "./convert.ts";
import type { Document } from "./document.ts";
import type { Finding } from "./issues.ts";
import { findingsOf } from "./issues.ts";
import type { Complaint } from "./issue.ts";
import { issueAt } from "./issue.ts";
import type { Schema } from "./schemas/schema.ts";
import type { SchemaName } from "./schemas/table.ts";

/**
 * The document's data in SI. `T` is the shape that the schema promises; the promise is kept
 * by tests that read every shipped file.
 */
export async function validated<T>(name: SchemaName, document: Document): Promise<T> {
  const { SCHEMAS } = await import("./schemas/table.ts");
  const root = SCHEMAS[name];
  const violations = await violationsOf(name, document.data);
  const findings: Finding[] = findingsOf(root, document.data, violations);
  let value = document.data;
  if (!AS_WRITTEN.includes(name)) {
    const converted = await inSi(root, document);
    findings.push(...converted.findings);
    value = converted.value;
  }
  if (findings.length > 0) throw new InputError(issuesOf(document, findings));
  return value as T;
}

interface Converted {
  readonly value: unknown;
  readonly findings: readonly Finding[];
}

/** With the units people write first; only where these do not do, with all of them. */
async function inSi(root: Schema, document: Document): Promise<Converted> {
  const { readKnown } = await import("./known-units.ts");
  const known = convertedBy({ readQuantity: readKnown, hint: () => undefined }, root, document);
  if (known.findings.length === 0) return known;
  return convertedBy(await import("./quantity.ts"), root, document);
}

function convertedBy(units: Units, root: Schema, document: Document): Converted {
  const findings: Finding[] = [];
  const conversion = {
    root,
    units,
    sourceOf: (pointer: string) => document.sourceOf(pointer),
    complain: (pointer: string, complaint: Complaint) =>
      void findings.push({ pointer, part: "value", complaint }),
  };
  return { value: convert(conversion, root, document.data), findings };
}

/** Written by ourselves in SI: nothing to convert. */
const AS_WRITTEN: readonly SchemaName[] = ["measurement", "result"];

/** One that is not asked for is not read either: together they are a megabyte. */
const VALIDATORS: Readonly<
  Record<SchemaName, () => Promise<typeof import("./generated/clusterValidator.js")>>
> = {
  cluster: async () => await import("./generated/clusterValidator.js"),
  accelerator: async () => await import("./generated/acceleratorValidator.js"),
  "host-part": async () => await import("./generated/hostPartValidator.js"),
  "network-part": async () => await import("./generated/networkPartValidator.js"),
  software: async () => await import("./generated/softwareValidator.js"),
  site: async () => await import("./generated/siteValidator.js"),
  figures: async () => await import("./generated/figuresValidator.js"),
  model: async () => await import("./generated/modelValidator.js"),
  training: async () => await import("./generated/trainingValidator.js"),
  question: async () => await import("./generated/questionValidator.js"),
  sweep: async () => await import("./generated/sweepValidator.js"),
  measurement: async () => await import("./generated/measurementValidator.js"),
  result: async () => await import("./generated/resultValidator.js"),
};

async function violationsOf(name: SchemaName, data: unknown): Promise<readonly Violation[]> {
  const { validate } = await VALIDATORS[name]();
  return validate(data) ? [] : (validate.errors ?? []);
}

/** Issues in the order of the file, each once. */
export function issuesOf(document: Document, findings: readonly Finding[]): Issue[] {
  const issues = findings.map(({ pointer, part, complaint }) =>
    issueAt({ ...document.place(pointer, part), pointer }, complaint),
  );
  issues.sort((a, b) => a.line - b.line || a.column - b.column);
  return issues.filter((issue, index) => {
    const before = index === 0 ? undefined : at(issues, index - 1);
    return before?.pointer !== issue.pointer || before.code !== issue.code;
  });
}
