/** What every result begins with. */
import { shellQuoted } from "../base/shell.ts";
import { VERSION, CATALOG_DATE } from "../base/version.ts";
import type { LayoutRequest } from "../records/large-step.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Question, Training } from "../records/job.ts";
import { SCHEMA_VERSION } from "../records/result.ts";
import type { Assumption, ResultHead } from "../records/result.ts";
import type { OnProgress } from "../records/schedule.ts";
import type { Measurement, Trace } from "../records/trace.ts";
import type { ValidationTable } from "./accuracy/validation.ts";
import type { Anchor } from "./large/setting.ts";

/** What the asker brings besides the question itself. */
export interface Asked {
  /** Words after the command: ["run", "scenarios/questions/quickstart.yaml"]. */
  readonly words: readonly string[];
  /** Really recorded steps of small models, with what was measured on the way. */
  readonly recordings: readonly Recording[];
  readonly measurement?: Measurement;
  /** Name of the file it was read from; absent when it was measured in this run. */
  readonly measurementFile?: string;
  readonly large?: LargeGiven;
  /** Who is told how far a long simulation is. */
  readonly onProgress?: OnProgress;
}

/** What a question about a large model is answered with. */
export interface LargeGiven {
  readonly published: readonly ValidationTable[];
  /** Reads the text of a layout; the door of files does. */
  readonly readLayout: (text: string) => LayoutRequest;
  readonly anchor?: Anchor;
}

export interface Recording {
  readonly training: Training;
  readonly trace: Trace;
}

export function headOf(
  question: Question,
  asked: Asked,
  assumptions: readonly Assumption[],
  next: readonly string[] = [],
): Omit<ResultHead, "answer"> {
  return {
    schemaVersion: SCHEMA_VERSION,
    id: question.id,
    question: question.title,
    asOf: question.asOf,
    catalog: CATALOG_DATE,
    seed: question.seed,
    version: VERSION,
    fidelity: "flow",
    semantics:
      question.kind === "collective" ? (question.network?.semantics ?? "barrier") : "barrier",
    assumptions,
    next,
    reproduce: command(asked.words),
  };
}

/** How a command names a cluster: by its id, or by its file if it is the asker's own. */
export const referenceOf = (cluster: Cluster): string => cluster.reference ?? cluster.id;

/** A command line that works as printed, from the folder where the question was asked. */
export function command(words: readonly string[]): string {
  return ["npx fabricast", ...words.map(shellQuoted)].join(" ");
}
