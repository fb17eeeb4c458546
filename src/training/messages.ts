/** What the command and the processes it starts say to each other. */
import { InputError, MachineError, Refusal } from "../base/errors.ts";
import type { Issue } from "../base/errors.ts";
import type { Training } from "../records/job.ts";
import type { Axis } from "./mesh.ts";
import type { Parallel } from "./parallel.ts";
import type { RankTask } from "./rank-task.ts";
import type { ProcessReport } from "./report.ts";
import type { PruneOptions } from "./run.ts";
import type { Stuck } from "./stuck.ts";
import type { Saving } from "./saving.ts";

/** What collectives go over. */
export type Transport = "memory" | "tcp";

/** To a process: all that it needs, once every process listens. */
export interface StartMessage {
  readonly kind: "start";
  readonly rank: number;
  readonly ports: readonly number[];
  readonly token: string;
  readonly training: Training;
  readonly saving: Saving;
  readonly prune: PruneOptions | undefined;
  readonly without: Axis | undefined;
  readonly parallel: Parallel;
  readonly probes: boolean;
  readonly transport: Transport;
  /** Instead of training. */
  readonly task?: RankTask;
  /** For tests. */
  readonly stuck?: Stuck;
}

/** From a process. */
export type RankMessage =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "step"; readonly step: number; readonly loss: number }
  | { readonly kind: "saved"; readonly step: number }
  | { readonly kind: "lost"; readonly message: string }
  | { readonly kind: "failed"; readonly error: ErrorMessage }
  | { readonly kind: "done"; readonly report: ProcessReport };

export interface ErrorMessage {
  readonly name: string;
  readonly message: string;
  readonly issues: readonly Issue[];
}

export function errorMessage(error: unknown): ErrorMessage {
  if (error instanceof InputError) return { name: error.name, message: "", issues: error.issues };
  if (error instanceof Refusal) {
    const { code, pointer, found, expected, nextStep, message } = error;
    const place = { file: "", line: 0, column: 0 };
    const issues = [{ ...place, code, pointer, found, expected, nextStep }];
    return { name: error.name, message, issues };
  }
  const { name, message, stack = message } = error instanceof Error ? error : new Error("unknown");
  return { name, message: name === "MachineError" ? message : stack, issues: [] };
}

/** The error as it was, for the exit code and the words that belong to it. */
export function errorOf({ name, message, issues }: ErrorMessage): Error {
  const [first] = issues;
  if (name === "InputError") return new InputError(issues);
  if (name === "Refusal" && first !== undefined) return new Refusal(first);
  return name === "MachineError" ? new MachineError(message) : new Error(message);
}
