/**
 * How many replicas of which shape serve so many users or requests within a service level? The loop
 * decides; the closed form stands beside it.
 */
import { InfeasibleError, Refusal } from "../base/errors.ts";
import { duration, fixed, percent, significant } from "../base/format.ts";
import type { LargeModel } from "../records/large-model.ts";
import type { ServiceLevel, ServingAnswer, ShapeTried } from "../records/serving.ts";
import { BATCH_MAX, capacityTokens } from "../serving/iteration.ts";
import type { Draft, Engine } from "../serving/loop.ts";
import type { Observed } from "../serving/observe.ts";
import { longestTokens } from "../serving/requests.ts";
import { loadedTimes } from "../serving/under-load.ts";
import type { PartRow } from "../workload/dense/parts.ts";
import type { ServingAnchor } from "./calibrate-serving.ts";
import type { WeightBits } from "./replica.ts";
import { servedReplica } from "./replica.ts";
import { timesOf } from "./serving-times.ts";
import type { Lengths } from "./serving-rate.ts";
import { fullRate, largestRate, meets, observeAt, valueAt } from "./serving-rate.ts";

export type ServingLoad =
  | { readonly kind: "rate"; readonly requestsPerS: number }
  | { readonly kind: "users"; readonly userCount: number; readonly thinkS: number };

export interface ServingQuestion {
  readonly model: LargeModel;
  readonly part: PartRow;
  /** Undefined: the shape that needs the fewest accelerators is looked for. */
  readonly tp: number | undefined;
  readonly weightBits: WeightBits;
  readonly kvBits: 8 | 16;
  readonly lengths: Lengths;
  readonly load: ServingLoad;
  readonly level: ServiceLevel;
  /** Undefined: as many as it takes. */
  readonly replicaCount: number | undefined;
  readonly spareCount: number;
  readonly budgetTokens: number;
  readonly draft: Draft | undefined;
  readonly seed: number;
  /** To runs of one's own. */
  readonly anchor?: ServingAnchor;
}

/** Replicas beyond those the search found. */
const MOST_MORE = 4;

interface Shape {
  readonly tp: number;
  readonly engine: Engine;
  readonly replicaCount: number;
}

/** A shape with what its users see. */
interface Settled extends Shape {
  readonly rate: number;
  readonly seen: Observed;
}

export function answerServing(question: ServingQuestion): ServingAnswer {
  refuseContext(question);
  const tried = degrees(question).map((tp) => shapeOf(question, tp));
  const able = tried.flatMap(({ settled }) => (settled === undefined ? [] : [settled]));
  const [best] = able.toSorted(
    (a, b) => a.tp * a.replicaCount - b.tp * b.replicaCount || a.tp - b.tp,
  );
  if (best === undefined) return nobody(question, tried);
  return answerOf(question, best, tried);
}

export function engineOf(question: ServingQuestion, tp: number): Engine {
  const { model, part, weightBits, kvBits, budgetTokens, draft, anchor } = question;
  const choice = { model: model.shape, part, ranks: tp, weightBits, kvBits };
  const replica = servedReplica(choice, anchor?.constants);
  return {
    ...{ replica, budgetTokens, batchMaxCount: BATCH_MAX },
    capacityTokens: capacityTokens(replica),
    ...(draft === undefined ? {} : { draft }),
  };
}

function degrees({ tp, part, model }: ServingQuestion): number[] {
  if (tp !== undefined) return [tp];
  const most = Math.min(part.domainRanks, 16, model.shape.heads);
  return [1, 2, 4, 8, 16].filter((n) => n <= most && model.shape.heads % n === 0);
}

interface Tried {
  readonly tp: number;
  readonly settled?: Settled;
  readonly why: string;
}

function shapeOf(question: ServingQuestion, tp: number): Tried {
  const { lengths, level, seed } = question;
  const engine = engineOf(question, tp);
  const longest = longestTokens(lengths);
  if (engine.capacityTokens < longest) {
    const fits = fixed(Math.floor(engine.capacityTokens));
    return { tp, why: `weights leave room for ${fits} tokens, one request needs ${longest}` };
  }
  const rate = largestRate(engine, lengths, level, seed);
  if (rate === 0) return { tp, why: missed(question, engine) };
  const replicaCount = question.replicaCount ?? replicasFor(question, engine, rate);
  return {
    tp,
    settled: settle(question, { tp, engine, replicaCount }),
    why: `${significant(rate, 3)} requests/s a replica`,
  };
}

function missed({ lengths, level, seed }: ServingQuestion, engine: Engine): string {
  const alone = observeAt(engine, lengths, 0.002 * fullRate(engine, lengths), seed, false);
  const ttft = duration(valueAt(alone.ttft, level.percentile));
  const tpot = duration(valueAt(alone.tpot, level.percentile));
  return `hardly loaded it reaches TTFT ${ttft} and TPOT ${tpot}`;
}

/** By Little's law a replica at its largest rate λ serves λ · (think + end-to-end time) users. */
function replicasFor({ load, lengths, seed }: ServingQuestion, engine: Engine, rate: number) {
  if (load.kind === "rate") return Math.ceil(load.requestsPerS / rate - 1e-9);
  const { endToEnd } = observeAt(engine, lengths, rate, seed);
  return Math.ceil(load.userCount / (rate * (load.thinkS + endToEnd.meanS)) - 1e-9);
}

/** The rate of one replica once the load is spread over all. */
function rateOf({ load, lengths, seed }: ServingQuestion, { engine, replicaCount }: Shape): number {
  if (load.kind === "rate") return load.requestsPerS / replicaCount;
  const users = load.userCount / replicaCount;
  const full = fullRate(engine, lengths);
  let [low, high] = [0, 0.98 * full];
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    const { endToEnd } = observeAt(engine, lengths, middle, seed, false);
    if (middle * (load.thinkS + endToEnd.meanS) < users) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The search looked at one draw of chance: a replica more where further draws miss the level. */
function settle(question: ServingQuestion, shape: Shape): Settled {
  const { level, lengths, seed, replicaCount } = question;
  for (let more = 0; ; more++) {
    const grown = { ...shape, replicaCount: shape.replicaCount + more };
    const rate = rateOf(question, grown);
    const seen = observeAt(shape.engine, lengths, rate, seed);
    const isDone = replicaCount !== undefined || more === MOST_MORE || meets(seen, level);
    if (isDone) return { ...grown, rate, seen };
  }
}

function answerOf(question: ServingQuestion, shape: Settled, all: readonly Tried[]): ServingAnswer {
  const { model, part, lengths, level, spareCount, weightBits } = question;
  const { rate, seen } = shape;
  const replicas = shape.replicaCount + spareCount;
  const accelerators = replicas * shape.tp;
  const requestsPerS = rate * shape.replicaCount;
  const tokensPerS = requestsPerS * lengths.outputTokens;
  const utilization = rate / fullRate(shape.engine, lengths);
  return {
    kind: "serving",
    model: model.name,
    accelerator: part.id,
    precision: { 4: "fp4", 8: "fp8", 16: "bf16" }[weightBits],
    sentence: sentenceOf(question, shape, seen, accelerators),
    ...{ replicas, spareReplicas: spareCount, acceleratorsPerReplica: shape.tp, accelerators },
    ...{ requestsPerS, utilization, ttftS: seen.ttft.meanS, tpotS: seen.tpot.meanS },
    ttftPercentilesS: timesOf(seen.ttft),
    tpotPercentilesS: timesOf(seen.tpot),
    endToEndS: timesOf(seen.endToEnd),
    ...{ tokensPerS, tokensPerSPerAccelerator: tokensPerS / accelerators },
    closedForm: closedFormOf(question, shape, rate),
    tried: all.map(({ tp, settled: one, why }): ShapeTried => {
      if (one === undefined) return { tp, why };
      const replicaCount = one.replicaCount + spareCount;
      return { tp, replicas: replicaCount, accelerators: replicaCount * tp, why };
    }),
    beware: bewareOf(question, shape, utilization, seen, level),
  };
}

function closedFormOf(
  { lengths, budgetTokens, draft }: ServingQuestion,
  shape: Shape,
  rate: number,
) {
  if (draft !== undefined) return null;
  const foot = lengths.promptTokens + lengths.outputTokens * (1 + lengths.variation ** 2);
  const sequenceMaxCount = Math.min(BATCH_MAX, shape.engine.capacityTokens / foot);
  const times = loadedTimes(
    shape.engine.replica,
    { ...lengths, requestsPerS: rate },
    { budgetTokens, sequenceMaxCount },
  );
  return times === undefined ? null : { ttftS: times.ttftS, tpotS: times.tpotS };
}

function sentenceOf(
  { load, spareCount, part, model, level }: ServingQuestion,
  { replicaCount, tp }: Shape,
  { ttft, tpot }: Observed,
  accelerators: number,
): string {
  const who =
    load.kind === "users"
      ? `${fixed(load.userCount)} users`
      : `${significant(load.requestsPerS, 3)} requests a second`;
  const spares = spareCount === 0 ? "" : ` and ${spareCount} spare`;
  const where = level.percentile === "mean" ? "on average" : `at ${level.percentile}`;
  const times = `TTFT ${duration(valueAt(ttft, level.percentile))}, TPOT ${duration(
    valueAt(tpot, level.percentile),
  )} ${where}`;
  return (
    `${who} of ${model.name}: ${fixed(replicaCount)} replicas${spares} × ${tp} ${part.id} = ` +
    `${fixed(accelerators)} accelerators; ${times}.`
  );
}

function bewareOf(
  { part, model, draft, weightBits, part: { tag }, anchor }: ServingQuestion,
  { tp }: Shape,
  utilization: number,
  seen: Observed,
  level: ServiceLevel,
): string[] {
  return [
    ...(anchor === undefined ? [] : [anchor.words(part.id, tp)]),
    ...(meets(seen, level) ? [] : ["so many replicas do not keep the service level"]),
    ...(utilization > 0.8
      ? [`each replica is ${percent(utilization, 0)} loaded: waiting is near to growing`]
      : []),
    "TTFT and TPOT under load are checked by no published row, only throughput is",
    ...(tp > 8 ? ["tensor parallel beyond 8 was measured on no row"] : []),
    ...(model.shape.experts === undefined ? [] : ["experts are unvalidated: 0.7–1.4 of the truth"]),
    ...(tag === "assumed" && part.family !== "cdna"
      ? [`figures of ${part.id} are assumed, not measured`]
      : []),
    ...(weightBits === 4 ? ["4-bit weights: the share of peak is fitted on two parts only"] : []),
    ...(draft === undefined ? [] : ["drafts gain their mean acceptance in every step"]),
  ];
}

function nobody({ part, model, level }: ServingQuestion, tried: readonly Tried[]): never {
  const each = tried.map(({ tp, why }) => `tp ${tp}: ${why}`).join("; ");
  const limits = [
    ...(level.ttftS === undefined ? [] : [`TTFT ${duration(level.ttftS)}`]),
    ...(level.tpotS === undefined ? [] : [`TPOT ${duration(level.tpotS)}`]),
  ].join(" and ");
  throw new InfeasibleError(
    `no replica of ${model.name} on ${part.id} keeps ${limits} at ${level.percentile}: ${each}; ` +
      "loosen the limit, shorten the prompts, or take a faster accelerator or lower precision",
  );
}

function refuseContext({ model, lengths }: ServingQuestion): void {
  const tokens = lengths.promptTokens + lengths.outputTokens;
  if (tokens <= model.contextTokens) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: "/isl",
    found: `${fixed(tokens)} tokens of prompt and answer`,
    expected: `at most ${fixed(model.contextTokens)}, the context of ${model.name}`,
    nextStep: "shorten --isl or --osl, or take a model with a longer context",
  });
}
