/** `native infer`: runs a saved model on a prompt or on rows of numbers. */
import { UsageError } from "../base/errors.ts";
import { percent, significant } from "../base/format.ts";
import { printable } from "../base/printable.ts";
import type { Inferred } from "../training/infer.ts";
import { text } from "./command.ts";
import { countFlag } from "./flags.ts";
import { prints } from "./native-options.ts";

export async function inferNatively(
  path: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { readCheckpoint } = await import("../files/checkpoint.ts");
  const checkpoint = await readCheckpoint(path);
  const inferred = await infer({ checkpoint, path }, flags);
  prints(flags, inferred, words(inferred));
  return 0;
}

async function infer(
  saved: Parameters<typeof import("../training/infer.ts").mapRows>[0],
  flags: Readonly<Record<string, unknown>>,
): Promise<Inferred> {
  const { continueText, fillMasks, mapRows } = await import("../training/infer.ts");
  const { family, name } = saved.checkpoint.training.model;
  if (family === "mlp") {
    const { readRows } = await import("../files/rows.ts");
    return mapRows(saved, await readRows(needed(flags, "input", `${name} reads rows`)));
  }
  const prompt = needed(flags, "prompt", `${name} reads text`);
  const codec = await codecOf(text(flags, "tokenizer"));
  if (family === "bert") return fillMasks(saved, prompt, codec);
  return continueText(saved, prompt, countFlag("--bytes", text(flags, "bytes") ?? "64"), codec);
}

async function codecOf(tokenizer: string | undefined) {
  if (tokenizer === undefined) return undefined;
  const { readTokenizer } = await import("../files/tokenizer.ts");
  const { bytePairCodec } = await import("../training/byte-pairs.ts");
  return bytePairCodec(await readTokenizer(tokenizer));
}

function needed(flags: Readonly<Record<string, unknown>>, name: string, why: string): string {
  const value = text(flags, name);
  if (value !== undefined) return value;
  throw new UsageError(`${why}: give --${name}`);
}

function words(inferred: Inferred): string {
  if (inferred.kind === "text") return inferred.prompt + inferred.text;
  if (inferred.kind === "values") {
    return inferred.values.map((row) => row.map((v) => significant(v, 6)).join(", ")).join("\n");
  }
  const lines = inferred.masks.map((candidates, i) => {
    const shown = candidates.map(
      (candidate) =>
        `${printable(JSON.stringify(candidate.text))} ${percent(candidate.probability)}`,
    );
    return `mask ${i + 1}: ${shown.join(", ")}`;
  });
  return [inferred.text, ...lines].join("\n");
}
