/** How a training is divided among processes, and what of the model that gives to one rank. */
import { Refusal } from "../base/errors.ts";
import type { Layout } from "../models/layout.ts";
import { shapeLayout } from "../models/shape-layout.ts";
import type { Training } from "../records/job.ts";
import type { ModelSpec } from "../records/trace.ts";
import type { Groups } from "../tensor/communicator.ts";
import { silentGroup } from "../tensor/communicator.ts";
import type { Degrees } from "./mesh.ts";
import { membersOf, ONE_RANK, placeOf } from "./mesh.ts";

export type Schedule = "1f1b" | "interleaved";
export type Zero = 0 | 1 | 2 | 3;

export interface Parallel {
  readonly degrees: Degrees;
  readonly zero: Zero;
  readonly schedule: Schedule;
  /** Stages of each rank: more than one where they are interleaved. */
  readonly stagesPerRank: number;
  /** Layers of each stage, where they are not balanced. */
  readonly layers?: readonly number[] | undefined;
  readonly sequenceParallel: boolean;
  /** Parts of each rank's batch, one after the other; as the training says where absent. */
  readonly microBatches?: number | undefined;
}

export const ONE_PROCESS: Parallel = {
  degrees: ONE_RANK,
  zero: 0,
  schedule: "1f1b",
  stagesPerRank: 1,
  sequenceParallel: false,
};

/** What one rank holds, with its own groups. */
export function layoutOf(
  spec: ModelSpec,
  { degrees, sequenceParallel, stagesPerRank, layers }: Parallel,
  rank: number,
  groups: Groups,
): Layout {
  const { pipeline, expert } = placeOf(degrees, rank);
  const how = { degrees, sequenceParallel, stagesPerRank, ...(layers && { layers }) };
  const place = { pipelineRank: pipeline, expertRank: expert };
  return { ...shapeLayout(spec, how, place), groups };
}

/** Groups of any rank in which nothing moves: to know what it holds. */
export function silentGroups(degrees: Degrees, rank: number): Groups {
  const group = (kind: keyof Groups) => {
    const members = membersOf(degrees, rank, [kind]);
    return silentGroup(kind, members.indexOf(rank), members.length);
  };
  return {
    ...{ data: group("data"), tensor: group("tensor"), context: group("context") },
    ...{ expert: group("expert"), pipeline: group("pipeline"), embedding: group("embedding") },
  };
}

/** Two micro-batches for each stage keep most stages busy; fewer where the batch has no more. */
const MICRO_BATCHES_PER_STAGE = 2;

/** Parts of a rank's share of the batch: as asked, as the training says, or enough for stages. */
export function microBatchesOf(training: Training, parallel: Parallel): number {
  const { degrees, microBatches, schedule } = parallel;
  const asked = microBatches ?? training.accumulation;
  const { pipeline, data, expert } = degrees;
  if (asked !== undefined || pipeline === 1) return asked ?? 1;
  const share = Math.floor(training.batch / (data * expert));
  let count = Math.max(1, Math.min(share, MICRO_BATCHES_PER_STAGE * pipeline));
  const isFine = () => share % count === 0 && (schedule === "1f1b" || count % pipeline === 0);
  while (count > 1 && !isFine()) count--;
  return count;
}

export function refuseSchedule(training: Training, parallel: Parallel): void {
  const { degrees, schedule } = parallel;
  if (training.model.family === "mlp" && degrees.pipeline > 1) {
    throw new Refusal({
      code: "cannot-be-split",
      pointer: "/pipeline",
      found: `${degrees.pipeline} stages for ${training.model.id}, an mlp`,
      expected: "no pipeline parallelism: it is small enough for one rank",
      nextStep: "take another way of dividing the work, such as --dp",
    });
  }
  const count = microBatchesOf(training, parallel);
  if (schedule !== "interleaved" || count % degrees.pipeline === 0) return;
  throw new Refusal({
    code: "does-not-divide",
    pointer: "/micro-batches",
    found: `${count} micro-batches for ${degrees.pipeline} ranks with interleaved stages`,
    expected: `a multiple of ${degrees.pipeline}`,
    nextStep: `take --micro-batches ${Math.ceil(count / degrees.pipeline) * degrees.pipeline}`,
  });
}
