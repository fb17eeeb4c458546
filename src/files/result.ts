/** A stored result, from which reports are made again. */
import { InputError } from "../base/errors.ts";
import type { Result } from "../records/result.ts";
import { SCHEMA_VERSION } from "../records/result.ts";
import type { Document } from "./document.ts";
import { documentOf, parseDocument } from "./document.ts";
import { refuse } from "./issue.ts";
import { readText } from "./read.ts";
import { tooDeepAt } from "./scan.ts";
import { validated } from "./validators.ts";
import { isGroup } from "./walk.ts";

/** The result in a file; one written by a newer program is refused, never half understood. */
export async function readResult(path: string): Promise<Result> {
  const text = await readText(path);
  // Results are large and nearly always right: the fast parser first. It knows no places,
  // so anything wrong is looked at again by the one that does.
  const data = tooDeepAt(text) ? undefined : parsedJson(text);
  if (data !== undefined) {
    try {
      return await resultFrom(documentOf(data, path));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  return resultFrom(await parseDocument(text, path));
}

export async function resultFrom(document: Document): Promise<Result> {
  const { data } = document;
  const version = isGroup(data) ? data["schemaVersion"] : undefined;
  if (typeof version === "number" && version !== SCHEMA_VERSION) {
    const isNewer = version > SCHEMA_VERSION;
    return refuse(document.place("/schemaVersion", "value"), {
      code: isNewer ? "newer-version" : "unknown-version",
      found: `schemaVersion ${version}`,
      expected: `schemaVersion ${SCHEMA_VERSION}`,
      nextStep: isNewer ? "use the newer fabricast that wrote it" : "is this a result of ours?",
    });
  }
  return validated<Result>("result", document);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the other parser says where and why
  }
}
