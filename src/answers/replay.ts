/** The small steps that really ran here, replayed on each cluster: same path, other size. */
import type { CompareQuestion } from "../records/job.ts";
import type { PointRow } from "../records/result.ts";
import type { Asked, Recording } from "./head.ts";
import type { Evaluator } from "./evaluator.ts";
import { evaluatePoint } from "./point.ts";

/** Weak scaling: every accelerator computes the step as it was recorded. */
export function replayRows(
  evaluator: Evaluator,
  question: CompareQuestion,
  asked: Asked,
): PointRow[] {
  const rankCount = Math.max(...question.rankCounts.filter((count) => count <= 64));
  return asked.recordings.flatMap((recording) =>
    question.clusters.map((cluster) => {
      const { row } = evaluatePoint(evaluator, {
        cluster,
        job: jobOf(recording, rankCount, question),
        rankCount,
        scaling: "weak",
        trace: recording.trace,
      });
      return row;
    }),
  );
}

function jobOf({ training, trace }: Recording, rankCount: number, question: CompareQuestion) {
  return {
    model: training.model,
    globalBatch: trace.sampleCount * rankCount,
    tokensPerSample: trace.tokensPerSample,
    microBatchMax: trace.sampleCount,
    sharding: question.job.sharding,
  };
}
