/** A question about a recorded trace: `question: replay` with `workload: {trace: PREFIX}`. */
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import type { ComputeFrom, TraceQuestion } from "../records/trace-question.ts";
import { readCluster } from "./cluster.ts";
import type { Document } from "./document.ts";
import { readDocument } from "./document.ts";
import { refuse } from "./issue.ts";
import type { ReplayFile } from "./question-file.ts";
import type { Setting } from "./settings.ts";
import { withSettings } from "./settings.ts";
import { validated } from "./validators.ts";
import { isGroup } from "./walk.ts";

/** Undefined where the file is there and asks something else. */
export async function traceQuestionIfAny(
  path: string,
  settings: readonly Setting[] = [],
): Promise<TraceQuestion | undefined> {
  if (!/[/\\.]/.test(path)) return undefined;
  const document = await readDocument(path);
  return isTraceQuestion(document) ? await traceQuestionIn(document, path, settings) : undefined;
}

export function isTraceQuestion({ data }: Document): boolean {
  return isGroup(data) && data["question"] === "replay";
}

export async function traceQuestionIn(
  original: Document,
  path: string,
  settings: readonly Setting[] = [],
): Promise<TraceQuestion> {
  const document = await withSettings(original, settings, async () => undefined);
  const file = await validated<ReplayFile>("question", document);
  const place = document.place("/cluster", "value");
  const cluster = await readCluster(file.cluster, { from: path, place });
  const { trace: prefix, groups, compute = "auto" } = file.workload;
  return await traceQuestion({
    ...{ id: basename(path, extname(path)), cluster, compute },
    prefix: beside(path, prefix),
    groups: groups === undefined ? undefined : beside(path, groups),
    title: file.title,
  });
}

export async function traceQuestion(asked: {
  readonly id: string;
  readonly title?: string | undefined;
  readonly prefix: string;
  readonly groups?: string | undefined;
  readonly cluster: TraceQuestion["cluster"];
  readonly compute: ComputeFrom;
}): Promise<TraceQuestion> {
  const { id, prefix, groups, cluster, compute } = asked;
  const { readExecution } = await import("./formats/profile-trace.ts");
  const trace = await readExecution(prefix, groups);
  const { title = `How long does ${basename(prefix)} take on ${cluster.name}?` } = asked;
  return { id, title, trace, cluster, compute };
}

const beside = (path: string, name: string): string =>
  isAbsolute(name) ? name : join(dirname(path), name);

/** Its trace is read by those who replay it. */
export function refuseTraceQuestion(document: Document): never {
  return refuse(document.place("/question", "value"), {
    code: "not-simulated",
    found: "a question that replays a trace",
    expected: "a question about a model or a collective",
    nextStep: "answer it with `fabricast run FILE`",
  });
}
