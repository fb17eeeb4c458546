/** A collective inside one domain: the fastest of what a library tunes there. */
import type { CollectiveCase } from "./collective-case.ts";
import { bandwidth, filled, LINE_SHARE, ringBytes, steps, US } from "./collective-case.ts";
import type { CollectiveLaw } from "./law-constants.ts";

export function insideS(given: CollectiveCase, law: CollectiveLaw): number {
  const { kind, sizeBytes: size, ranks: n, isOneKernel } = given;
  if (kind === "all_to_all") return 10 * US + (size * (n - 1)) / n / (0.95 * bandwidth(given));
  if (kind === "send_receive") return sendS(given);
  if (isOneKernel) return oneKernelS(given);
  const forced = forcedS(given, law);
  if (forced !== undefined) return forced;
  if (size <= law.lowLatencyBytes * n) return lowLatencyS(given);
  const ring = ringS(given, law);
  return hasSwitch(given) ? Math.min(ring, inSwitchS(given, law)) : ring;
}

/** By the word of what was forced; undefined where the library chooses. */
function forcedS(given: CollectiveCase, law: CollectiveLaw): number | undefined {
  const { forced } = given;
  if (forced === "ring") return ringS(given, law);
  if (forced === "low-latency") return lowLatencyS(given);
  if (forced === "ring-128") {
    return (14 + 1.9 * steps(given)) * US + ringBytes(given) / (bandwidth(given) * LINE_SHARE);
  }
  if (forced === "tree") return chainS(given, { baseUs: 8.4, stepUs: 4, share: 0.85 }, law);
  if (forced !== "tree-128") return undefined;
  return chainS(given, { baseUs: 14, stepUs: 1.25, share: 0.85 * LINE_SHARE }, law);
}

/** In-switch reduction is tuned for all-reduce from five ranks on. */
function hasSwitch({ kind, ranks, rates, allowsInSwitch }: CollectiveCase): boolean {
  return kind === "all_reduce" && ranks >= 5 && rates.inSwitchShare > 0 && allowsInSwitch;
}

function lowLatencyS(given: CollectiveCase): number {
  const rate = given.rates.lowLatencyBytesPerS;
  return (6.6 + 0.6 * steps(given)) * US + ringBytes(given) / rate;
}

function ringS(given: CollectiveCase, law: CollectiveLaw): number {
  const { sizeBytes: size, ranks: n, rates } = given;
  const moved = ringBytes(given);
  if (rates.isMesh) return filled(law.meshStartS, moved / bandwidth(given), law);
  const share = rates.localStepShare > 0 ? law.localStepShare : 0;
  const local = (share * size) / (1 + size / law.localStepBytes) / n;
  return (8.4 + 3.4 * steps(given)) * US + (moved + local) / bandwidth(given);
}

/** One node's tree is a chain: all bytes pass every rank, up and down. */
function chainS(
  given: CollectiveCase,
  { baseUs, stepUs, share }: { baseUs: number; stepUs: number; share: number },
  law: CollectiveLaw,
): number {
  const passes = given.kind === "all_reduce" ? 2 : 1;
  const startS = (baseUs + passes * (given.ranks - 1) * stepUs) * US;
  return filled(startS, (passes * given.sizeBytes) / (bandwidth(given) * share), law);
}

function inSwitchS(
  { sizeBytes: size, ranks: n, rates }: CollectiveCase,
  law: CollectiveLaw,
): number {
  const rate = rates.usableBytesPerS * rates.inSwitchShare;
  return filled(law.inSwitchRankS * n, (size * (1 + 1 / n)) / rate, law);
}

/** Between two ranks; where parts are wired to each other one link of theirs. */
function sendS({ sizeBytes, rates }: CollectiveCase): number {
  return 11.8 * US + sizeBytes / (rates.usableBytesPerS / (rates.isMesh ? 7 : 1));
}

/** One kernel for all: the wire, and one start. */
function oneKernelS(given: CollectiveCase): number {
  const { kind, sizeBytes: size, ranks: n, rates } = given;
  const rate = rates.usableBytesPerS;
  const twoShot = 6.45 * US + ringBytes(given) / rate;
  if (rates.inSwitchShare === 0 || kind !== "all_reduce") return twoShot;
  return Math.min(
    twoShot,
    6.45 * US + size / (rate * rates.inSwitchShare * (n / (n + 1)) * (24 / 23)),
  );
}
