/**
 * What binds a program.
 *
 * Waiting, if it takes more time than sending: the slowest message of the steps that wait
 * the most, and the input behind the greatest part of the wait. Otherwise a tier of links:
 * each step is bound by the busiest link on the way of its last message, and the tier whose
 * steps take most sending time in all binds the program; its busiest link stands for it.
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
  /** Bytes over each link of the compiled step, once. */
  readonly carriedBytes: Float64Array;
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

export interface FoundLimit {
  readonly limit: Limit;
  /** Share of the duration that the limit explains: give it more, and this part shrinks. */
  readonly limitShare: number;
}

export function limitOf(graph: Graph, timed: Timed): FoundLimit {
  if (timed.steps.length === 0) {
    const id = "one rank has nobody to talk to";
    const pointer = "/endpoint/collectiveStart";
    return { limit: { kind: "latency", id, utilization: 0, pointer }, limitShare: 0 };
  }
  const { link, sendingS } = bindingTier(graph, timed);
  const capacityBytes = at(graph.linkBytesPerS, link) * timed.durationS;
  const utilization = Math.min(1, at(timed.linkBytes, link) / capacityBytes);
  if (timed.latencyS > timed.transferS) {
    const limit = { ...latencyLimit(graph, timed), utilization };
    return { limit, limitShare: timed.latencyS / timed.durationS };
  }
  const tier = at(graph.linkTiers, at(graph.linkTier, link));
  const id = graph.linkName(linkId(link));
  return {
    limit: { kind: tier.kind, id, utilization, pointer: tier.ratePointer },
    limitShare: sendingS / timed.durationS,
  };
}

/** Sending time by the tier that binds each step; the busiest binding link of the greatest. */
function bindingTier(graph: Graph, timed: Timed): { link: number; sendingS: number } {
  const tiers = new Map<number, { link: number; sendingS: number }>();
  for (const step of timed.steps) {
    const link = bindingLink(graph, step);
    const tier = at(graph.linkTier, link);
    const known = tiers.get(tier) ?? { link, sendingS: 0 };
    // Equal links differ by rounding: the first of them stands for all.
    const isBusier = at(timed.linkBytes, link) > at(timed.linkBytes, known.link) * (1 + 1e-12);
    tiers.set(tier, {
      link: isBusier ? link : known.link,
      sendingS: known.sendingS + step.repeat * step.transferS,
    });
  }
  return [...tiers.values()].reduce((most, one) => (one.sendingS > most.sendingS ? one : most));
}

/** On the way of the step's last message, the link with most to carry for its rate. */
function bindingLink(graph: Graph, { compiled, messageId, carriedBytes }: TimedStep): number {
  let binding = -1;
  let longestS = -1;
  for (
    let e = at(compiled.entryStart, messageId);
    e < at(compiled.entryStart, messageId + 1);
    e++
  ) {
    const entry = at(compiled.entryLink, e);
    const link = at(compiled.links, entry);
    const neededS = at(carriedBytes, entry) / at(graph.linkBytesPerS, link);
    if (neededS <= longestS * (1 + 1e-12)) continue;
    longestS = neededS;
    binding = link;
  }
  return binding;
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
