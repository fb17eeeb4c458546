/**
 * The exchanges that layers ask for in the middle of a step, at other sizes: what ranks of a
 * tensor group add up, gather and scatter.
 */
import type { Trace, TraceCollective } from "../records/trace.ts";
import type { Team } from "./team.ts";

const FP32_BYTES = 4;

export class InnerExchanges {
  readonly #team: Team;
  readonly #all: readonly Sized[];
  /** Where they are read from, and written to. */
  readonly #numbers: Float32Array;
  readonly #others: Float32Array;

  constructor(team: Team, trace: Trace, ratio: number) {
    this.#team = team;
    const inner = (trace.collectives ?? []).filter(({ group }) => group !== "data");
    this.#all = inner.map((collective) => sized(collective, ratio));
    const most = Math.max(0, ...this.#all.map(({ elementCount }) => elementCount));
    this.#numbers = new Float32Array(most);
    this.#others = new Float32Array(most);
  }

  get bytes(): number {
    return this.#all.reduce((sum, { elementCount }) => sum + elementCount * FP32_BYTES, 0);
  }

  /** Those that the step asks for when so many of its ops have run; all, if nothing is said. */
  run(opCount?: number): void {
    for (const each of this.#all) {
      if (opCount === undefined || each.collective.op === opCount) this.#run(each);
    }
  }

  #run({ collective: { kind, group }, elementCount }: Sized): void {
    const own = this.#team.groups[group];
    const long = this.#numbers.subarray(0, elementCount);
    const short = this.#others.subarray(0, elementCount / own.rankCount);
    if (kind === "all-gather") own.allGather(short, long);
    else if (kind === "reduce-scatter") own.reduceScatter(long, short);
    else own.allReduce(long);
  }
}

interface Sized {
  readonly collective: TraceCollective;
  readonly elementCount: number;
}

/** Divided among its ranks, as that of the step is. */
function sized(collective: TraceCollective, ratio: number): Sized {
  const { bytes, rankCount } = collective;
  const each = Math.max(1, Math.ceil((ratio * bytes) / FP32_BYTES / rankCount));
  return { collective, elementCount: each * rankCount };
}
