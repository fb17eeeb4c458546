/**
 * Switches and cables of a non-blocking fat tree, by the rules that published designs follow.
 * With switches of radix k, wired half down and half up:
 *
 *     two tiers reach k · k/2 endpoints, three tiers k · k/2 · k/2
 *     leaves = ⌈endpoints / (k/2)⌉
 *     spines = the smallest divisor of k/2 that is ≥ ⌈leaves · (k/2) / k⌉
 *     p planes halve (divide by p) the rate of a port and multiply k by p; each is a network
 *
 * The divisor spreads the uplinks of a leaf evenly: 32 leaves of 72 uplinks take 18 spines of
 * 144 ports, not 16. Three tiers join pods of at most k/2 leaves: spine j of every pod forms
 * one group with its cores. Sources: NVIDIA DGX SuperPOD reference architectures, B200
 * (2025-04-24), B300 with Spectrum-4 (2025-05-29) and with Quantum-X800 (2025-07-23); Al-Fares
 * et al. 2008 for three tiers.
 */
import { assert } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { FabricPlan } from "../records/fabric-plan.ts";

export interface PlanRequest {
  readonly endpointCount: number;
  /** Ports of a switch at the full rate of a host's port. */
  readonly switchRadix: number;
  /** Default 1. */
  readonly planeCount?: number;
}

/** Switches and cables of one plane. */
interface PlaneCounts {
  readonly leafCount: number;
  readonly spineCount: number;
  readonly coreCount: number;
  readonly leafSpineCount: number;
  readonly spineCoreCount: number;
}

export function fabricPlan({
  endpointCount,
  switchRadix,
  planeCount = 1,
}: PlanRequest): FabricPlan {
  const radix = switchRadix * planeCount;
  assert(endpointCount >= 1 && radix >= 2 && radix % 2 === 0, "a fabric has ends and ports");
  const plane = planeOf(endpointCount, radix);
  return {
    endpointCount,
    planeCount,
    switchRadix: radix,
    leafCount: plane.leafCount * planeCount,
    spineCount: plane.spineCount * planeCount,
    coreCount: plane.coreCount * planeCount,
    // A cable of full rate carries one link of every plane.
    hostLeafCableCount: endpointCount,
    leafSpineCableCount: plane.leafSpineCount,
    spineCoreCableCount: plane.spineCoreCount,
  };
}

/** Endpoints that so many tiers reach without blocking. */
export function endpointCountMax(switchRadix: number, tierCount: 2 | 3): number {
  const half = switchRadix / 2;
  return tierCount === 2 ? switchRadix * half : switchRadix * half * half;
}

function planeOf(endpointCount: number, radix: number): PlaneCounts {
  const half = radix / 2;
  const leafCount = Math.ceil(endpointCount / half);
  if (leafCount === 1) return { leafCount, ...NOTHING_ABOVE };
  if (endpointCount <= endpointCountMax(radix, 2)) {
    const spineCount = evenSpread(half, Math.ceil((leafCount * half) / radix));
    return { ...NOTHING_ABOVE, leafCount, spineCount, leafSpineCount: leafCount * half };
  }
  if (endpointCount <= endpointCountMax(radix, 3)) return threeTiers(leafCount, radix);
  throw new Refusal({
    code: "too-many-ports",
    pointer: "",
    found: `${endpointCount} endpoints`,
    expected: `at most ${endpointCountMax(radix, 3)}, what three tiers of ${radix} ports reach`,
    nextStep: "take fewer hosts, larger switches or more planes",
  });
}

const NOTHING_ABOVE = { spineCount: 0, coreCount: 0, leafSpineCount: 0, spineCoreCount: 0 };

function threeTiers(leafCount: number, radix: number): PlaneCounts {
  const half = radix / 2;
  const podCount = Math.ceil(leafCount / half);
  const leavesPerPod = Math.ceil(leafCount / podCount);
  const spinesPerPod = evenSpread(half, leavesPerPod);
  const needed = Math.ceil((leavesPerPod * half) / spinesPerPod);
  const { uplinksPerSpine, coresPerGroup } = coreGroup(podCount, needed, radix);
  const spineCount = podCount * spinesPerPod;
  return {
    leafCount,
    spineCount,
    coreCount: spinesPerPod * coresPerGroup,
    leafSpineCount: leafCount * half,
    spineCoreCount: spineCount * uplinksPerSpine,
  };
}

/**
 * Uplinks of a spine that spread evenly over as few cores as can be: 29 spread over no fewer
 * than 29 cores, 30 over 2.
 */
function coreGroup(podCount: number, needed: number, radix: number) {
  let best = { uplinksPerSpine: needed, coresPerGroup: Infinity };
  for (let uplinksPerSpine = needed; uplinksPerSpine <= radix / 2; uplinksPerSpine++) {
    const least = Math.ceil((podCount * uplinksPerSpine) / radix);
    const coresPerGroup = evenSpread(uplinksPerSpine, least);
    if (coresPerGroup < best.coresPerGroup) best = { uplinksPerSpine, coresPerGroup };
  }
  return best;
}

/** The smallest number of upper switches, at least so many, that divides the uplinks. */
function evenSpread(uplinkCount: number, countMin: number): number {
  let count = countMin;
  while (uplinkCount % count !== 0) count++;
  return count;
}

// Two published fabrics that are no plain fat trees, from their port sums.

export interface RailPlanes {
  readonly segmentCount: number;
  readonly railCount: number;
  readonly planeCount: number;
  readonly torUplinkCount: number;
}

/**
 * A top-of-rack switch for every segment, rail and plane, with one uplink to each aggregation
 * switch of its plane. So each of these has a port for every rail of every segment:
 *
 *     ToRs = segments · rails · planes,  Aggs = uplinks · planes
 *     ToRs · uplinks = Aggs · (segments · rails)
 *
 * Source: Qian et al. 2024, "Alibaba HPN", SIGCOMM, sections 5 and 6.
 */
export function railPlaneCounts({
  segmentCount,
  railCount,
  planeCount,
  torUplinkCount,
}: RailPlanes): {
  readonly torCount: number;
  readonly aggCount: number;
  readonly aggDownlinkCount: number;
  readonly linkCount: number;
} {
  const torCount = segmentCount * railCount * planeCount;
  const aggCount = torUplinkCount * planeCount;
  const aggDownlinkCount = segmentCount * railCount;
  const linkCount = torCount * torUplinkCount;
  assert(linkCount === aggCount * aggDownlinkCount, "both ends of the links are counted alike");
  return { torCount, aggCount, aggDownlinkCount, linkCount };
}

/**
 * Cubes of side³ chips, joined by one optical switch for each dimension and each position on
 * a face; the switch takes both ends of every cube there.
 * Source: Jouppi et al. 2023, "TPU v4", ISCA, section 2.
 */
export function opticalCounts(asked: {
  readonly chipCount: number;
  readonly cubeSideLength: number;
}): {
  readonly cubeCount: number;
  readonly switchCount: number;
  readonly portsPerSwitchCount: number;
  readonly linkCount: number;
} {
  const face = asked.cubeSideLength ** 2;
  const cubeCount = asked.chipCount / asked.cubeSideLength ** 3;
  assert(Number.isInteger(cubeCount), "a pod is made of whole cubes");
  const switchCount = 3 * face;
  const portsPerSwitchCount = 2 * cubeCount;
  return {
    cubeCount,
    switchCount,
    portsPerSwitchCount,
    linkCount: switchCount * portsPerSwitchCount,
  };
}
