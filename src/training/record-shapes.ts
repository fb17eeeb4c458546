/** Records a step of a model of any size by walking it, without any arithmetic. */
import { Refusal } from "../base/errors.ts";
import { traceShapes } from "../models/shape-trace.ts";
import type { Training } from "../records/job.ts";
import type { DegreeName, Degrees, RankProgram, RecordedTrace } from "../records/trace-file.ts";
import { dependenciesOf } from "../records/trace-file.ts";
import type { ModelSpec, Trace } from "../records/trace.ts";
import { recordedShapes } from "./recorded-shapes.ts";

export interface WalkOptions {
  readonly batch: number;
  readonly tokens: number;
  /** 2 for bf16 with fp32 master weights, 4 for fp32. */
  readonly elementBytes: number;
  readonly degrees: Degrees;
}

export function recordShapes(model: ModelSpec, options: WalkOptions): RecordedTrace {
  const { degrees, batch, tokens, elementBytes } = options;
  const trace = traceShapes(model, { batch, tokens, elementBytes });
  return recorded(model, trace, degrees);
}

/** The step of a training at other sizes. */
export function recordTrainingShapes(training: Training, degrees: Degrees): RecordedTrace {
  const { model } = training;
  return { ...recorded(model, recordedShapes(training), degrees), training };
}

function recorded(model: ModelSpec, trace: Trace, degrees: Degrees): RecordedTrace {
  refuseDegrees(degrees);
  const ranks = Array.from({ length: degrees.dp }, (_, rank) => rank);
  const program = programOf(withReduction(trace, degrees.dp), ranks);
  return { model, degrees, programs: [program] };
}

const LAYOUT_NAMES: Readonly<Record<Exclude<DegreeName, "dp">, string>> = {
  tp: "tensor",
  pp: "pipeline",
  ep: "expert",
  cp: "context",
};

export function refuseDegrees(degrees: Degrees): void {
  for (const [name, layout] of Object.entries(LAYOUT_NAMES)) {
    const degree = degrees[name as DegreeName];
    if (degree === 1) continue;
    throw new Refusal({
      code: "not-traced",
      pointer: `/${name}`,
      found: `${layout} parallelism of degree ${degree}`,
      expected: "degree 1: steps divided that way are not recorded yet",
      nextStep: `take --${name} 1`,
    });
  }
}

export function programOf(trace: Trace, ranks: readonly number[]): RankProgram {
  return { ranks, trace, dependencies: dependenciesOf(trace) };
}

/** All gradients are summed over the data-parallel ranks at once, when backward is done. */
export function withReduction(trace: Trace, rankCount: number): Trace {
  if (rankCount === 1) return trace;
  const firstUpdate = trace.ops.findIndex(({ phase }) => phase === "optimizer");
  const op = firstUpdate < 0 ? trace.ops.length : firstUpdate;
  const bytes = trace.parameterCount * trace.elementBytes;
  const head = { kind: "all-reduce", group: "data", phase: "backward" } as const;
  const collective = { ...head, name: "gradients", rankCount, bytes, op };
  return { ...trace, collectives: [...(trace.collectives ?? []), collective] };
}
