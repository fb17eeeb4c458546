/** What a collective promises: each rank's chunks before and after. */
import type { Collective } from "../../records/schedule.ts";

/** What each rank's chunk is at the start and must be at the end; undefined: anything. */
export interface Claim {
  readonly start: (rank: number, chunk: number) => number;
  readonly end: (rank: number, chunk: number) => number | undefined;
  readonly words: string;
}

type Value = (rank: number, chunk: number) => number;

export interface Buffers {
  readonly collective: Collective;
  readonly rankCount: number;
  readonly chunkCount: number;
  readonly value: Value;
}

export function claimOf(buffers: Buffers): Claim {
  const { collective, rankCount, chunkCount, value } = buffers;
  const owner = (chunk: number): number => Math.floor((chunk * rankCount) / chunkCount);
  switch (collective) {
    case "all-reduce":
    case "reduce":
    case "reduce-scatter":
      return sumClaim(buffers, owner);
    case "all-gather":
    case "gather":
    case "scatter":
    case "broadcast":
      return copyClaim(buffers, owner);
    case "all-to-all": {
      const block = chunkCount / rankCount;
      const own: Value = (r, c) => value(owner(c), r * block + (c % block));
      const words = "its block of the rank that the place belongs to";
      return { start: value, end: (r, c) => (owner(c) === r ? undefined : own(r, c)), words };
    }
    case "send-receive": {
      const before: Value = (r, c) => value((r + rankCount - 1) % rankCount, c);
      return { start: value, end: before, words: "what the rank before has" };
    }
    case "uneven-all-to-all":
    case "barrier":
      return { start: value, end: () => undefined, words: "" };
  }
}

function sumClaim({ collective, rankCount, value }: Buffers, owner: (c: number) => number): Claim {
  const sum = (chunk: number): number => {
    let total = 0;
    for (let rank = 0; rank < rankCount; rank++) total += value(rank, chunk);
    return total;
  };
  const has = (r: number, c: number): boolean =>
    collective === "all-reduce" || r === (collective === "reduce" ? 0 : owner(c));
  const end = (r: number, c: number) => (has(r, c) ? sum(c) : undefined);
  return { start: value, end, words: "the sum of all ranks" };
}

function copyClaim({ collective, value }: Buffers, owner: (c: number) => number): Claim {
  const isRooted = collective === "scatter" || collective === "broadcast";
  const origin = (c: number): number => (isRooted ? 0 : owner(c));
  const mustHave = (r: number, c: number): boolean => {
    if (collective === "gather") return r === 0;
    return collective === "scatter" ? owner(c) === r : true;
  };
  return {
    start: (r, c) => (origin(c) === r ? value(r, c) : Number.NaN),
    end: (r, c) => (mustHave(r, c) ? value(origin(c), c) : undefined),
    words: isRooted ? "what rank 0 has" : "what its owner has",
  };
}
