/** What the exchanges of a step take, at sizes near its own but never at these. */
import { at } from "../base/assert.ts";
import { median } from "../base/quantile.ts";
import { nowS } from "../files/clock.ts";
import type { ExchangeSample } from "../records/machine.ts";
import type { Trace } from "../records/trace.ts";
import { InnerExchanges } from "./inner-exchanges.ts";
import { gathered, timedS } from "./stepper.ts";
import { BUCKET_ELEMENT_COUNT } from "./sync/buckets.ts";
import type { Team } from "./team.ts";
import type { Pending, RankGroup } from "./wires/communicator.ts";

const FP32_BYTES = 4;
/** Of the step's own size. */
const RATIOS = [0.8, 1.25] as const;

export class ExchangeBench {
  readonly #team: Team;
  readonly #group: RankGroup;
  readonly #inner: readonly InnerExchanges[];
  /** The buckets of each size. */
  readonly #sizes: readonly (readonly Float32Array[])[];
  #pending: Pending[] = [];
  #timesS: number[][] = [];

  constructor(team: Team, trace: Trace) {
    this.#team = team;
    this.#group = team.along(["data", "expert", "context"]);
    const ratios = team.world.rankCount === 1 ? [] : RATIOS;
    const count = this.#group.rankCount === 1 ? 0 : trace.parameterCount;
    this.#sizes = ratios.map((ratio) => bucketsOf(Math.ceil(ratio * count)));
    this.#inner = ratios.map((ratio) => new InnerExchanges(team, trace, ratio));
    this.forget();
  }

  bytesOf(variant: number): number {
    const buckets = this.#sizes[variant % RATIOS.length] ?? [];
    const inner = this.#inner[variant % RATIOS.length]?.bytes ?? 0;
    return buckets.reduce((sum, { length }) => sum + length * FP32_BYTES, inner);
  }

  /** What layers exchange when so many of their ops have run. */
  inside(variant: number, opCount: number): void {
    this.#inner[variant % RATIOS.length]?.run(opCount);
  }

  /** Starts the buckets that are ready at this share of backward, and at its end finishes all. */
  add(variant: number, share: number): void {
    const buckets = this.#sizes[variant % RATIOS.length] ?? [];
    while (this.#pending.length < Math.floor(share * buckets.length)) {
      this.#pending.push(this.#group.startAllReduce(at(buckets, this.#pending.length)));
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
          this.#inner[variant]?.run();
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
