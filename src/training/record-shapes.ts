/** Records a step of a model of any size and layout by walking it, without any arithmetic. */
import { traceClasses } from "../models/shape-layout.ts";
import type { Training } from "../records/job.ts";
import type { Degrees, RankProgram, RecordedTrace } from "../records/trace-file.ts";
import { dependenciesOf } from "../records/trace-file.ts";
import type { ModelSpec, Trace } from "../records/trace.ts";
import type { Degrees as MeshDegrees } from "./mesh.ts";
import { placeOf, rankCountOf } from "./mesh.ts";
import { recordedShapes } from "./recorded-shapes.ts";

export interface WalkOptions {
  /** Samples of one rank's step: a micro-batch. */
  readonly batch: number;
  readonly tokens: number;
  /** 2 for bf16 with fp32 master weights, 4 for fp32. */
  readonly elementBytes: number;
  readonly degrees: Degrees;
}

/** One program for each class of ranks. */
export function recordShapes(model: ModelSpec, options: WalkOptions): RecordedTrace {
  const { degrees, batch, tokens, elementBytes } = options;
  const mesh = meshOf(degrees);
  const classes = traceClasses(model, { degrees: mesh }, { batch, tokens, elementBytes });
  const total = Array.from({ length: rankCountOf(mesh) }, (_, rank) => rank);
  const places = total.map((rank) => placeOf(mesh, rank));
  const programs = classes.map(({ places: own, trace }) => {
    const isOwn = new Set(
      own.map(({ pipelineRank, expertRank }) => `${pipelineRank} ${expertRank}`),
    );
    const ranks = total.filter((rank) => {
      const { pipeline = 0, expert = 0 } = places[rank] ?? {};
      return isOwn.has(`${pipeline} ${expert}`);
    });
    return programOf(withReduction(trace, degrees), ranks);
  });
  return { model, degrees, programs };
}

/** The step that a training would record, at its own sizes. */
export function recordTrainingShapes(training: Training, degrees: Degrees): RecordedTrace {
  const { model } = training;
  if (rankCountOf(meshOf(degrees)) === 1) {
    return { model, training, degrees, programs: [programOf(recordedShapes(training), [0])] };
  }
  const { batch, accumulation = 1 } = training;
  const tokens = model.family === "mlp" ? 1 : model.contextTokens;
  const own = Math.max(1, batch / accumulation / degrees.dp / degrees.ep);
  return { ...recordShapes(model, { batch: own, tokens, elementBytes: 4, degrees }), training };
}

export function meshOf({ dp, tp, pp, ep, cp }: Degrees) {
  return { data: dp, tensor: tp, pipeline: pp, expert: ep, context: cp };
}

export function degreesOf({ data, tensor, pipeline, expert, context }: MeshDegrees): Degrees {
  return { dp: data, tp: tensor, pp: pipeline, ep: expert, cp: context };
}

export function programOf(trace: Trace, ranks: readonly number[]): RankProgram {
  return { ranks, trace, dependencies: dependenciesOf(trace) };
}

/** As the layers of experts call their weights. */
const EXPERT = /\.experts?\./;

/**
 * When backward is done, gradients are summed over all ranks that hold the same weights: those of
 * experts over the data-parallel ranks, all others also along the expert and context axes.
 */
export function withReduction(trace: Trace, { dp, ep, cp }: Degrees): Trace {
  const firstUpdate = trace.ops.findIndex(({ phase }) => phase === "optimizer");
  const op = firstUpdate < 0 ? trace.ops.length : firstUpdate;
  const experts = trace.gradients.reduce((sum, { parameter, elementCount }) => {
    return sum + (ep > 1 && EXPERT.test(parameter) ? elementCount : 0);
  }, 0);
  const head = { kind: "all-reduce", group: "data", phase: "backward", op } as const;
  const reductions = [
    { name: "gradients", rankCount: dp * ep * cp, elements: trace.parameterCount - experts },
    { name: "experts.gradients", rankCount: dp * cp, elements: experts },
  ].flatMap(({ name, rankCount, elements }) => {
    if (rankCount === 1 || elements === 0) return [];
    return [{ ...head, name, rankCount, bytes: elements * trace.elementBytes }];
  });
  if (reductions.length === 0) return trace;
  return { ...trace, collectives: [...(trace.collectives ?? []), ...reductions] };
}
