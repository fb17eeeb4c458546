/**
 * What binds a program.
 *
 * Waiting, if it takes more time than sending: the slowest message of the steps that wait
 * the most, and the input behind the greatest part of the wait. Otherwise a link: of those
 * that the longest steps use, the one with the greatest utilization over the program.
 */
import { at } from "../../base/assert.ts";
import { linkId, rankId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";
import type { Limit } from "../../records/schedule.ts";
import type { CompiledStep } from "./step.ts";

/** A step with what decided its time. */
export interface TimedStep {
  readonly compiled: CompiledStep;
  readonly repeat: number;
  /** The message that arrives last, and the two parts of its time, once. */
  readonly messageId: number;
  readonly latencyS: number;
  readonly transferS: number;
}

export interface Timed {
  readonly steps: readonly TimedStep[];
  readonly durationS: number;
  readonly latencyS: number;
  readonly transferS: number;
  readonly linkBytes: Float64Array;
}

export function limitOf(graph: Graph, timed: Timed): Limit {
  if (timed.steps.length === 0) {
    const id = "one rank has nobody to talk to";
    return { kind: "latency", id, utilization: 0, pointer: "/endpoint/collectiveStart" };
  }
  const { link, utilization } = busiestLink(graph, timed);
  if (timed.latencyS > timed.transferS) return { ...latencyLimit(graph, timed), utilization };
  const tier = at(graph.linkTiers, at(graph.linkTier, link));
  const id = graph.linkName(linkId(link));
  return { kind: tier.kind, id, utilization, pointer: tier.ratePointer };
}

function busiestLink(graph: Graph, timed: Timed): { link: number; utilization: number } {
  const totalS = (step: TimedStep): number => step.repeat * (step.latencyS + step.transferS);
  const longestS = Math.max(...timed.steps.map(totalS));
  let link = -1;
  let utilization = -1;
  for (const step of timed.steps) {
    if (totalS(step) < longestS * (1 - 1e-9)) continue;
    for (const candidate of step.compiled.links) {
      const capacity = at(graph.linkBytesPerS, candidate) * timed.durationS;
      const share = capacity === 0 ? 0 : at(timed.linkBytes, candidate) / capacity;
      // Equal links differ by rounding: the first of them stands for all.
      if (share <= utilization * (1 + 1e-12)) continue;
      link = candidate;
      utilization = share;
    }
  }
  return { link, utilization: Math.min(1, utilization) };
}

function latencyLimit(graph: Graph, timed: Timed): Omit<Limit, "utilization"> {
  const waits = new Map<string, number>([["/endpoint/collectiveStart", graph.collectiveStartS]]);
  const add = (pointer: string, seconds: number): void => {
    waits.set(pointer, (waits.get(pointer) ?? 0) + seconds);
  };
  for (const { compiled, messageId, repeat } of timed.steps) {
    const source = rankId(at(compiled.source, messageId));
    const target = rankId(at(compiled.target, messageId));
    const overheadS = graph.messageOverheadS(source, target);
    add(`/endpoint/${overheadName(graph, source, target)}`, repeat * overheadS);
    for (
      let e = at(compiled.entryStart, messageId);
      e < at(compiled.entryStart, messageId + 1);
      e++
    ) {
      const link = at(compiled.links, at(compiled.entryLink, e));
      const tier = at(graph.linkTiers, at(graph.linkTier, link));
      const pointer = tier.latencyPointer ?? tier.ratePointer;
      add(pointer, repeat * at(graph.linkLatencyS, link));
    }
  }
  const slowest = timed.steps.reduce((most, step) =>
    step.repeat * step.latencyS > most.repeat * most.latencyS ? step : most,
  );
  const { compiled, messageId } = slowest;
  const [pointer] = [...waits].reduce((most, wait) => (wait[1] > most[1] ? wait : most));
  const id = `rank ${at(compiled.source, messageId)} → rank ${at(compiled.target, messageId)}`;
  return { kind: "latency", id, pointer };
}

function overheadName(graph: Graph, source: number, target: number): string {
  const nodeOf = (rank: number): number => Math.floor(rank / graph.ranksPerNode);
  return nodeOf(source) === nodeOf(target) ? "scaleUpMessage" : "scaleOutMessage";
}
