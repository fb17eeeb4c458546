/**
 * Time of a collective as libraries run it, by a closed form fitted to published sweeps.
 *
 *   LL      6.6 + 0.6 k + S k / (n C)
 *   ring    8.4 + 3.4 k + (S k + x S / (1 + S/1 GB)) / (n B)
 *   mesh    U(10, S k / (n B)), rings over parts wired to each other
 *   NVLS    U(1.8 n, S (1 + 1/n) / (B e)),   U(L, T) = L + T + F L T / (T + τ L)
 *   trees   over N domains, U of their latency and of the bytes on the busiest resource
 *
 * S bytes of the full vector, k steps, n ranks; microseconds; h is paid once by each call that
 * the host times. Names of algorithms as in NCCL.
 */
import { LAW } from "./law-constants.ts";
import type { CollectiveLaw } from "./law-constants.ts";
import type { DomainRates } from "./rates.ts";

export type CollectiveKind =
  "all_reduce" | "all_gather" | "reduce_scatter" | "all_to_all" | "broadcast";

export interface CollectiveCase {
  readonly kind: CollectiveKind;
  readonly sizeBytes: number;
  readonly ranks: number;
  readonly domains: number;
  readonly rates: DomainRates;
  /** All NICs of a node together. */
  readonly nodeBytesPerS: number;
  /** Extra time of a message through the NIC and its software. */
  readonly crossingS: number;
  /** Launch and timing of the harness. */
  readonly harnessS: number;
  readonly allowsInSwitch: boolean;
  /** One kernel does it all: no protocol, no fill. */
  readonly isOneKernel: boolean;
  /** What somebody made the library take at every size; absent: the fastest that it tunes. */
  readonly forced?: "ring" | "low-latency";
}

const US = 1e-6;

export function collectiveS(given: CollectiveCase, law: CollectiveLaw = LAW): number {
  if (given.ranks <= 1) return given.harnessS;
  const found = given.domains > 1 ? across(given, law) : inside(given, law);
  return given.harnessS + found;
}

/** Shape of a pipeline that fills: a start, a stream, and what the start delays of it. */
function filled(startS: number, streamS: number, law: CollectiveLaw): number {
  const { fillFactor, fillTurnFactor } = law;
  return startS + streamS + (fillFactor * startS * streamS) / (streamS + fillTurnFactor * startS);
}

function steps({ kind, ranks }: CollectiveCase): number {
  return kind === "all_reduce" ? 2 * (ranks - 1) : ranks - 1;
}

function inside(given: CollectiveCase, law: CollectiveLaw): number {
  const { kind, sizeBytes: size, ranks: n, rates, isOneKernel } = given;
  if (kind === "all_to_all") return 10 * US + (size * (n - 1)) / n / (0.95 * bandwidth(given));
  if (isOneKernel) return oneKernelS(given);
  const k = steps(given);
  const isLow = size <= law.lowLatencyBytes * n && given.forced !== "ring";
  if (isLow || given.forced === "low-latency") {
    return (6.6 + 0.6 * k) * US + (size * k) / (n * rates.lowLatencyBytesPerS);
  }
  const ring = ringS(given, law);
  if (given.forced === "ring") return ring;
  const hasSwitch = kind === "all_reduce" && n >= 5 && rates.inSwitchShare > 0;
  return hasSwitch && given.allowsInSwitch ? Math.min(ring, inSwitchS(given, law)) : ring;
}

function ringS(given: CollectiveCase, law: CollectiveLaw): number {
  const { kind, sizeBytes: size, ranks: n, rates } = given;
  const k = steps(given);
  if (rates.isMesh) {
    const bytes = kind === "broadcast" ? size : (size * k) / n;
    return filled(law.meshStartS, bytes / bandwidth(given), law);
  }
  const share = rates.localStepShare > 0 ? law.localStepShare : 0;
  const local = (share * size) / (1 + size / law.localStepBytes);
  const moved = kind === "broadcast" ? size * n : size * k;
  return (8.4 + 3.4 * k) * US + (moved + local) / (n * bandwidth(given));
}

function inSwitchS(
  { sizeBytes: size, ranks: n, rates }: CollectiveCase,
  law: CollectiveLaw,
): number {
  const rate = rates.usableBytesPerS * rates.inSwitchShare;
  return filled(law.inSwitchRankS * n, (size * (1 + 1 / n)) / rate, law);
}

/** One kernel for all: the wire, and one start. */
function oneKernelS(given: CollectiveCase): number {
  const { sizeBytes: size, ranks: n, rates } = given;
  const rate = rates.usableBytesPerS;
  const twoShot = 6.45 * US + (size * steps(given)) / n / rate;
  if (rates.inSwitchShare === 0) return twoShot;
  return Math.min(
    twoShot,
    6.45 * US + size / (rate * rates.inSwitchShare * (n / (n + 1)) * (24 / 23)),
  );
}

/**
 * Rate of a ring: of all links where a switch joins them, of as many directed rings as fit
 * where parts are wired to each other.
 */
function bandwidth({ ranks, rates }: CollectiveCase): number {
  if (rates.isMesh) return rates.usableBytesPerS * 0.7 * Math.min(1, (ranks - 1) / 7);
  // The cube mesh of the V100: 1, 4 and 6 of six links for 2, 4 and 8 ranks.
  if (rates.id === "v100-sxm2-32") {
    const rings = ranks <= 2 ? 1 : ranks <= 3 ? 2 : ranks <= 4 ? 4 : 6;
    return (rates.usableBytesPerS * rings) / 6;
  }
  return rates.usableBytesPerS;
}

/** Several domains: trees for all-reduce, rings for the rest, and low latency for both. */
function across(given: CollectiveCase, law: CollectiveLaw): number {
  const { kind, sizeBytes: size, ranks: n, domains, crossingS: d } = given;
  const g = n / domains;
  const nicBytesPerS = given.nodeBytesPerS * law.nicShare;
  if (kind === "all_to_all") {
    const leaving = (size * (n - g)) / n / (nicBytesPerS / g);
    return (33 + 0.5 * (n - g)) * US + leaving;
  }
  const crossings = kind === "all_reduce" ? 2 * (domains - 1) : domains - 1;
  const k = steps(given);
  const rate = Math.min(bandwidth(given), nicBytesPerS);
  const ring =
    (8.4 + (k - crossings) * 3.4) * US + crossings * (14 * US + d) + (size * k) / (n * rate);
  if (kind !== "all_reduce" || given.forced === "ring") return ring;
  const depth = Math.log2(domains);
  const low =
    6.8 * US + 2 * ((g - 1) * 0.6 * US + depth * (5 * US + d)) + size / law.treeLowLatencyBytesPerS;
  if (given.forced === "low-latency") return low;
  const tree = treeS(given, { g, depth, nicBytesPerS, law });
  return domains === 2 ? Math.min(low, tree) : Math.min(low, tree, ring);
}

interface Shape {
  readonly g: number;
  readonly depth: number;
  readonly nicBytesPerS: number;
  readonly law: CollectiveLaw;
}

function treeS(
  { sizeBytes: size, domains, rates, crossingS: d, allowsInSwitch }: CollectiveCase,
  { g, depth, nicBytesPerS, law }: Shape,
): number {
  // A double binary tree sends each byte once between two nodes, twice among more.
  const onNic = (size * (domains === 2 ? 1 : 2)) / nicBytesPerS;
  const B = rates.usableBytesPerS;
  const plainStart = (8.4 + 2 * ((g - 1) * 4 + depth * 14)) * US + 2 * depth * d;
  const plain = filled(plainStart, Math.max(onNic, (2 * size * (g - 1)) / (g * B)), law);
  if (rates.inSwitchShare === 0 || !allowsInSwitch) return plain;
  const inSwitchStart = (25 + 2 * depth * 20.9) * US + 2 * depth * d;
  const wire = (size * (1 + 1 / g)) / (B * rates.inSwitchShare);
  return Math.min(plain, filled(inSwitchStart, Math.max(onNic, wire), law));
}
