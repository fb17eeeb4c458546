/** What ranks take to add up gradients, at sizes near those of a step but never at its own. */
import { at } from "../base/assert.ts";
import { median } from "../base/quantile.ts";
import { nowS } from "../files/clock.ts";
import type { ExchangeSample } from "../records/machine.ts";
import type { Trace } from "../records/trace.ts";
import { addUp, gathered, timedS } from "./stepper.ts";
import type { Team } from "./team.ts";

const FP32_BYTES = 4;
/** Of the step's own size. */
const RATIOS = [0.8, 1.25] as const;

export class ExchangeBench {
  readonly #team: Team;
  readonly #buffers: readonly Float32Array[];
  #timesS: number[][] = [];

  constructor(team: Team, trace: Trace) {
    this.#team = team;
    const isAlone = team.world.rankCount === 1;
    this.#buffers = isAlone
      ? []
      : RATIOS.map((ratio) => new Float32Array(Math.ceil(ratio * trace.parameterCount)));
    this.forget();
  }

  bytesOf(variant: number): number {
    return (this.#buffers[variant % RATIOS.length]?.length ?? 0) * FP32_BYTES;
  }

  /** The sum over ranks of a buffer; nothing where a rank is alone. */
  add(variant: number): void {
    const buffer = this.#buffers[variant % RATIOS.length];
    if (buffer !== undefined) addUp(this.#team, buffer);
  }

  gather(): void {
    gathered(this.#team, 0);
  }

  turn(count: number): void {
    // Ranks that came late to this one would be in the time of the first.
    this.gather();
    for (let i = 0; i < count; i++) {
      for (const variant of this.#buffers.keys()) {
        const durationS = timedS(() => {
          this.add(variant);
          this.gather();
        }, nowS);
        at(this.#timesS, variant).push(durationS);
      }
    }
  }

  forget(): void {
    this.#timesS = this.#buffers.map(() => []);
  }

  samples(): ExchangeSample[] {
    return this.#buffers.map((_, variant) => {
      return { bytes: this.bytesOf(variant), durationS: median(at(this.#timesS, variant)) };
    });
  }
}
