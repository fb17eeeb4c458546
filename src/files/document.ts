/**
 * A YAML or JSON text as plain data that remembers where each value stood. One parser for
 * both, so that every complaint can name line and column.
 */
import type { Document as YamlDocument, ParsedNode } from "yaml";
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import type { Complaint, Place } from "./issue.ts";
import { issueAt, refuse } from "./issue.ts";
import { readText } from "./read.ts";
import { DEPTH_MAX, tooDeepAt } from "./scan.ts";

export interface Document {
  /** As the reader named it: for messages. */
  readonly file: string;
  readonly data: unknown;
  /** Where the value, or the key that holds it, stands; the nearest parent if it is not there. */
  place(pointer: string, part: "key" | "value"): Place;
  /** Who gave the value: "this file", or the flag that changed it. */
  sourceOf(pointer: string): string;
}

/** Reads and parses a file; `name` is what messages call it. */
export async function readDocument(path: string, name = path): Promise<Document> {
  return parseDocument(await readText(path), name);
}

/** Data that never was text: what flags say. Places name the key instead of a line. */
export function documentOf(data: unknown, origin: string): Document {
  return {
    file: origin,
    data,
    place: (pointer) => {
      const key = stepsOf(pointer).join(".");
      const file = key === "" ? origin : `${origin} (${key})`;
      return { file, line: 0, column: 0, pointer };
    },
    sourceOf: () => origin,
  };
}

/** Parses text that came from anywhere; `file` is only a name. */
export async function parseDocument(text: string, file: string): Promise<Document> {
  const deep = tooDeepAt(text);
  if (deep) return refuse({ file, ...deep, pointer: "" }, TOO_DEEP);
  // Its exports as one object: of a CommonJS package a bundle in chunks knows no names.
  const { default: yaml } = await import("yaml");
  const lines = new yaml.LineCounter();
  const placeOf = (offset: number, pointer: string): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), pointer };
  };
  try {
    // Duplicate keys are looked for below: the parser's own test takes quadratic time.
    const document = yaml.parseDocument(text, {
      lineCounter: lines,
      schema: "core",
      resolveKnownTags: false,
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
      logLevel: "error",
    });
    const wrong = [...document.errors, ...document.warnings];
    const issues = wrong.map((e) => issueAt(placeOf(e.pos[0], ""), notYaml(e.message)));
    if (issues.length === 0) issues.push(...keyIssues(yaml, document, placeOf));
    if (issues.length > 0) throw new InputError(issues);
    return {
      file,
      data: document.toJS({ maxAliasCount: 100 }),
      place: (pointer, part) => placeOf(offsetOf(yaml, document, pointer, part), pointer),
      sourceOf: () => "this file",
    };
  } catch (error) {
    // A stack that ran out means nesting that the scan counted too low.
    if (error instanceof RangeError) return refuse(placeOf(0, ""), TOO_DEEP);
    if (error instanceof ReferenceError) return refuse(placeOf(0, ""), ALIAS_BOMB);
    throw error;
  }
}

const TOO_DEEP: Complaint = {
  code: "too-deep",
  found: `nesting deeper than ${DEPTH_MAX}`,
  expected: `at most ${DEPTH_MAX} levels`,
  nextStep: "no file of ours nests like this; is it the right one?",
};

const ALIAS_BOMB: Complaint = {
  code: "too-large",
  found: "aliases that repeat more than 100 times",
  expected: "values written out",
  nextStep: "write the values where they are needed",
};

function notYaml(message: string): Complaint {
  const first = message.split("\n")[0] ?? message;
  return {
    code: "not-yaml",
    found: `text that is neither YAML nor JSON (${first})`,
    expected: "YAML or JSON",
    nextStep: "check indentation, quotes and brackets at this place",
  };
}

/** Keys that would reach the prototypes of the objects that hold them. */
const FORBIDDEN = ["__proto__", "constructor", "prototype"];

function keyIssues(
  yaml: typeof import("yaml"),
  document: YamlDocument.Parsed,
  placeOf: (offset: number, pointer: string) => Place,
): Issue[] {
  const issues: Issue[] = [];
  const complain = (node: ParsedNode | null, complaint: Complaint): void => {
    issues.push(issueAt(placeOf(node?.range[0] ?? 0, ""), complaint));
  };
  yaml.visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const node = key as ParsedNode | null;
        const name = yaml.isScalar(node) ? String(node.value) : "";
        if (FORBIDDEN.includes(name)) complain(node, forbiddenKey(name));
        else if (seen.has(name)) complain(node, duplicateKey(name));
        seen.add(name);
      }
    },
  });
  return issues;
}

function forbiddenKey(name: string): Complaint {
  return {
    code: "forbidden-key",
    found: `the key "${name}"`,
    expected: "a key of ours",
    nextStep: "remove it",
  };
}

function duplicateKey(name: string): Complaint {
  return {
    code: "duplicate-key",
    found: `"${name}" a second time`,
    expected: "each key once",
    nextStep: "remove one of the two",
  };
}

/** Steps of an RFC 6901 pointer. */
export function stepsOf(pointer: string): string[] {
  if (pointer === "") return [];
  const steps = pointer.slice(1).split("/");
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** One more step on a pointer. */
export function pointerTo(parent: string, step: string | number): string {
  return `${parent}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function offsetOf(
  yaml: typeof import("yaml"),
  document: YamlDocument.Parsed,
  pointer: string,
  part: "key" | "value",
): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  const steps = stepsOf(pointer);
  for (const [index, step] of steps.entries()) {
    if (yaml.isAlias(node)) node = node.resolve(document);
    const isLast = index === steps.length - 1;
    if (yaml.isMap(node)) {
      const pair = node.items.find(({ key }) => yaml.isScalar(key) && String(key.value) === step);
      if (!pair) return offset;
      const keyOffset = startOf(pair.key) ?? offset;
      offset = isLast && part === "key" ? keyOffset : (startOf(pair.value) ?? keyOffset);
      node = pair.value;
    } else if (yaml.isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  const range = (node as ParsedNode | null | undefined)?.range;
  return range?.[0];
}
