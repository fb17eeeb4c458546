/**
 * Program + Graph → Timeline, with barriers: a step starts when all messages of the step
 * before have arrived. So every repetition of a step takes the same time, and each step is
 * timed once, from zero, and multiplied.
 *
 *     T = start + Σ repeat · max over messages of (latency + transfer)
 */
import { assert, at } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import type { Program, Timeline } from "../../records/schedule.ts";
import { assertBytesConserved, assertLinksKeepUp, assertTwinAgrees } from "./guards.ts";
import { limitOf } from "./limit.ts";
import type { TimedStep } from "./limit.ts";
import { compileStep } from "./step.ts";
import type { CompiledStep } from "./step.ts";
import { twinDurationS } from "./twin.ts";

export interface EngineOptions {
  /** Prove the fairness of every solve (slow; for tests). */
  readonly verify?: boolean;
  /** Claim that the plain twin finds the same time (very slow; up to about 256 ranks). */
  readonly twin?: boolean;
}

/** A step solved once: its last message, how that spends its time, and bytes by link. */
interface Solved {
  readonly compiled: CompiledStep;
  readonly messageId: number;
  readonly latencyS: number;
  readonly transferS: number;
  readonly bytes: Float64Array;
  readonly eventCount: number;
}

export function runProgram(program: Program, graph: Graph, options: EngineOptions = {}): Timeline {
  assert(program.rankCount === graph.rankCount, "the program is for the ranks of the graph");
  const linkBytes = new Float64Array(graph.linkCount);
  // By the array of sizes: a gather repeats the pattern and the sizes of its scatter.
  const solved = new Map<Float64Array, Solved[]>();
  const timedSteps: TimedStep[] = [];
  let eventCount = 0;
  for (const { source, target, messageBytes, repeat } of program.steps) {
    const compiled = compileStep(graph, { source, target });
    const known = solved.get(messageBytes) ?? [];
    let step = known.find((one) => one.compiled === compiled);
    if (step === undefined) {
      step = solve(compiled, messageBytes, options.verify ?? false);
      solved.set(messageBytes, [...known, step]);
      eventCount += step.eventCount;
    }
    const { messageId, latencyS, transferS, bytes } = step;
    for (let i = 0; i < bytes.length; i++) {
      linkBytes[compiled.links[i]!]! += bytes[i]! * repeat;
    }
    timedSteps.push({ compiled, repeat, messageId, carriedBytes: bytes, latencyS, transferS });
  }
  assertBytesConserved(graph, program, linkBytes);
  const timeline = timelineOf(program, graph, { timedSteps, linkBytes });
  if (options.twin === true) assertTwinAgrees(twinDurationS(program, graph), timeline.durationS);
  return { ...timeline, eventCount };
}

function timelineOf(
  program: Program,
  graph: Graph,
  found: { readonly timedSteps: readonly TimedStep[]; readonly linkBytes: Float64Array },
): Omit<Timeline, "eventCount"> {
  const { timedSteps, linkBytes } = found;
  const total = (part: (step: TimedStep) => number): number =>
    timedSteps.reduce((sum, step) => sum + step.repeat * part(step), 0);
  const startS = timedSteps.length === 0 ? 0 : graph.collectiveStartS;
  const latencyS = startS + total((step) => step.latencyS);
  const transferS = total((step) => step.transferS);
  // Defined as their sum, so that the parts add up in every bit.
  const durationS = latencyS + transferS;
  return {
    durationS,
    latencyS,
    transferS,
    linkBytes,
    steps: timedSteps.map((step, i) => ({
      name: at(program.steps, i).name,
      repeat: step.repeat,
      stepS: step.latencyS + step.transferS,
    })),
    ...limitOf(graph, { steps: timedSteps, durationS, latencyS, transferS, linkBytes }),
  };
}

/** Free messages by formula, the others by events; the first of equals stands for all. */
function solve(compiled: CompiledStep, messageBytes: Float64Array, verify: boolean): Solved {
  const { latencyS, bytesPerS, isContended, contended } = compiled;
  assert(messageBytes.length === latencyS.length && messageBytes.length > 0, "one size a message");
  let messageId = -1;
  let longestS = -1;
  for (let m = 0; m < messageBytes.length; m++) {
    assert(messageBytes[m]! >= 0, "a message has no negative size");
    if (isContended[m] === 1) continue;
    const durationS = latencyS[m]! + messageBytes[m]! / bytesPerS[m]!;
    if (durationS <= longestS) continue;
    longestS = durationS;
    messageId = m;
  }
  if (contended !== undefined) {
    contended.run(messageBytes, verify);
    for (let flow = 0; flow < contended.messages.length; flow++) {
      const durationS = contended.arrivalS[flow]!;
      if (durationS <= longestS) continue;
      longestS = durationS;
      messageId = contended.messages[flow]!;
    }
  }
  const waitedS = latencyS[messageId]!;
  const bytes = bytesOnLinks(compiled, messageBytes);
  assertLinksKeepUp(compiled.graph, compiled.links, { bytes, stepS: longestS });
  return {
    compiled,
    messageId,
    latencyS: waitedS,
    transferS: Math.max(0, longestS - waitedS),
    bytes,
    eventCount: contended?.eventCount ?? 0,
  };
}

function bytesOnLinks(compiled: CompiledStep, messageBytes: Float64Array): Float64Array {
  const { entryStart, entryLink, links } = compiled;
  const bytes = new Float64Array(links.length);
  for (let m = 0; m < messageBytes.length; m++) {
    const size = messageBytes[m]!;
    for (let e = entryStart[m]!; e < entryStart[m + 1]!; e++) bytes[entryLink[e]!]! += size;
  }
  return bytes;
}
