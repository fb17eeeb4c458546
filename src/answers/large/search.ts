/**
 * The fastest layout that is legal and fits. Every candidate's time and memory are computed by
 * the closed form; the first few are confirmed with the fabric's links by the engine.
 */
import { duration, percent } from "../../base/format.ts";
import { InfeasibleError } from "../../base/errors.ts";
import type { DenseLayout, FabricShares } from "../../workload/dense/types.ts";
import type { LargePart, LayoutRequest, LayoutSearch } from "../../records/large-step.ts";
import { CONSTANTS } from "../../workload/dense/constants.ts";
import { OpCache } from "../../workload/dense/op-cache.ts";
import { fullestBytes } from "../../workload/dense/stage-memory.ts";
import { stepFrom } from "../../workload/dense/step.ts";
import { isLegal } from "../../workload/layout-legal.ts";
import { candidates } from "./candidates.ts";
import type { Scope } from "./candidates.ts";
import type { Evaluated, LargeCase } from "./evaluate.ts";
import { evaluate } from "./evaluate.ts";
import type { LargeRun } from "./setting.ts";
import { denseLayoutOf, largeRun, layoutText } from "./setting.ts";

const SHOWN = 5;
const CONFIRMED = 3;

export interface Found {
  readonly request: Required<LayoutRequest>;
  readonly search: LayoutSearch;
}

interface Timed {
  readonly stepTimeS: number;
  readonly memoryBytes: number;
}

interface Candidate extends Timed {
  readonly request: Required<LayoutRequest>;
}

/** Time and memory of one layout after another of the same model. */
export function layoutTimer(about: LargeCase, base: Required<LayoutRequest>) {
  const constants = about.constants ?? CONSTANTS;
  const cache = new OpCache(constants);
  const plain = largeRun(about.part, about.model, base);
  const { model, part, software } = plain;
  return (layout: DenseLayout): Timed => {
    const run: LargeRun = { model, part, software, layout };
    const { stepS } = stepFrom(run, constants, cache.times(run));
    return { stepTimeS: stepS, memoryBytes: fullestBytes(run) };
  };
}

export function searchLayouts(
  about: LargeCase,
  scope: Scope,
  fabricOf: (run: LargeRun) => FabricShares,
): Found {
  const timed = layoutTimer(about, scope.base);
  const { model, part, rankCount } = about;
  const context = { model: model.shape, part, rankCount, contextTokens: model.contextTokens };
  let [legalCount, fittingCount] = [0, 0];
  let best: Candidate[] = [];
  let smallest: Candidate | undefined;
  for (const request of candidates(scope)) {
    const layout = denseLayoutOf(request);
    if (!isLegal(context, layout)) continue;
    legalCount += 1;
    const { stepTimeS, memoryBytes } = timed(layout);
    const candidate = { request, stepTimeS, memoryBytes };
    if (memoryBytes > part.memoryBytes) {
      if (memoryBytes < (smallest?.memoryBytes ?? Infinity)) smallest = candidate;
      continue;
    }
    fittingCount += 1;
    if (best.length < SHOWN || stepTimeS < (best.at(-1)?.stepTimeS ?? Infinity)) {
      best = [...best, candidate].sort((a, b) => a.stepTimeS - b.stepTimeS).slice(0, SHOWN);
    }
  }
  if (best.length === 0) throw nothingFits(about, legalCount, smallest);
  return confirmed(about, best, { legalCount, fittingCount }, fabricOf);
}

/** The first ones once more with the links of the fabric; the fastest of them leads. */
function confirmed(
  about: LargeCase,
  best: readonly Candidate[],
  counts: Pick<LayoutSearch, "legalCount" | "fittingCount">,
  fabricOf: (run: LargeRun) => FabricShares,
): Found {
  const all = best.map(({ request }, i) => {
    const plain = evaluate(about, request);
    if (i >= CONFIRMED) return { plain, shared: undefined };
    return { plain, shared: evaluate({ ...about, fabric: fabricOf(plain.run) }, request) };
  });
  const seconds = (one: (typeof all)[number]): number => (one.shared ?? one.plain).stepTimeS;
  all.sort((a, b) => seconds(a) - seconds(b));
  const first = all[0];
  if (first === undefined) throw new RangeError("there is a first layout");
  const leader = first.shared ?? first.plain;
  const ranked = all.map(({ plain, shared }, i) => ({
    layout: layoutText(plain.request),
    stepTimeS: plain.stepTimeS,
    memoryBytes: plain.memoryBytes,
    why: i === 0 ? "the fastest that fits" : whyNot(leader, shared ?? plain),
    ...(shared === undefined ? {} : { engineStepTimeS: shared.stepTimeS }),
  }));
  return { request: first.plain.request, search: { ...counts, ranked } };
}

/** The part of the step that grows most against the leader. */
export function whyNot(leader: Evaluated, other: Evaluated): string {
  const grown = other.parts.map((part) => ({ part, moreS: part.durationS - of(leader, part) }));
  const [most] = grown.sort((a, b) => b.moreS - a.moreS);
  const slower = other.stepTimeS / leader.stepTimeS - 1;
  if (slower < 1e-9) return "as fast; it comes later in the order of degrees";
  if (most === undefined || most.moreS <= 0) return `${percent(slower, 2)} slower`;
  return `${percent(slower, 2)} slower: ${most.part.name} +${duration(most.moreS)}`;
}

const of = ({ parts }: Evaluated, { name }: LargePart): number =>
  parts.find((part) => part.name === name)?.durationS ?? 0;

function nothingFits(about: LargeCase, legalCount: number, smallest: Candidate | undefined): Error {
  const { model, part, rankCount } = about;
  if (smallest === undefined) {
    return new InfeasibleError(
      `no layout of ${model.name} divides ${rankCount} accelerators; take another number of ` +
        "accelerators or another batch [no-layout]",
    );
  }
  const over = smallest.memoryBytes / part.memoryBytes;
  const more = 2 ** Math.ceil(Math.log2(rankCount * over));
  return new InfeasibleError(
    `none of ${legalCount} layouts of ${model.name} fits ${rankCount} × ${part.id}; the smallest ` +
      `(${layoutText(smallest.request)}) holds ${percent(over, 0)} of the memory. Ways out: ` +
      `${more} accelerators; a part with ${Math.ceil(smallest.memoryBytes / 1e9)} GB; a shorter ` +
      "sequence (seq=) or a smaller batch (batch=) [does-not-fit]",
  );
}
