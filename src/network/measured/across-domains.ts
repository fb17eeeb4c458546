/**
 * A collective over several domains: trees for all-reduce, rings for the rest, and low latency
 * for both. Latencies of messages and steps are those of NCCL's planner.
 */
import type { CollectiveCase } from "./collective-case.ts";
import { bandwidth, filled, LINE_SHARE, ringBytes, steps, US } from "./collective-case.ts";
import type { CollectiveLaw } from "./law-constants.ts";

export function acrossS(given: CollectiveCase, law: CollectiveLaw): number {
  const { kind, domains, forced } = given;
  const shape = shapeOf(given, law);
  if (kind === "all_to_all") return allToAllS(given, shape);
  const { nicBytesPerS } = shape;
  if (kind === "send_receive") {
    const nic = Math.min(bandwidth(given), nicBytesPerS / Math.max(1, shape.g));
    return (8.4 + 14) * US + given.crossingS + given.sizeBytes / nic;
  }
  if (forced === "ring-128") return ringS(given, shape, { baseUs: 14, stepUs: 1.9, hopUs: 4 });
  const ring = ringS(given, shape, { baseUs: 8.4, stepUs: 3.4, hopUs: 14 });
  if (kind !== "all_reduce" || forced === "ring") return ring;
  const low = lowTreeS(given, shape);
  if (forced === "low-latency") return low;
  if (forced === "tree") return plainTreeS(given, shape);
  if (forced === "tree-128") {
    return lineTreeS(given, shape, treeBytesPerS(given, shape) * LINE_SHARE);
  }
  if (forced === "in-switch") return Math.min(plainTreeS(given, shape), switchTreeS(given, shape));
  const { lines } = given;
  if (lines !== undefined && given.sizeBytes <= lines.mostBytes) {
    return Math.min(low, lineTreeS(given, shape, lines.bytesPerS));
  }
  const tree = Math.min(plainTreeS(given, shape), switchTreeS(given, shape));
  return domains === 2 ? Math.min(low, tree) : Math.min(low, tree, ring);
}

interface Shape {
  /** Ranks of a domain. */
  readonly g: number;
  readonly depth: number;
  readonly nicBytesPerS: number;
  /** Bytes through the NICs of a domain, of those of the vector. */
  readonly passes: number;
  readonly law: CollectiveLaw;
}

function shapeOf(given: CollectiveCase, law: CollectiveLaw): Shape {
  const { ranks, domains, nodeBytesPerS, nicShare = law.nicShare, reducesInNetwork } = given;
  return {
    ...{ g: ranks / domains, depth: Math.log2(domains), nicBytesPerS: nodeBytesPerS * nicShare },
    // A double binary tree sends each byte once between two nodes, twice among more.
    ...{ passes: domains === 2 || reducesInNetwork === true ? 1 : 2, law },
  };
}

function allToAllS(given: CollectiveCase, { g, nicBytesPerS }: Shape): number {
  const { sizeBytes, ranks: n, crossingS } = given;
  const leavingS = (sizeBytes * (n - g)) / n / (nicBytesPerS / g);
  const sentS = (sizeBytes * (n - 1)) / n / bandwidth(given);
  return (33 + 0.5 * (n - g)) * US + crossingS + Math.max(leavingS, sentS);
}

interface Latencies {
  readonly baseUs: number;
  readonly stepUs: number;
  readonly hopUs: number;
}

function ringS(
  given: CollectiveCase,
  { nicBytesPerS }: Shape,
  { baseUs, stepUs, hopUs }: Latencies,
): number {
  const { kind, domains, crossingS } = given;
  const crossings = kind === "all_reduce" ? 2 * (domains - 1) : domains - 1;
  const local = steps(given) - crossings;
  const share = hopUs < 14 ? LINE_SHARE : 1;
  const rate = Math.min(bandwidth(given), nicBytesPerS) * share;
  const startS = (baseUs + local * stepUs) * US + crossings * (hopUs * US + crossingS);
  return startS + ringBytes(given) / rate;
}

function lowTreeS({ sizeBytes, crossingS: d }: CollectiveCase, { g, depth, law }: Shape): number {
  const startS = 6.8 * US + 2 * ((g - 1) * 0.6 * US + depth * (5 * US + d));
  return startS + sizeBytes / law.treeLowLatencyBytesPerS;
}

function lineTreeS(given: CollectiveCase, { g, depth }: Shape, bytesPerS: number): number {
  const startS = (14 + 2 * (g - 1) * 1.25) * US + 2 * depth * (8.5 * US + given.crossingS);
  return startS + given.sizeBytes / bytesPerS;
}

/** Algorithm bandwidth of the plain tree. */
function treeBytesPerS({ rates }: CollectiveCase, { g, nicBytesPerS, passes }: Shape): number {
  // A rank alone in its domain still sends all bytes over its own links.
  const inside = (rates.usableBytesPerS * g) / Math.max(g, 2 * (g - 1));
  return Math.min(nicBytesPerS / passes, inside);
}

function plainTreeS(given: CollectiveCase, shape: Shape): number {
  const { g, depth, law } = shape;
  const startS = (8.4 + 2 * ((g - 1) * 4 + depth * 14)) * US + 2 * depth * given.crossingS;
  return filled(startS, given.sizeBytes / treeBytesPerS(given, shape), law);
}

/** In-switch reduction inside, trees or the network's own reduction between. */
function switchTreeS(given: CollectiveCase, shape: Shape): number {
  const { sizeBytes: size, rates, allowsInSwitch, reducesInNetwork, crossingS } = given;
  const { g, depth, nicBytesPerS, passes, law } = shape;
  if (rates.inSwitchShare === 0 || !allowsInSwitch || g <= 1) return Infinity;
  const hops = reducesInNetwork === true ? 1 : depth;
  const startS = (25 + 2 * hops * 20.9) * US + 2 * hops * crossingS;
  const wire = (size * (1 + 1 / g)) / (rates.usableBytesPerS * rates.inSwitchShare);
  return filled(startS, Math.max((size * passes) / nicBytesPerS, wire), law);
}
