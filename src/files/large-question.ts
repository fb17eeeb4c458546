/** A step of a large model as a question's file asks for it: model, layout and what-ifs. */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import type { Cluster } from "../records/cluster.ts";
import type { LargeStepQuestion } from "../records/job.ts";
import type { Document } from "./document.ts";
import { readDocument } from "./document.ts";
import { finding } from "./finding.ts";
import type { Place } from "./issue.ts";
import { refuse, shown, wholeFile } from "./issue.ts";
import type { Finding } from "./issues.ts";
import { isLargeModel, readLargeModel } from "./large-model.ts";
import { askedLayout, layoutFrom } from "./layout-text.ts";
import type { SimulateFile } from "./question-file.ts";
import type { Origin } from "./references.ts";
import { isPath, locate } from "./references.ts";
import { isGroup } from "./walk.ts";

/** Asked for a layout, or about a model whose public configuration is shipped or given. */
export async function isLargeStep(file: SimulateFile, path: string | undefined): Promise<boolean> {
  if (file.layout !== undefined || file.whatIf !== undefined) return true;
  const { model } = file.job;
  if (typeof model !== "string" || !isLargeModel(model)) return false;
  if (!isPath(model)) return true;
  const origin = path === undefined ? {} : { from: path };
  // A model to replay may be JSON too; one that cannot be read is refused where it is read.
  const read = locate("model", model, origin).then((found) => readDocument(found.path));
  const data = await read.then((document) => document.data).catch(() => undefined);
  return isGroup(data) && ("model_type" in data || "config" in data);
}

/** Keys that say for replayed models what the layout says of large ones. */
const INSTEAD = {
  ...{ globalBatch: "batch=…", tokensPerSample: "seq=…", microBatch: "micro=…" },
  sharding: "zero=…",
} as const;

export function largeFindings(file: SimulateFile): Finding[] {
  const keys = ["globalBatch", "tokensPerSample", "microBatch", "sharding"] as const;
  const own = keys.filter((key) => file.job[key] !== undefined);
  const findings = own.map((key) =>
    unused(`/job/${key}`, key, `say it in layout: "${INSTEAD[key]}"`),
  );
  if (file.network === undefined) return findings;
  return [...findings, unused("/network", "network", "leave it out: the fabric's own is used")];
}

const unused = (pointer: string, key: string, next: string): Finding =>
  finding(pointer, "unknown-key", key, "keys that go with a large model", next);

type LargeStep = Pick<LargeStepQuestion, "model" | "reference" | "layout" | "isAuto" | "changes">;

/** Model, layout and what-ifs; all mistakes at once, each at its value. */
export async function largeStepOf(
  file: SimulateFile,
  document: Document,
  origin: Origin,
): Promise<LargeStep> {
  const issues: Issue[] = [];
  const tried = async <T>(read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues.push(...error.issues);
      return undefined;
    }
  };
  const { layout = "auto", whatIf = [] } = file;
  const model = await tried(() => largeModelOf(file, origin));
  const asked = await tried(() => askedLayout(layout, document.place("/layout", "value")));
  for (const [index, change] of whatIf.entries()) {
    await tried(() => checkChange(change, document.place(`/whatIf/${index}`, "value")));
  }
  if (issues.length > 0 || model === undefined || asked === undefined) throw new InputError(issues);
  return { ...model, ...asked, changes: whatIf };
}

export function largeQuestionOf(
  { accelerators: rankCount }: SimulateFile,
  { title, ...head }: Pick<LargeStepQuestion, "id" | "asOf" | "seed" | "title">,
  cluster: Cluster,
  step: LargeStep,
): LargeStepQuestion {
  const where = `${rankCount} accelerators of ${cluster.name}`;
  const words = `How long is a step of ${step.model.name} on ${where}?`;
  return { kind: "large", ...head, title: title || words, cluster, rankCount, ...step };
}

function checkChange(change: string, place: Place): void {
  if (WAYS.test(change)) return;
  const isOfLayout = /^[a-z]+=./.test(change) && !/^(prune|compress|accumulate)=/.test(change);
  if (!isOfLayout) refuse(place, { ...NO_CHANGE, found: shown(change) });
  layoutFrom(change, place);
}

/** What-ifs that are no keys of a layout. */
const WAYS = new RegExp(
  "^(prune=(2:4|(structured:)?0[.][0-9]+)|compress=topk:(0?[.][0-9]+|1e-[0-9]+)" +
    "|accumulate=0*[1-9][0-9]{0,5})$",
);

const NO_CHANGE = {
  code: "not-allowed-value",
  expected:
    "prune=0.5, prune=structured:0.5, prune=2:4, compress=topk:0.01, accumulate=4, or a key of " +
    "the layout such as precision=fp8",
  nextStep: "write it as one of these",
} as const;

/** The model with the name it goes by from the folder where the question is asked. */
async function largeModelOf(
  { job: { model } }: SimulateFile,
  origin: Origin,
): Promise<Pick<LargeStepQuestion, "model" | "reference">> {
  if (typeof model !== "string") {
    return refuse(origin.place ?? wholeFile("question"), {
      code: "wrong-type",
      found: "a model in place",
      expected: "the id of a large model, or the path of its config.json",
      nextStep: "leave layout and whatIf out, or name a large model",
    });
  }
  const reference = isPath(model) ? (await locate("model", model, origin)).path : model;
  return { model: await readLargeModel(model, origin), reference };
}
