/** The flags of `native`, and what they ask of a training. */
import type { Options } from "yargs";
import type { Issue } from "../base/errors.ts";
import { InputError, UsageError } from "../base/errors.ts";
import type { Training } from "../records/job.ts";
import { isOn, text } from "./command.ts";
import type { PruneOptions } from "../training/run.ts";
import { countFlag, flagIssue } from "./flags.ts";
import { LAYOUT_OPTIONS } from "./native-layout.ts";
import { JSON_OPTION } from "./options.ts";

export const NATIVE_OPTIONS: Readonly<Record<string, Options>> = {
  steps: { type: "string", requiresArg: true, describe: "train: optimizer steps" },
  seed: { type: "string", requiresArg: true, describe: "train: seed of weights and data" },
  checkpoint: { type: "string", requiresArg: true, describe: "train: file to save to" },
  "checkpoint-every": {
    type: "string",
    requiresArg: true,
    describe: "train: save after so many steps each; default: at the end only",
  },
  resume: { type: "string", requiresArg: true, describe: "train: go on from a checkpoint" },
  prune: {
    type: "string",
    requiresArg: true,
    describe: "train: share of the weights to zero, e.g. 0.5",
  },
  "at-step": { type: "string", requiresArg: true, describe: "train: prune after this step" },
  "prune-kind": {
    choices: ["weights", "rows"],
    default: "weights",
    describe: "train: prune single weights, or whole rows of matrices",
  },
  ...LAYOUT_OPTIONS,
  transport: {
    choices: ["memory", "tcp"],
    describe: "train: what collectives go over; default: memory where processes can share it",
  },
  "stall-after": {
    type: "string",
    requiresArg: true,
    describe:
      "train: seconds without progress after which processes are given up; " +
      "default: 10, or 10 of the longest steps",
  },
  precision: {
    choices: ["fp32", "bf16"],
    describe: "train: what products round their operands to; bf16 needs AVX-512 BF16",
  },
  threads: {
    type: "string",
    requiresArg: true,
    describe: "threads of each process; default: all cores, or 1 of several processes",
  },
  prompt: { type: "string", requiresArg: true, describe: "infer: text, with [MASK] for BERT" },
  bytes: { type: "string", default: "64", describe: "infer: how many bytes, or tokens, are added" },
  tokenizer: { type: "string", requiresArg: true, describe: "infer: the model's tokenizer.json" },
  input: { type: "string", requiresArg: true, describe: "infer: rows of numbers, CSV or JSON" },
  json: JSON_OPTION,
};

/** The training with what the flags change. */
export function changedTraining(
  training: Training,
  flags: Readonly<Record<string, unknown>>,
): Training {
  const steps = text(flags, "steps");
  const seed = text(flags, "seed");
  const precision = text(flags, "precision");
  return {
    ...training,
    ...(steps === undefined ? {} : { steps: countFlag("--steps", steps) }),
    ...(seed === undefined ? {} : { seed: countFlag("--seed", seed) }),
    ...(precision === "fp32" || precision === "bf16" ? { precision } : {}),
  };
}

/** Seconds, whole or not. */
export function stallAfter(flags: Readonly<Record<string, unknown>>): number | undefined {
  const given = text(flags, "stall-after");
  if (given === undefined) return undefined;
  const secondsS = Number(given);
  if (given.trim() !== "" && secondsS >= STALL_MIN_S && secondsS <= STALL_MAX_S) return secondsS;
  const expected = `seconds from ${STALL_MIN_S} to ${STALL_MAX_S}`;
  throw new InputError([flagIssue("--stall-after", `"${given}"`, expected, "correct it")]);
}

/** A few looks of the watch; a day. */
const [STALL_MIN_S, STALL_MAX_S] = [1, 86_400];

/** `--threads 2` outranks FABRICAST_THREADS, which the backend and all processes follow. */
export function askThreads(flags: Readonly<Record<string, unknown>>): void {
  const threads = text(flags, "threads");
  if (threads === undefined) return;
  const count = countFlag("--threads", threads);
  if (count > THREADS_MAX) {
    const expected = `at most ${THREADS_MAX} threads`;
    throw new InputError([flagIssue("--threads", threads, expected, "take fewer")]);
  }
  process.env["FABRICAST_THREADS"] = String(count);
}

const THREADS_MAX = 256;

/** `--prune 0.5 --at-step 100`; both or none. */
export function pruneOptions(
  flags: Readonly<Record<string, unknown>>,
  { steps }: Training,
): PruneOptions | undefined {
  const prune = text(flags, "prune");
  const at = text(flags, "at-step");
  if (prune === undefined && at === undefined) return undefined;
  if (prune === undefined || at === undefined) {
    throw new UsageError("--prune and --at-step belong together: --prune 0.5 --at-step 100");
  }
  const ratio = Number(prune);
  const issues: Issue[] = [];
  if (!(ratio > 0 && ratio < 1)) {
    const expected = "a share between 0 and 1 such as 0.5";
    issues.push(flagIssue("--prune", `"${prune}"`, expected, "correct --prune"));
  }
  const step = countFlag("--at-step", at);
  if (step > steps) {
    const expected = `a step of the ${steps} there are`;
    issues.push(flagIssue("--at-step", at, expected, "prune earlier, or raise --steps"));
  }
  if (issues.length > 0) throw new InputError(issues);
  return { ratio, step, kind: text(flags, "prune-kind") === "rows" ? "rows" : "weights" };
}

export function prints(flags: Readonly<Record<string, unknown>>, json: unknown, words: string) {
  const shown = isOn(flags, "json") ? JSON.stringify(json, null, 2) : words;
  process.stdout.write(`${shown.trimEnd()}\n`);
}
