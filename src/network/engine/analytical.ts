/**
 * Analytical fidelity: no flows, only bounds, each of which the flows reach where nothing but
 * one of them binds.
 *
 *     barrier: T = Σ repeat · max( max over messages of latency + bytes/alone rate,
 *                                  max over links of bytes/capacity )
 *     else:    T = max( longest chain of messages with nobody in the way,
 *                       max over links of all bytes/capacity )
 *
 * Never above the flow engine's time; equal to it on steps whose messages do not meet.
 */
import { at } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import type { Program, Sharing } from "../../records/schedule.ts";
import { expandedProgram } from "./expand.ts";
import type { TimedStep } from "./limit.ts";
import type { Dependency } from "./max-plus.ts";
import { longestChainS } from "./message-waits.ts";
import { messageWays } from "./message-ways.ts";
import { bytesOnLinks } from "./solve-step.ts";
import { compileStep } from "./step.ts";
import type { CompiledStep } from "./step.ts";

export interface Bounds {
  readonly steps: readonly TimedStep[];
  readonly linkBytes: Float64Array;
  readonly eventCount: number;
}

/** Each step by its bounds, as if solved. */
export function barrierBounds(program: Program, graph: Graph, share: Sharing = "equal"): Bounds {
  const linkBytes = new Float64Array(graph.linkCount);
  const steps = program.steps.map((step): TimedStep => {
    const compiled = compileStep(graph, step, share);
    const carriedBytes = bytesOnLinks(compiled, step.messageBytes);
    const { repeat } = step;
    carriedBytes.forEach((bytes, i) => (linkBytes[compiled.links[i]!]! += bytes * repeat));
    return {
      compiled,
      repeat,
      carriedBytes,
      ...boundOf(compiled, step.messageBytes, carriedBytes),
    };
  });
  return { steps, linkBytes, eventCount: 0 };
}

function boundOf(
  compiled: CompiledStep,
  messageBytes: Float64Array,
  carriedBytes: Float64Array,
): Pick<TimedStep, "messageId" | "latencyS" | "transferS"> {
  const { latencyS, bytesPerS, capacityBytesPerS, entryStart, entryLink } = compiled;
  const aloneS = (m: number): number => latencyS[m]! + messageBytes[m]! / bytesPerS[m]!;
  let messageId = 0;
  for (let m = 1; m < messageBytes.length; m++) if (aloneS(m) > aloneS(messageId)) messageId = m;
  const waitedS = at(latencyS, messageId);
  const sentS = aloneS(messageId) - waitedS;
  let busiest = 0;
  const busyS = (link: number): number => carriedBytes[link]! / capacityBytesPerS[link]!;
  for (let link = 1; link < carriedBytes.length; link++) {
    if (busyS(link) > busyS(busiest)) busiest = link;
  }
  if (carriedBytes.length === 0 || busyS(busiest) <= waitedS + sentS) {
    return { messageId, latencyS: waitedS, transferS: sentS };
  }
  // A message that crosses the busiest link stands for the step, and its bytes fill the time.
  const entry = entryLink.indexOf(busiest);
  let crosses = 0;
  while (entryStart[crosses + 1]! <= entry) crosses++;
  return { messageId: crosses, latencyS: 0, transferS: busyS(busiest) };
}

/** The critical path of messages without barriers, or the busiest link. */
export function chainBoundS(
  program: Program,
  graph: Graph,
  semantics: Dependency,
  linkBytes: Float64Array,
): number {
  const messages = expandedProgram(program, semantics);
  const chainS = longestChainS(messages, messageWays(messages, [{ startS: 0, graph }], "equal"));
  return linkBytes.reduce(
    (most, bytes, link) => Math.max(most, bytes / graph.linkBytesPerS[link]!),
    chainS,
  );
}
