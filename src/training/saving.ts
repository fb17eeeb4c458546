/** When a run saves checkpoints, and where it starts from. */
import { readCheckpoint, writeCheckpoint } from "../files/checkpoint.ts";
import type { Training } from "../records/job.ts";
import { checkpointOf, resumeTrainer } from "./checkpoint.ts";
import type { RunOptions } from "./run.ts";
import type { Trainer } from "./trainer.ts";

export interface Saving {
  /** Where checkpoints go; nowhere, if absent. */
  readonly checkpoint?: string | undefined;
  /** Steps between them; at the end only, if absent. */
  readonly everySteps?: number | undefined;
  /** The checkpoint to go on from. */
  readonly resume?: string | undefined;
}

/** Reads what is to be resumed, before anything starts. */
export async function savingOptions(
  training: Training,
  { checkpoint, everySteps, resume }: Saving,
  onSaved: (step: number) => void = () => undefined,
): Promise<Pick<RunOptions, "prepare" | "onStep">> {
  const saved = resume === undefined ? undefined : await readCheckpoint(resume);
  return {
    prepare: (trainer) => {
      if (saved !== undefined) resumeTrainer(trainer, saved, resume ?? "");
    },
    onStep: async (trainer: Trainer) => {
      if (checkpoint === undefined) return;
      const isLast = trainer.step === training.steps;
      const isDue = everySteps !== undefined && trainer.step % everySteps === 0;
      if (!isLast && !isDue) return;
      const whole = checkpointOf(trainer);
      if (whole === undefined) return; // rank 0 has it, and writes
      await writeCheckpoint(checkpoint, whole);
      onSaved(trainer.step);
    },
  };
}
