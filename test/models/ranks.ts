/**
 * Ranks of a layout in one thread. A rank runs until it needs what another has not yet sent,
 * stops by an exception, and later runs again from its start: what it computes depends only on
 * what it receives, so the second run comes to the same point with the same numbers.
 */
import type { Communicator, Groups } from "../../src/tensor/communicator.ts";
import { silentGroup } from "../../src/tensor/communicator.ts";
import type { Numbers } from "../../src/tensor/arithmetic.ts";
import type { GroupKind } from "../../src/records/trace.ts";

class Pending extends Error {}

/** Degrees; the first varies fastest with the rank. */
export interface Degrees {
  readonly tensor?: number;
  readonly context?: number;
  readonly expert?: number;
  readonly data?: number;
  readonly pipeline?: number;
}

const AXES = ["tensor", "context", "expert", "data", "pipeline"] as const;
type Axis = (typeof AXES)[number];

/** The results of all ranks; `body` is called again and again, so it starts from nothing. */
export function runRanks<T>(degrees: Degrees, body: (groups: Groups, rank: number) => T): T[] {
  const sizes = AXES.map((axis) => degrees[axis] ?? 1);
  const count = sizes.reduce((product, size) => product * size, 1);
  const mail = new Map<string, Numbers>();
  const results = new Map<number, T>();
  for (let round = 0; results.size < count; round++) {
    const before = mail.size + results.size;
    for (let rank = 0; rank < count; rank++) {
      if (results.has(rank)) continue;
      try {
        results.set(rank, body(groupsOf(rank, sizes, mail), rank));
      } catch (error) {
        if (!(error instanceof Pending)) throw error;
      }
    }
    if (mail.size + results.size === before) throw new Error("all ranks wait for each other");
  }
  return Array.from({ length: count }, (_, rank) => results.get(rank)!);
}

function groupsOf(rank: number, sizes: readonly number[], mail: Map<string, Numbers>): Groups {
  const make = (axis: Axis): Communicator => {
    const index = AXES.indexOf(axis);
    const stride = sizes.slice(0, index).reduce((product, size) => product * size, 1);
    const size = sizes[index]!;
    const place = Math.floor(rank / stride) % size;
    const first = rank - place * stride;
    if (size === 1) return silentGroup(axis);
    return replayed({ group: axis, key: `${axis} ${first}`, rank: place, rankCount: size }, mail);
  };
  return {
    tensor: make("tensor"),
    context: make("context"),
    expert: make("expert"),
    data: make("data"),
    pipeline: make("pipeline"),
    embedding: silentGroup("embedding"),
  };
}

interface Place {
  readonly group: GroupKind;
  readonly key: string;
  readonly rank: number;
  readonly rankCount: number;
}

/** Letters are numbered along each way, so a rank that runs again finds those it knows. */
function postOffice({ key, rank, rankCount }: Place, mail: Map<string, Numbers>) {
  const posted = new Map<string, number>();
  const fetched = new Map<string, number>();
  const next = (counts: Map<string, number>, way: string) => {
    const count = counts.get(way) ?? 0;
    counts.set(way, count + 1);
    return `${key} ${way} ${count}`;
  };
  const post = (to: number, numbers: Numbers) => {
    const id = next(posted, `${rank}>${to}`);
    if (!mail.has(id)) mail.set(id, numbers.slice());
  };
  const fetch = (from: number): Numbers => {
    const found = mail.get(next(fetched, `${from}>${rank}`));
    if (found === undefined) throw new Pending();
    return found;
  };
  const all = Array.from({ length: rankCount }, (_, i) => i);
  /** What each rank gives to this one, where `of` says what this one gives to each. */
  const swap = (of: (to: number) => Numbers): Numbers[] => {
    for (const to of all) post(to, of(to));
    return all.map(fetch);
  };
  return { post, fetch, swap };
}

function replayed(place: Place, mail: Map<string, Numbers>): Communicator {
  const { group, rank, rankCount } = place;
  const { post, fetch, swap } = postOffice(place, mail);
  return {
    ...{ group, rank, rankCount, sentBytes: 0 },
    allReduce(numbers, how = "sum") {
      const parts = swap(() => numbers);
      numbers.forEach((_, i) => {
        const values = parts.map((part) => part[i]!);
        numbers[i] = how === "sum" ? values.reduce((a, b) => a + b, 0) : Math.max(...values);
      });
    },
    allGather(own, whole) {
      for (const [i, part] of swap(() => own).entries()) whole.set(part, i * own.length);
    },
    reduceScatter(whole, own) {
      const parts = swap((to) => whole.subarray(to * own.length, (to + 1) * own.length));
      own.forEach((_, i) => {
        own[i] = parts.reduce((sum, part) => sum + part[i]!, 0);
      });
    },
    allToAll(sent, received, counts) {
      const starts = counts.sentCounts.map((_, i) => total(counts.sentCounts.slice(0, i)));
      const parts = swap((to) => sent.subarray(starts[to], starts[to]! + counts.sentCounts[to]!));
      let at = 0;
      for (const [from, part] of parts.entries()) {
        if (part.length !== counts.receivedCounts[from]) throw new Error("counts differ");
        received.set(part, at);
        at += part.length;
      }
    },
    exchange(to, sent, from, received) {
      post(to, sent);
      received.set(fetch(from));
    },
    send: post,
    receive: (from, numbers) => numbers.set(fetch(from)),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
