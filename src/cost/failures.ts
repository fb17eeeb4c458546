/**
 * How often a job is interrupted, by class of part, and how many spares cover repairs.
 *
 * Counts are those of Llama 3 405B: 419 unexpected interruptions in 54 days on 16,384 H100
 * (Grattafiori et al. 2024, arXiv:2407.21783, table 5; the counts, as one printed share is
 * wrong), so 19.7 per million accelerator-hours. Presets follow Kokolis et al. 2024,
 * arXiv:2410.21680: 2.34 and 6.50 failures per 1,000 node-days on two research clusters.
 */
import { assert } from "../base/assert.ts";

const LLAMA_ACCELERATOR_S = 16_384 * 54 * 86_400;

export interface FailureClass {
  readonly name: string;
  /** Interruptions in the source's run. */
  readonly interruptions: number;
  /** Whether a part must be taken out and repaired. */
  readonly isHardware: boolean;
}

export const FAILURE_CLASSES: readonly FailureClass[] = [
  { name: "accelerator hardware", interruptions: 262, isHardware: true },
  { name: "silent data corruption", interruptions: 6, isHardware: true },
  { name: "host parts", interruptions: 21, isHardware: true },
  { name: "switch or cable", interruptions: 35, isHardware: false },
  { name: "software", interruptions: 56, isHardware: false },
  { name: "host maintenance", interruptions: 32, isHardware: false },
  { name: "collective timeouts", interruptions: 7, isHardware: false },
];

export type FailurePreset = keyof typeof PRESETS;

/** Share of the typical rate. */
export const PRESETS = { good: 0.6, typical: 1, poor: 1.7 } as const;

/** Standard deviation of the log of the rate: between the good and the poor preset. */
export const RATE_ERROR_SHARE = 0.4;

/** Share of interruptions that take a node out for repair: 289 of 419. */
export const REPAIR_SHARE = 289 / 419;

/** Cables an accelerator of the source's cluster has in all tiers, about. */
const SOURCE_CABLES = 2;

export interface FailingPark {
  readonly acceleratorCount: number;
  /** Cables of the fabric for each accelerator, all tiers together. */
  readonly cablesPerAccelerator: number;
  readonly preset: FailurePreset;
}

/** Interruptions a second of a job on all of the park, by class. */
export function interruptionRates(
  park: FailingPark,
): readonly { readonly name: string; readonly interruptsPerS: number }[] {
  return FAILURE_CLASSES.map(({ name, interruptions }) => {
    const links = name === "switch or cable" ? park.cablesPerAccelerator / SOURCE_CABLES : 1;
    const each = (interruptions * links * PRESETS[park.preset]) / LLAMA_ACCELERATOR_S;
    return { name, interruptsPerS: each * park.acceleratorCount };
  });
}

export function mttiS(park: FailingPark): number {
  const rates = interruptionRates(park).map(({ interruptsPerS }) => interruptsPerS);
  return 1 / rates.reduce((sum, rate) => sum + rate, 0);
}

/**
 * Nodes to hold ready so that with 99 % probability none is missing: nodes under repair are
 * Poisson with mean nodes · accelerators a node · rate · hardware share · time to repair.
 */
export function spareNodes(asked: {
  readonly nodeCount: number;
  readonly acceleratorsPerNode: number;
  readonly preset: FailurePreset;
  readonly repairS: number;
}): number {
  const { nodeCount, acceleratorsPerNode, preset, repairS } = asked;
  const perAccelerator = (419 * PRESETS[preset]) / LLAMA_ACCELERATOR_S;
  const mean = nodeCount * acceleratorsPerNode * perAccelerator * REPAIR_SHARE * repairS;
  return poissonQuantile(mean, 0.99);
}

/** The smallest number that a Poisson count stays at or below with a probability. */
export function poissonQuantile(mean: number, probability: number): number {
  assert(mean >= 0 && probability < 1, "a count has a mean, and no bound is certain");
  // In logarithms: e^−mean is nothing from a mean of 745 on.
  let logTerm = -mean;
  let below = Math.exp(logTerm);
  let count = 0;
  while (below < probability && count < 10 * mean + 1000) {
    count++;
    logTerm += Math.log(mean / count);
    below += Math.exp(logTerm);
  }
  return count;
}
