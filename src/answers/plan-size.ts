/**
 * Sizes of one family that end in time: from the least that could at full speed upwards, until
 * the deadline holds at p90 with failures, then some more, as larger ones can divide better.
 */
import { mttiS } from "../cost/failures.ts";
import { finish } from "../cost/finish.ts";
import type { Finish } from "../cost/finish.ts";
import { checkpointWriteS } from "../cost/goodput.ts";
import type { PlanQuestion } from "../records/plan.ts";
import { modelParameterCount } from "../workload/dense/model-size.ts";
import type { PartRow } from "../workload/dense/parts.ts";
import type { FabricShares, DenseModel } from "../workload/dense/types.ts";
import type { Evaluated } from "./plan-evaluate.ts";
import { evaluatedAs, fastestLayout, stepErrorShare, tokenFlop } from "./plan-evaluate.ts";
import type { Family } from "./plan-families.ts";
import { cablesPerAccelerator, sizesOf } from "./plan-families.ts";

export interface Sized extends Evaluated, Finish {
  readonly family: Family;
  readonly part: PartRow;
  readonly mttiS: number;
  readonly writeS: number;
}

/** A family with the rates of its part, as its host and links have them. */
export interface Candidate {
  readonly family: Family;
  readonly part: PartRow;
}

/** State of mixed-precision Adam that a checkpoint holds, a parameter. */
const STATE_BYTES = 14;

/** Storage a checkpoint meets where none is given: 2 TB/s for 16,384, as Llama 3 had. */
const STORAGE_BYTES_PER_S_EACH = 2e12 / 16_384;

/** How much larger than the smallest size that is in time one may be worth a look. */
const LARGER = 1.3;

export interface Sizing extends Candidate {
  /** In time on wires of their own, smallest first; empty: none is. */
  readonly inTime: readonly Sized[];
  /** The fastest tried, for the reason where none is in time. */
  readonly fastest?: Sized;
}

/** Layouts by part and size: fabrics of one box share them. */
export type LayoutCache = Map<string, Evaluated | undefined>;

export function sizeFamily(
  question: PlanQuestion,
  candidate: Candidate,
  cache: LayoutCache = new Map(),
): Sizing {
  const { family, part } = candidate;
  const model = question.model.shape;
  const inTime: Sized[] = [];
  let fastest: { readonly size: number; readonly tokensPerS: number } | undefined;
  for (const size of sizesOf(family, leastSize(question, part, model), SIZE_MAX)) {
    const [first] = inTime;
    if (first !== undefined && size > first.acceleratorCount * LARGER) break;
    const tokensPerS = evaluatedAt(question, part, size, cache)?.tokensPerS ?? 0;
    if (tokensPerS > (fastest?.tokensPerS ?? 0)) fastest = { size, tokensPerS };
    // Without any interruption it is late already.
    if (tokensPerS * question.withinS < question.tokens) continue;
    const sized = sizedAt(question, candidate, size, cache);
    if (sized !== undefined && sized.p90S <= question.withinS) inTime.push(sized);
  }
  const last =
    fastest === undefined ? undefined : sizedAt(question, candidate, fastest.size, cache);
  return {
    ...candidate,
    inTime,
    ...(last === undefined ? {} : { fastest: last }),
  };
}

const SIZE_MAX = 131_072;

/** Nothing runs faster than the best matmul. */
function leastSize(question: PlanQuestion, part: PartRow, model: DenseModel): number {
  const { tokens, seqTokens, withinS, precision } = question;
  const rate = precision === "fp8" ? part.matmulFp8FlopPerS : part.matmulBf16FlopPerS;
  if (rate === 0) return SIZE_MAX + 1;
  return Math.max(1, Math.floor((tokens * tokenFlop(model, seqTokens)) / withinS / rate));
}

/** One size of a family; undefined where nothing fits or divides. */
export function sizedAt(
  question: PlanQuestion,
  candidate: Candidate,
  acceleratorCount: number,
  cache: LayoutCache = new Map(),
): Sized | undefined {
  const found = evaluatedAt(question, candidate.part, acceleratorCount, cache);
  return found === undefined ? undefined : withTimes(question, candidate, found);
}

/** The same layout with what sharing of links leaves of its wires. */
export function onFabric(question: PlanQuestion, sized: Sized, fabric: FabricShares): Sized {
  const { family, part, request, acceleratorCount: rankCount } = sized;
  const found = evaluatedAs({ part, model: question.model, rankCount }, request, fabric);
  return withTimes(question, { family, part }, found);
}

function withTimes(question: PlanQuestion, candidate: Candidate, found: Evaluated): Sized {
  const { family, part } = candidate;
  const { tokens, restartS } = question;
  const { acceleratorCount } = found;
  const cables = cablesPerAccelerator(family, acceleratorCount);
  const park = { acceleratorCount, cablesPerAccelerator: cables, preset: question.failures };
  const writeS = checkpointWriteS({
    stateBytes: STATE_BYTES * modelParameterCount(question.model),
    acceleratorCount,
    storageBytesPerS: question.storageBytesPerS ?? STORAGE_BYTES_PER_S_EACH * acceleratorCount,
    hostLinkBytesPerS: part.nicBytesPerS,
  });
  const interrupted = { mttiS: mttiS(park), writeS, restartS };
  const workS = tokens / found.tokensPerS;
  const times = finish({ ...interrupted, workS, stepErrorShare: stepErrorShare(found.run) });
  return { ...found, ...times, family, part, mttiS: interrupted.mttiS, writeS };
}

function evaluatedAt(
  { model, globalBatch, seqTokens, precision }: PlanQuestion,
  part: PartRow,
  acceleratorCount: number,
  cache: LayoutCache,
): Evaluated | undefined {
  const key = `${part.id} ${part.domainRanks} ${part.nicBytesPerS} ${acceleratorCount}`;
  if (cache.has(key)) return cache.get(key);
  const asked = { model, globalBatch, seqTokens, precision };
  const found = fastestLayout(asked, part, acceleratorCount);
  cache.set(key, found);
  return found;
}
