/**
 * Program + Graph → Timeline. With barriers a step starts when all messages of the step
 * before have arrived: every repetition of a step takes the same time, and each step is
 * timed once, from zero, and multiplied. Without them see `dependent.ts`.
 *
 *     T = start + Σ repeat · max over messages of (latency + transfer)
 */
import { assert, at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { Graph } from "../../records/graph.ts";
import type { OnProgress, Program, RunOptions, Step, Timeline } from "../../records/schedule.ts";
import { barrierBounds, chainBoundS } from "./analytical.ts";
import { isRing, runDependent } from "./dependent.ts";
import type { Dependency } from "./max-plus.ts";
import { runDependentProgram } from "./dependent-program.ts";
import { messageCountOf } from "./expand.ts";
import { mergedAllPairs } from "./merge.ts";
import { assertBytesConserved, assertLinksKeepUp, assertTwinAgrees } from "./guards.ts";
import { limitOf } from "./limit.ts";
import type { TimedStep } from "./limit.ts";
import { bytesOnLinks, solveStep } from "./solve-step.ts";
import type { Solved } from "./solve-step.ts";
import { compileStep } from "./step.ts";
import { twinDurationS } from "./twin.ts";

export interface EngineOptions extends RunOptions {
  /** Prove the fairness of every solve (slow; for tests). */
  readonly verify?: boolean;
  /** Claim that the plain twin finds the same time (very slow; up to about 256 ranks). */
  readonly twin?: boolean;
  /** With `unfolded`: each step once for all its repeats, and nothing else left out (for tests). */
  readonly once?: boolean;
}

/** A million flows at once take seconds, and their arrays a few hundred MB. */
const PAIRS_RANKS_MOST = 1024;

interface TimedProgram {
  readonly steps: readonly TimedStep[];
  readonly linkBytes: Float64Array;
  readonly eventCount: number;
}

export function runProgram(program: Program, graph: Graph, options: EngineOptions = {}): Timeline {
  assert(program.rankCount === graph.rankCount, "the program is for the ranks of the graph");
  const { semantics = "barrier" } = options;
  const isBarrier = semantics === "barrier" || program.steps.length === 0;
  if (options.fidelity === "analytical") return boundedTimeline(program, graph, options);
  const timed = isBarrier
    ? barrierSteps(program, graph, options)
    : dependentSteps(program, graph, { ...options, semantics });
  assertBytesConserved(graph, program, timed.linkBytes);
  const timeline = timelineOf(program, graph, timed);
  if (options.twin === true) {
    assert(isBarrier, "the plain twin waits for barriers");
    assertTwinAgrees(twinDurationS(program, graph, options.share), timeline.durationS);
  }
  return timeline;
}

/** By bounds alone; without barriers the steps share the time of the longest chain. */
function boundedTimeline(program: Program, graph: Graph, options: EngineOptions): Timeline {
  const { semantics = "barrier" } = options;
  const bounds = barrierBounds(program, graph, options.share);
  const timeline = timelineOf(program, graph, bounds);
  if (semantics === "barrier" || program.steps.length === 0) return timeline;
  const boundS = chainBoundS(program, graph, semantics, bounds.linkBytes);
  const share = boundS / (timeline.durationS - graph.collectiveStartS);
  const steps = bounds.steps.map((step) => ({
    ...step,
    latencyS: step.latencyS * share,
    transferS: step.transferS * share,
  }));
  return timelineOf(program, graph, { ...bounds, steps });
}

/** Each step once, also where a gather repeats the pattern and the sizes of its scatter. */
function barrierSteps(program: Program, graph: Graph, options: EngineOptions): TimedProgram {
  const linkBytes = new Float64Array(graph.linkCount);
  const solved = new Map<Float64Array, Solved[]>();
  const steps: TimedStep[] = [];
  // A gather that repeats its scatter adds to the same millions of links: once for both.
  const repeats = new Map<Solved, number>();
  let eventCount = 0;
  const most = 2 * messageCountOf(program);
  for (const step of program.steps) {
    const merged = mergedStep(step, graph, options);
    if (merged !== undefined) {
      steps.push(merged.timed);
      for (let i = 0; i < linkBytes.length; i++) linkBytes[i]! += merged.linkBytes[i]!;
      continue;
    }
    const compiled = compileStep(graph, step, options.share);
    const known = solved.get(step.messageBytes) ?? [];
    let found = known.find((one) => one.compiled === compiled);
    if (found === undefined || options.unfolded === true) {
      const repeated = options.once === true ? { ...step, repeat: 1 } : step;
      const before = eventCount;
      const onProgress: OnProgress = (done) => options.onProgress?.(before + done, most);
      found = solveStep(compiled, repeated, { ...options, onProgress });
      solved.set(step.messageBytes, [...known, found]);
      eventCount += found.eventCount;
    }
    const { messageId, latencyS, transferS, bytes } = found;
    const { repeat } = step;
    repeats.set(found, (repeats.get(found) ?? 0) + repeat);
    steps.push({ compiled, repeat, messageId, carriedBytes: bytes, latencyS, transferS });
  }
  for (const [found, repeat] of repeats) addBytes(linkBytes, found, repeat);
  return { steps, linkBytes, eventCount };
}

/** All pairs at once as a few classes; undefined where they must be simulated one by one. */
function mergedStep(
  step: Step,
  graph: Graph,
  options: EngineOptions,
): { readonly timed: TimedStep; readonly linkBytes: Float64Array } | undefined {
  const { allPairsBytes: bytes, repeat } = step;
  if (bytes === undefined) return undefined;
  const isPlain = options.unfolded === true || options.share === "rtt";
  const merged = isPlain ? undefined : mergedAllPairs(graph, bytes);
  if (merged === undefined) {
    if (graph.rankCount > PAIRS_RANKS_MOST) throw tooManyPairs(graph);
    return undefined;
  }
  const { sourceId, targetId, latencyS, durationS, flowCount } = merged;
  const pair = { source: Int32Array.of(sourceId), target: Int32Array.of(targetId) };
  const compiled = compileStep(graph, pair);
  const carriedBytes = Float64Array.from(compiled.links, (link) => flowCount[link]! * bytes);
  assertLinksKeepUp(graph, compiled.links, { bytes: carriedBytes, stepS: durationS });
  const transferS = Math.max(0, durationS - latencyS);
  return {
    timed: { compiled, repeat, messageId: 0, carriedBytes, latencyS, transferS },
    linkBytes: flowCount.map((count) => count * bytes * repeat),
  };
}

/** A ring's time as equal parts of its steps, which overlap and have no times of their own. */
function dependentSteps(
  program: Program,
  graph: Graph,
  options: EngineOptions & { readonly semantics: Dependency },
): TimedProgram {
  if (!isRing(program)) return messageByMessage(program, graph, options);
  const first = at(program.steps, 0);
  const compiled = compileStep(graph, first, options.share);
  const found = runDependent(program, compiled, { verify: false, ...options });
  const stepCount = program.steps.reduce((sum, { repeat }) => sum + repeat, 0);
  const bytes = bytesOnLinks(compiled, first.messageBytes);
  const linkBytes = new Float64Array(graph.linkCount);
  addBytes(linkBytes, { compiled, bytes }, stepCount);
  const part = {
    compiled,
    messageId: found.memberId,
    carriedBytes: bytes,
    latencyS: found.latencyS / stepCount,
    transferS: (found.durationS - found.latencyS) / stepCount,
  };
  const steps = program.steps.map(({ repeat }): TimedStep => ({ ...part, repeat }));
  return { steps, linkBytes, eventCount: found.eventCount };
}

/** The same for a program that is no ring, by single messages. */
function messageByMessage(
  program: Program,
  graph: Graph,
  options: EngineOptions & { readonly semantics: Dependency },
): TimedProgram {
  const found = runDependentProgram(program, graph, options);
  const compiled = compileStep(graph, at(program.steps, found.stepId), options.share);
  const stepCount = program.steps.reduce((sum, { repeat }) => sum + repeat, 0);
  const part = {
    compiled,
    messageId: found.messageId,
    carriedBytes: Float64Array.from(compiled.links, (link) => found.linkBytes[link]! / stepCount),
    latencyS: found.latencyS / stepCount,
    transferS: (found.durationS - found.latencyS) / stepCount,
  };
  const steps = program.steps.map(({ repeat }): TimedStep => ({ ...part, repeat }));
  return { steps, linkBytes: found.linkBytes, eventCount: found.eventCount };
}

function addBytes(
  linkBytes: Float64Array,
  { compiled, bytes }: Pick<Solved, "compiled" | "bytes">,
  repeat: number,
): void {
  const { links } = compiled;
  for (let i = 0; i < bytes.length; i++) linkBytes[links[i]!]! += bytes[i]! * repeat;
}

function timelineOf(program: Program, graph: Graph, timed: TimedProgram): Timeline {
  const { steps, linkBytes, eventCount } = timed;
  const total = (part: (step: TimedStep) => number): number =>
    steps.reduce((sum, step) => sum + step.repeat * part(step), 0);
  const startS = steps.length === 0 ? 0 : graph.collectiveStartS;
  const latencyS = startS + total((step) => step.latencyS);
  const transferS = total((step) => step.transferS);
  // Defined as their sum, so that the parts add up in every bit.
  const durationS = latencyS + transferS;
  return {
    durationS,
    latencyS,
    transferS,
    linkBytes,
    eventCount,
    steps: steps.map((step, i) => ({
      name: at(program.steps, i).name,
      repeat: step.repeat,
      stepS: step.latencyS + step.transferS,
    })),
    ...limitOf(graph, { steps, durationS, latencyS, transferS, linkBytes }),
  };
}

function tooManyPairs(graph: Graph): Refusal {
  return new Refusal({
    code: "too-many-events",
    pointer: "",
    found: `all pairs of ${graph.rankCount} ranks at once, whose ways are not alike`,
    expected: `at most ${PAIRS_RANKS_MOST} ranks where every flow must be simulated`,
    nextStep: "take --algorithm pairwise, or a routing that treats all ranks alike",
  });
}
