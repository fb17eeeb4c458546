/**
 * Times of ops, traced once for each class of layouts: those alike in what a rank computes of
 * a layer. Searches evaluate thousands of layouts of each class.
 */
import type { DenseConstants } from "./constants.ts";
import type { OpTimes } from "./step.ts";
import { opTimes } from "./step.ts";
import type { DenseLayout, DenseRun, Recompute, Sharding } from "./types.ts";

const RECOMPUTE: readonly Recompute[] = ["none", "selective", "per-op", "full"];
const SHARDING: readonly Sharding[] = ["optimizer", "fsdp", "fsdp-kept", "broadcast"];

/** For one model, part, software and precision; only the layouts may differ. */
export class OpCache {
  readonly #constants: DenseConstants;
  readonly #known = new Map<number, OpTimes>();

  constructor(constants: DenseConstants) {
    this.#constants = constants;
  }

  times(run: DenseRun): OpTimes {
    const key = classOf(run.layout);
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const made = opTimes(run, this.#constants);
    this.#known.set(key, made);
    return made;
  }

  get classCount(): number {
    return this.#known.size;
  }
}

/** Whole and unique below 2^53 for degrees below 1024, 512, 4096 and micro-batches below 8192. */
function classOf(layout: DenseLayout): number {
  const { tensorRanks, contextRanks, expertRanks, microBatch, recompute, sharding } = layout;
  const words = RECOMPUTE.indexOf(recompute) * 4 + SHARDING.indexOf(sharding);
  const ranks = (tensorRanks * 512 + contextRanks) * 4096 + expertRanks;
  return (ranks * 8192 + microBatch) * 16 + words;
}
