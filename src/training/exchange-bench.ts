/** What ranks take to add up gradients, at sizes near those of a step but never at its own. */
import { at } from "../base/assert.ts";
import { median } from "../base/quantile.ts";
import { nowS } from "../files/clock.ts";
import type { ExchangeSample } from "../records/machine.ts";
import type { Trace } from "../records/trace.ts";
import { gathered, timedS } from "./stepper.ts";
import { BUCKET_ELEMENT_COUNT } from "./sync/buckets.ts";
import type { Team } from "./team.ts";
import type { Pending } from "./wires/communicator.ts";

const FP32_BYTES = 4;
/** Of the step's own size. */
const RATIOS = [0.8, 1.25] as const;

export class ExchangeBench {
  readonly #team: Team;
  /** The buckets of each size. */
  readonly #sizes: readonly (readonly Float32Array[])[];
  #pending: Pending[] = [];
  #timesS: number[][] = [];

  constructor(team: Team, trace: Trace) {
    this.#team = team;
    const isAlone = team.world.rankCount === 1;
    this.#sizes = isAlone
      ? []
      : RATIOS.map((ratio) => bucketsOf(Math.ceil(ratio * trace.parameterCount)));
    this.forget();
  }

  bytesOf(variant: number): number {
    const buckets = this.#sizes[variant % RATIOS.length] ?? [];
    return buckets.reduce((sum, { length }) => sum + length * FP32_BYTES, 0);
  }

  /** Starts the buckets that are ready at this share of backward, and at its end finishes all. */
  add(variant: number, share: number): void {
    const buckets = this.#sizes[variant % RATIOS.length] ?? [];
    const group = this.#team.along(["data"]);
    while (this.#pending.length < Math.floor(share * buckets.length)) {
      this.#pending.push(group.startAllReduce(at(buckets, this.#pending.length)));
    }
    if (share < 1) return;
    for (const each of this.#pending) each.finish();
    this.#pending = [];
  }

  gather(): void {
    gathered(this.#team, 0);
  }

  turn(count: number): void {
    // Ranks that came late to this one would be in the time of the first.
    this.gather();
    for (let i = 0; i < count; i++) {
      for (const variant of this.#sizes.keys()) {
        const durationS = timedS(() => {
          this.add(variant, 1);
          this.gather();
        }, nowS);
        at(this.#timesS, variant).push(durationS);
      }
    }
  }

  forget(): void {
    this.#timesS = this.#sizes.map(() => []);
  }

  samples(): ExchangeSample[] {
    return this.#sizes.map((_, variant) => {
      return { bytes: this.bytesOf(variant), durationS: median(at(this.#timesS, variant)) };
    });
  }
}

function bucketsOf(elementCount: number): Float32Array[] {
  const count = Math.ceil(elementCount / BUCKET_ELEMENT_COUNT);
  return Array.from({ length: count }, () => new Float32Array(Math.ceil(elementCount / count)));
}
