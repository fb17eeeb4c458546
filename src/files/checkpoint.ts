/**
 * A training run as it stood after some step: a safetensors file with the weights, what the
 * optimizer remembers, and the training itself as metadata. Nothing else is needed to go on bit
 * for bit: chance is drawn again from the seed.
 */
import type { Training } from "../records/job.ts";
import { documentOf } from "./document.ts";
import type { StoredTensor } from "./formats/safetensors.ts";
import { parseSafetensors, safetensorsBytes } from "./formats/safetensors.ts";
import { refuse, wholeFile } from "./issue.ts";
import { readBytes } from "./read.ts";
import { trainingFileOf, trainingFrom } from "./training.ts";
import { writeBytes } from "./write.ts";

export interface Checkpoint {
  readonly training: Training;
  /** Updates made. */
  readonly step: number;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Larger files than this are no checkpoints of ours. */
const SIZE_MAX_BYTES = 2 ** 31 - 1;
const FORMAT = "fabricast-checkpoint-1";

export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { training, step, tensors } = checkpoint;
  const metadata = new Map([
    ["format", FORMAT],
    ["step", String(step)],
    ["training", JSON.stringify(trainingFileOf(training))],
  ]);
  await writeBytes(path, safetensorsBytes({ tensors, metadata }));
}

export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await readBytes(path, "a checkpoint that `native train` saved", SIZE_MAX_BYTES);
  const { tensors, metadata } = parseSafetensors(bytes, path);
  const step = Number(metadata.get("step"));
  if (metadata.get("format") !== FORMAT || !Number.isSafeInteger(step) || step < 0) {
    return refuse(wholeFile(path), {
      code: "not-a-checkpoint",
      found: "a safetensors file without the training it belongs to",
      expected: "a checkpoint that `native train` saved",
      nextStep: "save one with --checkpoint",
    });
  }
  let data: unknown;
  try {
    data = JSON.parse(metadata.get("training") ?? "");
  } catch {
    data = undefined; // the reader of trainings says what is missing
  }
  const training = await trainingFrom(documentOf(data, path), path);
  return { training, step, tensors };
}
