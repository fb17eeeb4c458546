/**
 * Sharded data parallelism, ZeRO (Rajbhandari et al. 2020, arXiv:1910.02054). Each bucket of
 * parameters is cut into as many parts as ranks hold it, and each rank updates its part:
 *
 *     stage 1   optimizer state in parts; gradients whole, added up to parts
 *     stage 2   gradients live from their first op until they are added up
 *     stage 3   parameters too live only while ops use them: gathered anew, forward and backward
 *
 * All ranks of a bucket gather it together, so each uses it whenever the others do: of experts
 * also those to whom it has no token to send. The ends of a pipeline, which use the table that they
 * share at different times, gather it each by itself (`ends.ts`). Whole at stage 3 too stay the
 * norms and biases that ranks of a tensor group add up, since not all of them use each.
 *
 * Parts of a bucket of S bytes are S/n, rounded up to whole numbers.
 */
import { at, present } from "../../base/assert.ts";
import { nowS } from "../../files/clock.ts";
import type { Numbers } from "../../tensor/arithmetic.ts";
import type { Parameters } from "../../tensor/parameters.ts";
import type { Parameter } from "../../tensor/tensor.ts";
import type { Team } from "../team.ts";
import type { Pending } from "../wires/communicator.ts";
import type { Bucket } from "./buckets.ts";
import { bucketsOf } from "./buckets.ts";
import type { Ends } from "./ends.ts";
import { endsOf, isTied } from "./ends.ts";
import { isCounted, worldSum } from "./norm.ts";
import { Readiness } from "./readiness.ts";
import type { Overlap, Sync } from "./sync.ts";

export type ZeroStage = 1 | 2 | 3;

/** Buckets whose parameters are there at once, at stage 3. */
const RESIDENT_COUNT = 2;

/** A bucket with its numbers. */
interface Unit {
  readonly bucket: Bucket;
  /** Where this rank's part begins in its block, and how long it is. */
  readonly start: number;
  readonly partCount: number;
  /** Whether its parameters are there only while ops use them. */
  readonly isGathered: boolean;
  readonly ends: Ends | undefined;
  data: Float32Array | undefined;
  gradients: Float32Array | undefined;
  pending: Pending | undefined;
}

export class Sharded implements Sync {
  readonly block;
  readonly parameterBytes: number;
  gradientBytes = 0;
  readonly #stage: ZeroStage;
  readonly #team: Team;
  readonly #units: readonly Unit[];
  readonly #readiness: Readiness;
  /** At stage 3, the units whose parameters are there, the last used last. */
  #resident: Unit[] = [];
  #exchangeS = 0;
  #waitedS = 0;

  /** Takes over parameters that have been allocated. */
  constructor(parameters: Parameters, team: Team, stage: ZeroStage) {
    this.#stage = stage;
    this.#team = team;
    let start = 0;
    this.#units = bucketsOf(parameters.list, team).map((bucket): Unit => {
      const partCount = Math.ceil(bucket.elementCount / bucket.group.rankCount);
      start += partCount;
      const none = { data: undefined, gradients: undefined, pending: undefined };
      const { parameters: list } = bucket;
      const ends = stage === 3 ? endsOf(list, team, partCount) : undefined;
      const isGathered = stage === 3 && (ends !== undefined || isGatheredByAll(bucket, team));
      return { bucket, start: start - partCount, partCount, isGathered, ends, ...none };
    });
    this.block = {
      elementCount: start,
      data: new Float32Array(start),
      gradients: new Float32Array(start),
    };
    this.take(parameters.data, this.block.data);
    for (const unit of this.#units) this.#takeOver(unit, parameters);
    parameters.release();
    const held = this.#units.reduce((sum, unit) => {
      return sum + (unit.isGathered ? unit.partCount : paddedCount(unit));
    }, 0);
    const others = this.#units.reduce((sum, { ends }) => sum + (ends?.heldBytes ?? 0), 0);
    this.parameterBytes = held * Float32Array.BYTES_PER_ELEMENT + others;
    this.#readiness = new Readiness(
      this.#units.map(({ bucket }) => bucket),
      (bucket) => this.#startSum(bucket),
    );
  }

  beginStep(): void {
    [this.#exchangeS, this.#waitedS] = [0, 0];
    this.gradientBytes = 0;
    for (const unit of this.#units) unit.gradients?.fill(0);
    this.#readiness.beginStep();
  }

  touched(parameter: Parameter): void {
    this.#readiness.touched(parameter);
  }

  finish(): Overlap {
    this.#readiness.finish();
    for (const unit of this.#units) this.#finishSum(unit);
    return { exchangeS: this.#exchangeS, waitedS: this.#waitedS };
  }

  share(): void {
    for (const unit of this.#resident) unit.data = undefined;
    this.#resident = [];
    for (const unit of this.#units) unit.ends?.share(partOf(unit, this.block.data));
    const whole = this.#units.filter((unit) => !unit.isGathered);
    const pending = whole.map(({ bucket: { group }, data, ...unit }) =>
      group.startAllGather(partOf(unit, this.block.data), present(data, "parameters")),
    );
    for (const each of pending) each.finish();
  }

  squaredNorm(squares: (numbers: Numbers) => number): number {
    // Each number is in one part, save where other axes hold it too.
    const sharing = (unit: Unit) => at(unit.bucket.parameters, 0);
    const sum = this.#units
      .filter((unit) => {
        const { sameOver, sumOver } = sharing(unit);
        const rest = sameOver.filter((kind) => !sumOver.includes(kind));
        return isCounted(rest, this.#team);
      })
      .reduce((total, unit) => total + squares(partOf(unit, this.block.gradients)), 0);
    return worldSum(this.#team, sum);
  }

  whole(blockLike: Numbers): Numbers {
    const count = this.#units.reduce((sum, { bucket }) => sum + bucket.elementCount, 0);
    const whole = new Float32Array(count);
    for (const unit of this.#units) {
      const { startIndex: start, elementCount, group } = unit.bucket;
      const padded = new Float32Array(paddedCount(unit));
      group.allGather(partOf(unit, blockLike), padded);
      whole.set(padded.subarray(0, elementCount), start);
    }
    return whole;
  }

  take(whole: Numbers, blockLike: Numbers): void {
    for (const unit of this.#units) {
      const { startIndex: start, elementCount, group } = unit.bucket;
      const padded = new Float32Array(paddedCount(unit));
      padded.set(whole.subarray(start, start + elementCount));
      const first = group.rank * unit.partCount;
      partOf(unit, blockLike).set(padded.subarray(first, first + unit.partCount));
      if (blockLike !== this.block.data) continue;
      unit.data?.set(padded);
      unit.ends?.take(padded);
    }
  }

  /** Its parameters read and write the unit's memory from now on. */
  #takeOver(unit: Unit, parameters: Parameters): void {
    const { startIndex: start, elementCount, parameters: list } = unit.bucket;
    if (!unit.isGathered) {
      unit.data = new Float32Array(paddedCount(unit));
      unit.data.set(parameters.data.subarray(start, start + elementCount));
    }
    let first = 0;
    for (const parameter of list) {
      const [from, to] = [first, first + parameter.elementCount];
      // Not to be copied: looking at them makes exchanges.
      Object.defineProperties(parameter, {
        data: { get: () => this.#dataOf(unit).subarray(from, to) },
        gradient: { get: () => this.#gradientsOf(unit).subarray(from, to) },
      });
      first = to;
    }
  }

  #dataOf(unit: Unit): Float32Array {
    if (!unit.isGathered) return present(unit.data, "parameters");
    if (unit.data === undefined) {
      // New memory each time: an op may still read what is let go of here.
      unit.data = new Float32Array(paddedCount(unit));
      const own = partOf(unit, this.block.data);
      if (unit.ends === undefined) unit.bucket.group.allGather(own, unit.data);
      else unit.ends.gather(own, unit.data);
    }
    if (this.#resident.at(-1) !== unit) {
      this.#resident = [...this.#resident.filter((other) => other !== unit), unit];
    }
    while (this.#resident.length > RESIDENT_COUNT) {
      const oldest = present(this.#resident.shift(), "a resident unit");
      oldest.data = undefined;
    }
    return unit.data;
  }

  #gradientsOf(unit: Unit): Float32Array {
    unit.gradients ??= new Float32Array(paddedCount(unit));
    const held = this.#units.reduce((sum, { gradients }) => sum + (gradients?.byteLength ?? 0), 0);
    const own = this.block.gradients.byteLength;
    this.gradientBytes = Math.max(this.gradientBytes, held + own);
    return unit.gradients;
  }

  #startSum(bucket: Bucket): void {
    const unit = present(
      this.#units.find((each) => each.bucket === bucket),
      "a unit",
    );
    const sums = partOf(unit, this.block.gradients);
    unit.pending = bucket.group.startReduceScatter(this.#gradientsOf(unit), sums);
    // The one before is most likely done: its memory goes before the next one's comes.
    const index = this.#units.indexOf(unit);
    if (this.#stage > 1 && index > 0) this.#finishSum(at(this.#units, index - 1));
  }

  #finishSum(unit: Unit): void {
    if (unit.pending === undefined) return;
    const startS = nowS();
    const tookS = unit.pending.finish();
    this.#exchangeS += tookS;
    this.#waitedS += Math.min(nowS() - startS, tookS);
    unit.pending = undefined;
    if (this.#stage > 1) unit.gradients = undefined;
  }
}

/** Whether all ranks that have parts of the parameters use them at the same times. */
function isGatheredByAll({ parameters, group }: Bucket, team: Team): boolean {
  const isPartial = at(parameters, 0).sumOver.includes("tensor") && team.degrees.tensor > 1;
  return group.rankCount > 1 && !isPartial && !isTied(parameters, team);
}

function paddedCount({ partCount, bucket }: Unit): number {
  return partCount * bucket.group.rankCount;
}

function partOf({ start, partCount }: Pick<Unit, "start" | "partCount">, block: Numbers): Numbers {
  return block.subarray(start, start + partCount);
}
