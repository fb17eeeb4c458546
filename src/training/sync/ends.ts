/**
 * A table that both ends of a pipeline use, each at times of its own, so that they cannot gather
 * it together. With 2n ranks of which n are at each end, rank d of an end keeps two of the 2n
 * parts, d and n + d: its own and that of its partner at the other end. The n ranks of an end
 * then have all of it among themselves.
 */
import { at } from "../../base/assert.ts";
import type { Numbers } from "../../tensor/arithmetic.ts";
import type { Parameter } from "../../tensor/tensor.ts";
import type { Team } from "../team.ts";
import type { RankGroup } from "../wires/communicator.ts";

export class Ends {
  /** This rank and its partner. */
  readonly #pair: RankGroup;
  /** The ranks of this end. */
  readonly #row: RankGroup;
  readonly #other: Float32Array;

  constructor(pair: RankGroup, row: RankGroup, partCount: number) {
    this.#pair = pair;
    this.#row = row;
    this.#other = new Float32Array(partCount);
  }

  get heldBytes(): number {
    return this.#other.byteLength;
  }

  /** Keeps the partner's part of all of them. */
  take(all: Numbers): void {
    const index = (1 - this.#pair.rank) * this.#row.rankCount + this.#row.rank;
    this.#other.set(all.subarray(index * this.#other.length, (index + 1) * this.#other.length));
  }

  /** After the update: partners tell each other. */
  share(own: Numbers): void {
    this.#other.set(this.#partOf(1 - this.#pair.rank, this.#gathered(this.#pair, own)));
  }

  /** All parts in their order, from the ranks of this end alone. */
  gather(own: Numbers, into: Float32Array): void {
    const count = own.length;
    const both = new Float32Array(2 * count);
    both.set(own, this.#pair.rank * count);
    both.set(this.#other, (1 - this.#pair.rank) * count);
    const gathered = this.#gathered(this.#row, both);
    const n = this.#row.rankCount;
    for (let place = 0; place < n; place++) {
      for (const end of [0, 1]) {
        into.set(this.#partOf(2 * place + end, gathered), (end * n + place) * count);
      }
    }
  }

  #gathered(group: RankGroup, own: Numbers): Float32Array {
    const all = new Float32Array(group.rankCount * own.length);
    group.allGather(own, all);
    return all;
  }

  #partOf(index: number, all: Float32Array): Float32Array {
    const count = this.#other.length;
    return all.subarray(index * count, (index + 1) * count);
  }
}

/** Where both ends have the parameters, and several ranks each; `partCount` of 2n parts. */
export function endsOf(
  parameters: readonly Parameter[],
  team: Team,
  partCount: number,
): Ends | undefined {
  const { sumOver } = at(parameters, 0);
  if (!isTied(parameters, team)) return undefined;
  const row = team.along(sumOver.filter((kind) => kind !== "embedding"));
  return row.rankCount === 1 ? undefined : new Ends(team.along(["embedding"]), row, partCount);
}

export function isTied(parameters: readonly Parameter[], { degrees }: Team): boolean {
  return at(parameters, 0).sumOver.includes("embedding") && degrees.pipeline > 1;
}
