/** The flags of `trace`, and what they say. */
import type { Options } from "yargs";
import { UsageError } from "../base/errors.ts";
import type { Degrees } from "../records/trace-file.ts";
import { text } from "./command.ts";
import { countFlag } from "./flags.ts";
import { JSON_OPTION } from "./options.ts";

const degree = (what: string): Options => ({
  type: "string",
  requiresArg: true,
  describe: `record: ${what}-parallel degree`,
});

export const TRACE_OPTIONS: Readonly<Record<string, Options>> = {
  output: { type: "string", alias: "o", requiresArg: true, describe: "file to write" },
  device: {
    choices: ["native", "shape-only"],
    default: "native",
    describe: "record: train for real, or walk the model without arithmetic",
  },
  model: { type: "string", requiresArg: true, describe: "record, scale: a model, by id or file" },
  batch: { type: "string", requiresArg: true, describe: "record, scale: samples of a step" },
  tokens: { type: "string", requiresArg: true, describe: "record, scale: tokens of a sample" },
  precision: {
    choices: ["bf16", "fp32"],
    describe: "record: of shapes alone; default: bf16 with fp32 master weights",
  },
  seed: { type: "string", requiresArg: true, describe: "record: seed of weights and data" },
  processes: { type: "string", requiresArg: true, describe: "record: processes of the training" },
  dp: degree("data"),
  tp: degree("tensor"),
  pp: degree("pipeline"),
  ep: degree("expert"),
  cp: degree("context"),
  "micro-batches": {
    type: "string",
    requiresArg: true,
    describe: "record: parts of each rank's batch, one after the other",
  },
  "sequence-parallel": {
    type: "boolean",
    describe: "record: split what lies between tensor-parallel layers by rows",
  },
  to: { choices: ["perfetto", "chakra"], describe: "export: the other tool's format" },
  json: JSON_OPTION,
};

type Flags = Readonly<Record<string, unknown>>;

/** A count, or undefined where the flag was not given. */
export function optionalCount(flags: Flags, name: string): number | undefined {
  const value = text(flags, name);
  return value === undefined ? undefined : countFlag(`--${name}`, value);
}

export function degreesOf(flags: Flags): Degrees {
  const of = (name: string) => optionalCount(flags, name) ?? 1;
  return { dp: of("dp"), tp: of("tp"), pp: of("pp"), ep: of("ep"), cp: of("cp") };
}

export function outputOf(flags: Flags, action: string): string {
  const output = text(flags, "output");
  if (output !== undefined) return output;
  throw new UsageError(`trace ${action} writes a file: give -o FILE`);
}
