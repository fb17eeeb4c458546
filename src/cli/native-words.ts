/** A training run in words, for people. */
import { bytes, duration, fixed, percent, significant } from "../base/format.ts";
import type { Training } from "../records/job.ts";
import type { RunReport } from "../training/report.ts";

export function trainingWords(training: Training, report: RunReport): string {
  const { losses, stepTimeS, ranks, parallel } = report;
  const unit = training.model.family === "mlp" ? "samples" : "tokens";
  const [first = 0] = losses;
  const lines = [
    `${training.model.name}: ${fixed(report.steps)} steps (${report.backend}), ` +
      `loss ${significant(first, 4)} → ${significant(losses.at(-1) ?? 0, 4)}`,
    `step: median ${duration(stepTimeS.p50)}, 90 % within ${duration(stepTimeS.p90)}; ` +
      `${significant(report.tokensPerS)} ${unit}/s`,
    ...layoutWords(parallel),
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

function layoutWords(parallel: RunReport["parallel"]): string[] {
  const { processes, transport, overlap, microBatches, zero, schedule } = parallel;
  const degrees = (["dp", "tp", "pp", "ep", "cp"] as const).filter((key) => parallel[key] > 1);
  const words = [
    ...degrees.map((key) => `${key} ${parallel[key]}`),
    ...(zero > 0 ? [`ZeRO ${zero}`] : []),
    ...(parallel.pp > 1 ? [`${schedule} with ${microBatches} micro-batches`] : []),
    ...(parallel.sequenceParallel ? ["sequence parallel"] : []),
    ...(transport === null ? [] : [`over ${transport}`]),
  ];
  const lines = [[`processes: ${processes}`, ...words].join(", ")];
  const { exchangeS, waitedS } = overlap;
  if (exchangeS === 0) return lines;
  const hidden = percent(1 - waitedS / exchangeS, 0);
  return [...lines, `gradients: ${duration(exchangeS)} of exchanges, ${hidden} behind backward`];
}

function pruningWords({ pruning }: RunReport): string[] {
  if (pruning === undefined) return [];
  const { ratio, kind, step, prunedCount, losses } = pruning;
  return [
    `pruned ${percent(ratio, 0)} of ${kind} after step ${fixed(step)} ` +
      `(${fixed(prunedCount)} zeros): loss ${significant(losses.before, 4)} → ` +
      `${significant(losses.after, 4)}, after fine-tuning ${significant(losses.fineTuned, 4)}`,
  ];
}
