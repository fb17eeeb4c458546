/** `native train`: trains a model for real and says how it went. */
import { bytes, duration, fixed, percent, significant } from "../base/format.ts";
import type { Training } from "../records/job.ts";
import type { RunReport } from "../training/report.ts";
import type { Saving } from "../training/saving.ts";
import { text } from "./command.ts";
import { countFlag } from "./flags.ts";
import { say } from "./output.ts";
import { changedTraining, prints, pruneOptions } from "./native-options.ts";

/** Lines of progress in a run. */
const PROGRESS_COUNT = 10;

export async function trainNatively(
  target: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { readTraining } = await import("../files/training.ts");
  const { runTraining } = await import("../training/run.ts");
  const { runReport } = await import("../training/report.ts");
  const { savingOptions } = await import("../training/saving.ts");
  const training = changedTraining(await readTraining(target), flags);
  const saving = savingOf(flags);
  const progress = progressOf(training);
  const { prepare, onStep } = await savingOptions(training, saving);
  const done = await runTraining(training, {
    ...(prepare === undefined ? {} : { prepare }),
    prune: pruneOptions(flags, training),
    onStep: async (trainer, loss) => {
      progress(trainer.step, loss);
      await onStep?.(trainer, loss);
    },
  });
  const checkpoint = saving.checkpoint ?? null;
  const head = { tokens: tokensOf(training), transport: null, checkpoint };
  const report = runReport([done], head);
  prints(flags, report, words(training, report));
  return 0;
}

function savingOf(flags: Readonly<Record<string, unknown>>): Saving {
  const everySteps = text(flags, "checkpoint-every");
  return {
    checkpoint: text(flags, "checkpoint"),
    everySteps: everySteps === undefined ? undefined : countFlag("--checkpoint-every", everySteps),
    resume: text(flags, "resume"),
  };
}

/** Tokens of a step; samples, for a model that reads vectors. */
function tokensOf({ model, batch }: Training): number {
  return batch * (model.family === "mlp" ? 1 : model.contextTokens);
}

function progressOf({ steps }: Training): (step: number, loss: number) => void {
  const every = Math.max(1, Math.floor(steps / PROGRESS_COUNT));
  return (step, loss) => {
    if (step % every !== 0 && step !== steps && step !== 1) return;
    say(`step ${fixed(step)} of ${fixed(steps)}: loss ${significant(loss, 4)}`);
  };
}

function pruningWords({ pruning }: RunReport): string[] {
  if (pruning === undefined) return [];
  const { ratio, kind, step, prunedCount, losses } = pruning;
  return [
    `pruned ${percent(ratio, 0)} of ${kind === "rows" ? "rows" : "weights"} after step ` +
      `${fixed(step)} (${fixed(prunedCount)} zeros): loss ${significant(losses.before, 4)} → ` +
      `${significant(losses.after, 4)}, after fine-tuning ${significant(losses.fineTuned, 4)}`,
  ];
}

function words(training: Training, report: RunReport): string {
  const { losses, stepTimeS, ranks, parallel } = report;
  const unit = training.model.family === "mlp" ? "samples" : "tokens";
  const [first = 0] = losses;
  const lines = [
    `${training.model.name}: ${fixed(report.steps)} steps (${report.backend}), ` +
      `loss ${significant(first, 4)} → ${significant(losses.at(-1) ?? 0, 4)}`,
    `step: median ${duration(stepTimeS.p50)}, 90 % within ${duration(stepTimeS.p90)}; ` +
      `${significant(report.tokensPerS)} ${unit}/s`,
    `processes: ${parallel.processes}` +
      (parallel.transport === null ? "" : `, data parallel over ${parallel.transport}`),
    ...ranks.map(
      (rank) =>
        `  rank ${rank.rank} (pid ${rank.pid}): ${bytes(rank.parameterBytes)} of parameters, ` +
        `${significant(rank.matmulFlop / 1e9)} Gflop of matrix products, ` +
        `${fixed(rank.sequences)} sequences, ${bytes(rank.sentBytes)} sent`,
    ),
    ...pruningWords(report),
    ...(report.checkpoint === null ? [] : [`saved ${report.checkpoint}`]),
  ];
  return lines.join("\n");
}
