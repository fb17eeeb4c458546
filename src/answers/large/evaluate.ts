/** One layout of a large model: its step with range, its memory, its figures of merit. */
import type { LayoutRequest, LargePart, StageMemory } from "../../records/large-step.ts";
import type { LargeModel } from "../../records/large-model.ts";
import { CONSTANTS } from "../../workload/dense/constants.ts";
import type { DenseConstants } from "../../workload/dense/constants.ts";
import { tokenFlop } from "../../workload/dense/flop.ts";
import { matmulPeakFlopPerS } from "../../workload/dense/matmul.ts";
import type { PartRow } from "../../workload/dense/parts.ts";
import { classMemories } from "../../workload/dense/stage-memory.ts";
import { stepTime } from "../../workload/dense/step.ts";
import type { DenseSoftware, FabricShares } from "../../workload/dense/types.ts";
import type { LargeRun } from "./setting.ts";
import { largeRun } from "./setting.ts";
import { waterfall } from "./waterfall.ts";

export interface LargeCase {
  readonly part: PartRow;
  readonly model: LargeModel;
  readonly rankCount: number;
  readonly constants?: DenseConstants;
  readonly fabric?: FabricShares;
  /** Instead of the profile that the layout names. */
  readonly software?: DenseSoftware;
}

export interface Evaluated {
  readonly run: LargeRun;
  readonly request: Required<LayoutRequest>;
  readonly stepTimeS: number;
  readonly parts: readonly LargePart[];
  readonly memory: readonly StageMemory[];
  readonly memoryBytes: number;
}

export function evaluate(about: LargeCase, request: Required<LayoutRequest>): Evaluated {
  const { part, model, rankCount, constants = CONSTANTS, fabric } = about;
  const run: LargeRun = {
    ...largeRun(part, model, request),
    ...(about.software === undefined ? {} : { software: about.software }),
    ...(fabric === undefined ? {} : { fabric }),
  };
  const step = stepTime(run, constants);
  const { parts, stepTimeS } = waterfall(run, step, rankCount, request.jitterShare);
  const memory = memoryOf(run, rankCount);
  const memoryBytes = memory.reduce((most, { totalBytes }) => Math.max(most, totalBytes), 0);
  return { run, request, memory, memoryBytes, parts, stepTimeS };
}

function memoryOf(run: LargeRun, rankCount: number): StageMemory[] {
  const perStage = rankCount / run.layout.stages;
  return classMemories(run).map(({ rankClass, stages, parts, totalBytes }) => ({
    ...{ rankClass, parts, totalBytes },
    rankCount: stages * perStage,
    capacityBytes: run.part.memoryBytes,
  }));
}

export const fits = ({ memoryBytes, run }: Evaluated): boolean =>
  memoryBytes <= run.part.memoryBytes;

export interface Merit {
  readonly tokensPerS: number;
  readonly tokensPerSPerAccelerator: number;
  readonly mfu: number;
  readonly hfu: number;
  readonly denominator: string;
}

export function meritOf({ run, stepTimeS }: Evaluated, rankCount: number, name: string): Merit {
  const { globalBatch, seqTokens, precision } = run.layout;
  const tokensPerS = (globalBatch * seqTokens) / stepTimeS;
  const flop = tokenFlop(run);
  const peak = matmulPeakFlopPerS(run.part, precision);
  const isOwnPeak = precision === "bf16" || peak !== run.part.peakBf16FlopPerS;
  const word = isOwnPeak && precision !== "fp32" ? precision : "bf16";
  const tera = Math.round(peak / 1e12);
  return {
    tokensPerS,
    tokensPerSPerAccelerator: tokensPerS / rankCount,
    mfu: (tokensPerS * flop.modelFlop) / rankCount / peak,
    hfu: (tokensPerS * flop.executedFlop) / rankCount / peak,
    denominator:
      `dense ${word} peak of ${name}, ${tera} Tflop/s; attention counted causal, ` +
      "6 flop a parameter and token without the input table",
  };
}
