/**
 * From a document to typed, converted data: shape by the validator compiled ahead of time,
 * quantities by the converter, everything wrong reported at once in the order of the file.
 */
import type { Violation } from "./violation.ts";
import { at } from "../base/assert.ts";
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import { convert } from "./convert.ts";
import type { Document } from "./document.ts";
import type { Finding } from "./issues.ts";
import { findingsOf } from "./issues.ts";
import { issueAt } from "./issue.ts";
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
    const units = await import("./quantity.ts");
    value = convert(
      {
        root,
        units,
        sourceOf: (pointer) => document.sourceOf(pointer),
        complain: (pointer, complaint) => void findings.push({ pointer, part: "value", complaint }),
      },
      root,
      document.data,
    );
  }
  if (findings.length > 0) throw new InputError(issuesOf(document, findings));
  return value as T;
}

/** Written by ourselves in SI: nothing to convert. */
const AS_WRITTEN: readonly SchemaName[] = ["measurement", "result"];

async function violationsOf(name: SchemaName, data: unknown): Promise<readonly Violation[]> {
  const compiled = await import("./generated/validators.js");
  const validators = {
    ...compiled,
    "host-part": compiled.hostPart,
    "network-part": compiled.networkPart,
  };
  const validate = validators[name];
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
