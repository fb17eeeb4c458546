/** `native train`: trains a model for real and says how it went. */
import { bytes, duration, fixed, significant } from "../base/format.ts";
import type { Training } from "../records/job.ts";
import type { RunReport } from "../training/report.ts";
import { say } from "./output.ts";
import { changedTraining, prints } from "./native-options.ts";

/** Lines of progress in a run. */
const PROGRESS_COUNT = 10;

export async function trainNatively(
  target: string,
  flags: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { readTraining } = await import("../files/training.ts");
  const { runTraining } = await import("../training/run.ts");
  const { runReport } = await import("../training/report.ts");
  const training = changedTraining(await readTraining(target), flags);
  const progress = progressOf(training);
  const done = await runTraining(training, {
    onStep: (trainer, loss) => progress(trainer.step, loss),
  });
  const head = { tokens: tokensOf(training), transport: null, checkpoint: null };
  const report = runReport([done], head);
  prints(flags, report, words(training, report));
  return 0;
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
  ];
  return lines.join("\n");
}
