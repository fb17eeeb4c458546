/**
 * How a global batch is spread over the ranks of a data-parallel job: every rank takes the
 * same number of sequences, in equal micro-batches, one after another.
 */
import { assert } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { fixed } from "../base/format.ts";
import type { Job } from "../records/job.ts";

/** sequencesPerRank = microBatch · accumulation. */
export interface Layout {
  readonly sequencesPerRank: number;
  /** Sequences in one forward pass. */
  readonly microBatch: number;
  /** Forward-backward passes in one optimizer step. */
  readonly accumulation: number;
}

/**
 * The largest equal micro-batches that the job allows: large ones fill the matrix units and
 * pay the launches of a pass less often.
 */
export function layoutFor(job: Job, rankCount: number): Layout {
  assert(isCount(rankCount), "a job runs on a whole number of ranks");
  assert(isCount(job.globalBatch), "a global batch is a whole number of sequences");
  assert(isCount(job.microBatchMax), "a micro-batch is a whole number of sequences");
  if (job.globalBatch % rankCount !== 0) throw doesNotDivide(job.globalBatch, rankCount);

  const sequencesPerRank = job.globalBatch / rankCount;
  let microBatch = Math.min(job.microBatchMax, sequencesPerRank);
  while (sequencesPerRank % microBatch !== 0) microBatch--;
  return {
    sequencesPerRank,
    microBatch,
    accumulation: sequencesPerRank / microBatch,
  };
}

function doesNotDivide(globalBatch: number, rankCount: number): Refusal {
  const nearest = nearestDivisors(globalBatch, rankCount).map((count) => fixed(count));
  return new Refusal({
    code: "does-not-divide",
    pointer: "/job/globalBatch",
    found: `a global batch of ${fixed(globalBatch)} sequences on ${fixed(rankCount)} ranks`,
    expected: "the same whole number of sequences on every rank",
    nextStep: `take ${nearest.join(" or ")} ranks, or a global batch that divides`,
  });
}

/** The divisors of a batch next below and next above a count that is none, in this order. */
function nearestDivisors(globalBatch: number, rankCount: number): number[] {
  let below = Math.min(rankCount, globalBatch);
  while (globalBatch % below !== 0) below--;
  if (rankCount > globalBatch) return [below];
  let above = rankCount;
  while (globalBatch % above !== 0) above++;
  return [below, above];
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
