/** What each rank is doing as time goes by: computing, communicating, both, or neither. */

const COMPUTES = 1;
const COMMUNICATES = 2;

export interface RankTimes {
  /** The accelerator computes. */
  readonly computeS: number;
  /** A collective or message is under way or waits for its partners. */
  readonly communicationS: number;
  /** The same while the accelerator does not compute. */
  readonly exposedS: number;
  readonly idleS: number;
}

export class RankClocks {
  readonly #since: Float64Array;
  readonly #computing: Int32Array;
  readonly #communicating: Int32Array;
  /** Four sums a rank, by what it does. */
  readonly #sumS: Float64Array;

  constructor(rankCount: number) {
    this.#since = new Float64Array(rankCount);
    this.#computing = new Int32Array(rankCount);
    this.#communicating = new Int32Array(rankCount);
    this.#sumS = new Float64Array(4 * rankCount);
  }

  compute(rank: number, change: 1 | -1, nowS: number): void {
    this.#settle(rank, nowS);
    this.#computing[rank]! += change;
  }

  communicate(rank: number, change: 1 | -1, nowS: number): void {
    this.#settle(rank, nowS);
    this.#communicating[rank]! += change;
  }

  #settle(rank: number, nowS: number): void {
    const state =
      (this.#computing[rank]! > 0 ? COMPUTES : 0) |
      (this.#communicating[rank]! > 0 ? COMMUNICATES : 0);
    this.#sumS[4 * rank + state]! += nowS - this.#since[rank]!;
    this.#since[rank] = nowS;
  }

  times(endS: number): RankTimes[] {
    return Array.from(this.#since, (_, rank) => {
      this.#settle(rank, endS);
      const [idleS = 0, computes = 0, exposedS = 0, both = 0] = this.#sumS.subarray(
        4 * rank,
        4 * rank + 4,
      );
      return { computeS: computes + both, communicationS: exposedS + both, exposedS, idleS };
    });
  }
}
