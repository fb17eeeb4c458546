/**
 * What could make the recommended option late: each uncertain input at either end of its range,
 * p10 and p90 where one is known, and the value at which the deadline is missed at p90.
 */
import { duration, fixed, percent, significant } from "../base/format.ts";
import { PRESETS } from "../cost/failures.ts";
import { finish } from "../cost/finish.ts";
import type { FinishRequest } from "../cost/finish.ts";
import type { PlanMove, PlanQuestion } from "../records/plan.ts";
import { stepErrorShare } from "./plan-evaluate.ts";
import type { Sized } from "./plan-size.ts";

const P90 = 1.2816;
const HOUR_S = 3600;

interface Input {
  readonly name: string;
  readonly now: number;
  readonly low: number;
  readonly high: number;
  readonly words: (value: number) => string;
  /** The run with this value. */
  readonly request: (value: number) => FinishRequest;
  readonly from: Pick<PlanMove, "provenance" | "source" | "date">;
}

/** Largest effect first. */
export function planMoves(
  question: PlanQuestion,
  sized: Sized,
  stepWithLinkShare: (share: number) => number,
): PlanMove[] {
  const base = requestOf(question, sized);
  const inputs = [
    stepInput(sized, base),
    linkInput(sized, base, stepWithLinkShare),
    failureInput(question, sized, base),
    restartInput(question, base),
    storageInput(sized, base),
  ];
  return inputs
    .map((input) => moveOf(input, question.withinS))
    .sort((a, b) => swing(b) - swing(a) || (a.name < b.name ? -1 : 1));
}

const swing = ({ low, high }: PlanMove): number => Math.abs(high.p90S - low.p90S);

function requestOf({ tokens, restartS }: PlanQuestion, sized: Sized): FinishRequest {
  const { mttiS, writeS, tokensPerS, run } = sized;
  const workS = tokens / tokensPerS;
  return { mttiS, writeS, restartS, workS, stepErrorShare: stepErrorShare(run) };
}

function moveOf(input: Input, withinS: number): PlanMove {
  const { name, now, low, high, words, request, from } = input;
  const p90S = (value: number): number => finish(request(value)).p90S;
  const end = (value: number) => ({ input: words(value), p90S: p90S(value) });
  const flip = flipOf(input, (value) => p90S(value) - withinS);
  const side = high > low ? "above" : "below";
  return {
    ...{ name, now: words(now), low: end(low), high: end(high), ...from },
    ...(flip === undefined ? {} : { flipsAt: `${side} ${words(flip)}` }),
    flipsInside: p90S(high) > withinS,
  };
}

/** How far beyond its range an input is followed. */
const FAR = 64;

/** Between an end that is in time and one that is late, by halves of the logarithm. */
function flipOf({ low, now, high }: Input, late: (value: number) => number): number | undefined {
  const worse = high > low ? now * FAR : now / FAR;
  if (late(now) > 0 || late(worse) <= 0) return undefined;
  let [held, missed] = [now, worse];
  for (let i = 0; i < 40; i++) {
    const middle = Math.sqrt(held * missed);
    if (late(middle) > 0) missed = middle;
    else held = middle;
  }
  return held;
}

function stepInput({ stepS, run }: Sized, base: FinishRequest): Input {
  const factor = Math.exp(P90 * stepErrorShare(run));
  return {
    ...{ name: "Length of a step", now: stepS, low: stepS / factor, high: stepS * factor },
    words: (value) => duration(value, 3),
    // Known then, so it is no longer uncertain.
    request: (value) => ({ ...base, workS: (base.workS * value) / stepS, stepErrorShare: 0 }),
    from: {
      provenance: run.part.tag === "assumed" ? "assumed" : "fitted",
      source: "error of the step-time law on published runs, docs/accuracy.md",
      date: "2026-11",
    },
  };
}

/** What other traffic or a poor routing may leave of the links between nodes. */
function linkInput({ stepS }: Sized, base: FinishRequest, stepAt: (share: number) => number) {
  return {
    ...{ name: "Share of the links that rings between nodes get", now: 1, low: 1, high: 0.5 },
    words: (value: number) => percent(value, 0),
    request: (value: number) => ({ ...base, workS: (base.workS * stepAt(value)) / stepS }),
    from: { provenance: "assumed", source: "hashed routing or other jobs", date: "" },
  } satisfies Input;
}

function failureInput({ failures }: PlanQuestion, sized: Sized, base: FinishRequest): Input {
  const perMillionHours = (mttiS: number): number =>
    1e6 / ((mttiS / HOUR_S) * sized.acceleratorCount);
  const now = perMillionHours(sized.mttiS);
  const typical = now / PRESETS[failures];
  return {
    name: "Interruptions per million accelerator-hours",
    ...{ now, low: typical * PRESETS.good, high: typical * PRESETS.poor },
    words: (value) => significant(value, 2),
    request: (value) => ({ ...base, mttiS: (base.mttiS * now) / value, rateErrorShare: 0 }),
    from: {
      provenance: "measured",
      source: "419 stops of Llama 3 405B, arXiv:2407.21783; range arXiv:2410.21680",
      date: "2024",
    },
  };
}

/** By hand a restart takes hours: HLAT lost 2 to 6 an interruption, arXiv:2404.10630. */
const BY_HAND_S = 3 * HOUR_S;
const AUTOMATED_S = 300;

function restartInput({ restartS }: PlanQuestion, base: FinishRequest): Input {
  return {
    ...{ name: "Restart after an interruption", now: restartS },
    ...{ low: Math.min(AUTOMATED_S, restartS), high: Math.max(BY_HAND_S, restartS) },
    words: (value) => duration(value, 2),
    request: (value) => ({ ...base, restartS: value }),
    from: {
      provenance: "assumed",
      source: "5 min automated to 3 h by hand, after arXiv:2404.10630",
      date: "2024",
    },
  };
}

function storageInput({ writeS }: Sized, base: FinishRequest): Input {
  return {
    ...{ name: "Time to write a checkpoint", now: writeS, low: writeS / 2, high: writeS * 4 },
    words: (value) => duration(value, 2),
    request: (value) => ({ ...base, writeS: value }),
    from: {
      provenance: "assumed",
      source: "14 bytes a parameter through the storage given, or 2 TB/s for 16,384",
      date: "",
    },
  };
}

/** How much of the swing of all inputs comes from those that nobody measured. */
export function assumedShare(moves: readonly PlanMove[]): string {
  const all = moves.reduce((sum, move) => sum + swing(move), 0);
  const assumed = moves.filter(({ provenance }) => provenance === "assumed");
  const share = assumed.reduce((sum, move) => sum + swing(move), 0) / (all === 0 ? 1 : all);
  return `${fixed(100 * share)}\u00a0%`;
}
