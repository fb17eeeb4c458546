/** The flags of `native`, and what they ask of a training. */
import type { Options } from "yargs";
import type { Training } from "../records/job.ts";
import { isOn, text } from "./command.ts";
import { countFlag } from "./flags.ts";
import { JSON_OPTION } from "./options.ts";

export const NATIVE_OPTIONS: Readonly<Record<string, Options>> = {
  steps: { type: "string", requiresArg: true, describe: "train: optimizer steps" },
  seed: { type: "string", requiresArg: true, describe: "train: seed of weights and data" },
  json: JSON_OPTION,
};

/** The training with what the flags change. */
export function changedTraining(
  training: Training,
  flags: Readonly<Record<string, unknown>>,
): Training {
  const steps = text(flags, "steps");
  const seed = text(flags, "seed");
  return {
    ...training,
    ...(steps === undefined ? {} : { steps: countFlag("--steps", steps) }),
    ...(seed === undefined ? {} : { seed: countFlag("--seed", seed) }),
  };
}

export function prints(flags: Readonly<Record<string, unknown>>, json: unknown, words: string) {
  const shown = isOn(flags, "json") ? JSON.stringify(json, null, 2) : words;
  process.stdout.write(`${shown.trimEnd()}\n`);
}
