/** What kind of file is this, and is it right? `fabricast check` asks. */
import { suggest } from "../base/suggest.ts";
import { designFrom } from "./cluster.ts";
import type { Document } from "./document.ts";
import { readDocument } from "./document.ts";
import { didYouMean, listed, refuse, shown } from "./issue.ts";
import { modelFrom } from "./model.ts";
import { questionIn } from "./question.ts";
import { resultFrom } from "./result.ts";
import type { SchemaName } from "./schemas/table.ts";
import { isTraceQuestion, traceQuestionIn } from "./trace-question.ts";
import { trainingFrom } from "./training.ts";
import { validated } from "./validators.ts";
import { isGroup } from "./walk.ts";

export interface Checked {
  readonly kind: SchemaName;
  readonly id: string;
}

/** Keys that only one kind of file has, the most telling first. */
const MARKS: readonly (readonly [string, SchemaName])[] = [
  ["question", "question"],
  ["figures", "figures"],
  ["fabric", "cluster"],
  ["family", "model"],
  ["learningRate", "training"],
  ["peakBf16", "accelerator"],
  ["matmulShare", "software"],
  ["pue", "site"],
  ["ports", "network-part"],
  ["rate", "network-part"],
  ["losses", "measurement"],
  ["scaleUp", "host-part"],
  ["accelerators", "host-part"],
  ["notes", "figures"],
];

/** Reads the file with everything it refers to; throws all that is wrong. */
export async function checkFile(path: string): Promise<Checked> {
  const document = await readDocument(path);
  const kind = kindOf(document);
  return { kind, id: await idOf(kind, document, path) };
}

function kindOf(document: Document): SchemaName {
  const { data } = document;
  if (isGroup(data)) {
    // Results hold the question in words under "question", so their version comes first.
    if (Object.hasOwn(data, "schemaVersion")) return "result";
    const mark = MARKS.find(([key]) => Object.hasOwn(data, key));
    if (mark) return mark[1];
  }
  const marks = MARKS.map(([key]) => key);
  const key = isGroup(data) ? Object.keys(data).find((name) => suggest(name, marks)) : undefined;
  return refuse(document.place("", "value"), {
    code: "unknown-kind",
    found: isGroup(data) ? `the keys ${listed(Object.keys(data).map(shown))}` : shown(data),
    expected: "a file of ours: a question, a cluster, a model, a part …",
    nextStep: didYouMean(key && suggest(key, marks), "`fabricast init` writes one to start from"),
  });
}

async function idOf(kind: SchemaName, document: Document, path: string): Promise<string> {
  if (kind === "question" && isTraceQuestion(document)) {
    return (await traceQuestionIn(document, path)).id;
  }
  if (kind === "question") return (await questionIn(document, stem(path), path)).id;
  if (kind === "cluster") return (await designFrom(document, path)).id;
  if (kind === "model") return (await modelFrom(document)).id;
  if (kind === "training") return (await trainingFrom(document, path)).id;
  if (kind === "result") return (await resultFrom(document)).id;
  const file = await validated<{ id?: string; model?: string }>(kind, document);
  return file.id ?? file.model ?? stem(path);
}

function stem(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? path;
  return name.replace(/\.[^.]*$/, "");
}
