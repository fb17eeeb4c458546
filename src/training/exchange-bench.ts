/** What ranks take to add up gradients, at sizes near those of a step but never at its own. */
import { at } from "../base/assert.ts";
import { median } from "../base/quantile.ts";
import { nowS } from "../files/clock.ts";
import type { ExchangeSample } from "../records/machine.ts";
import type { Trace } from "../records/trace.ts";
import type { Group } from "./group.ts";
import { timedS } from "./stepper.ts";

const FP32_BYTES = 4;
/** Of the step's own size. */
const RATIOS = [0.8, 1.25] as const;

export class ExchangeBench {
  readonly #group: Group;
  readonly #buffers: readonly Float32Array[];
  #timesS: number[][] = [];

  constructor(group: Group, trace: Trace) {
    this.#group = group;
    this.#buffers = this.isAlone
      ? []
      : RATIOS.map((ratio) => new Float32Array(Math.ceil(ratio * trace.parameterCount)));
    this.forget();
  }

  get isAlone(): boolean {
    return this.#group.share.rankCount === 1;
  }

  bytesOf(variant: number): number {
    return (this.#buffers[variant % RATIOS.length]?.length ?? 0) * FP32_BYTES;
  }

  /** The sum over ranks of a buffer, then a number of each, as a step ends. */
  async run(variant: number): Promise<void> {
    await this.#group.allReduce(at(this.#buffers, variant % RATIOS.length));
    await this.#group.allGather(variant);
  }

  async turn(count: number): Promise<void> {
    if (!this.isAlone) await this.#group.allGather(0);
    for (let i = 0; i < count; i++) {
      for (const variant of this.#buffers.keys()) {
        at(this.#timesS, variant).push(await timedS(() => this.run(variant), nowS));
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
