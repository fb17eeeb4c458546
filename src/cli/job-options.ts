/** Flags that describe a training job, and the question they make — as a file would. */
import type { Options } from "yargs";
import { text } from "./command.ts";

export const JOB_OPTIONS: Readonly<Record<string, Options>> = {
  model: { type: "string", requiresArg: true, demandOption: true, describe: "model: id or file" },
  batch: { type: "string", default: "1024", describe: "sequences per optimizer step, in all" },
  tokens: { type: "string", describe: "tokens per sequence; default: the model's context" },
  "micro-batch": { type: "string", default: "8", describe: "most sequences in a forward pass" },
  sharding: {
    choices: ["zero-1", "replicated"],
    default: "zero-1",
    describe: "optimizer state: sharded or on every accelerator",
  },
};

/** The `job:` block of a question file. Values stay text: the file's reader checks them. */
export function jobBlock(
  flags: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const tokens = text(flags, "tokens");
  return {
    model: text(flags, "model"),
    globalBatch: text(flags, "batch"),
    ...(tokens === undefined ? {} : { tokensPerSample: tokens }),
    microBatch: text(flags, "micro-batch"),
    sharding: text(flags, "sharding"),
  };
}
