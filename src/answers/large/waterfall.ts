/** A step's seconds by cause, from ideal compute to jitter; they sum exactly to the step. */
import { exactSum } from "../../base/sum.ts";
import type { LargePart, StepCause } from "../../records/large-step.ts";
import { matmulPeakFlopPerS } from "../../workload/dense/matmul.ts";
import { tokenFlop } from "../../workload/dense/flop.ts";
import type { StepTime } from "../../workload/dense/step.ts";
import type { LargeRun } from "./setting.ts";

export interface Waterfall {
  readonly parts: readonly LargePart[];
  readonly stepTimeS: number;
}

const INEFFICIENCY = "kernel inefficiency";
const EXPOSED = "exposed communication";

export function waterfall(
  run: LargeRun,
  { parts }: StepTime,
  rankCount: number,
  jitterShare: number,
): Waterfall {
  const { globalBatch, seqTokens, precision } = run.layout;
  const flop = globalBatch * seqTokens * tokenFlop(run).modelFlop;
  const idealS = flop / rankCount / matmulPeakFlopPerS(run.part, precision);
  const productsS = parts.productsS + parts.attentionS + parts.logitsS;
  const rows: (readonly [StepCause, string, number])[] = [
    ["ideal compute", "ideal compute", idealS],
    ["products below peak", INEFFICIENCY, productsS - idealS],
    ["memory-bound ops", INEFFICIENCY, parts.bytesS],
    ["launches and software", INEFFICIENCY, parts.softwareS],
    ["optimizer", INEFFICIENCY, parts.optimizerS],
    ["recompute", "recompute", parts.recomputeS],
    ["bubble", "bubble", parts.bubbleS],
    ["exposed tensor traffic", EXPOSED, parts.tensorS],
    ["exposed context traffic", EXPOSED, parts.contextS],
    ["exposed expert traffic", EXPOSED, parts.expertsS],
    ["exposed data traffic", EXPOSED, parts.dataS],
    ["exposed pipeline traffic", EXPOSED, parts.pointToPointS],
  ];
  const busyS = rows.reduce((sum, [, group, s]) => sum + (group === EXPOSED ? 0 : s), 0);
  rows.push(["jitter", "jitter", busyS * jitterShare * latestOf(rankCount)]);
  const list = rows.map(([name, group, durationS]) => ({ name, group, durationS }));
  return { parts: list, stepTimeS: exactSum(list.map(({ durationS }) => durationS)) };
}

/**
 * Standard deviations by which the latest of n normal ranks is expected late: sqrt(2 ln n),
 * an upper bound that large n approach. All wait for it in a synchronous step.
 */
export const latestOf = (rankCount: number): number => Math.sqrt(2 * Math.log(rankCount));
