/**
 * Collectives among processes in a ring, each of which sends to the next and receives from the
 * one before (Patarasuk & Yuan 2009). An all-reduce of S bytes among n processes is a
 * reduce-scatter and an all-gather of n−1 steps each; in every step a process sends one of n
 * chunks, so in all
 *
 *     2 · (n − 1) / n · S
 *
 * bytes, which no algorithm can beat. All processes end with the same bits, because each chunk is
 * added up once, on its way round.
 */
import { at } from "../base/assert.ts";
import type { Numbers } from "../tensor/arithmetic.ts";
import type { Share } from "./batches.ts";
import type { Group } from "./group.ts";

/** To the next process of the ring, and from the one before. */
export interface Wire {
  /** Done when all is sent, so that `sent` may change again, and all of `into` is filled. */
  exchange(sent: Uint8Array, into: Uint8Array): Promise<void>;
}

/** The neighbor in the ring is gone. */
export class LostNeighbor extends Error {
  override readonly name = "LostNeighbor";
}

/** Elements that go round together: bounds what a process must hold besides the gradients. */
export const BUCKET_ELEMENT_COUNT = 2 ** 20;

export function ringGroup(wire: Wire, share: Share, bucket = BUCKET_ELEMENT_COUNT): Group {
  const counter = { sentBytes: 0 };
  const counted: Wire = {
    exchange(sent, into) {
      counter.sentBytes += sent.length;
      return wire.exchange(sent, into);
    },
  };
  return {
    share,
    get sentBytes() {
      return counter.sentBytes;
    },
    async allReduce(numbers) {
      for (let start = 0; start < numbers.length; start += bucket) {
        await ringAllReduce(counted, share, numbers.subarray(start, start + bucket));
      }
    },
    allGather: (value) => ringAllGather(counted, share, value),
  };
}

async function ringAllReduce(wire: Wire, { rank, rankCount: n }: Share, numbers: Numbers) {
  const chunk = (index: number): Numbers => {
    const i = ((index % n) + n) % n;
    const { length } = numbers;
    return numbers.subarray(Math.floor((i * length) / n), Math.floor(((i + 1) * length) / n));
  };
  const received = numbers.slice(0, Math.ceil(numbers.length / n));
  for (let step = 0; step < n - 1; step++) {
    const sum = chunk(rank - step - 1);
    const part = received.subarray(0, sum.length);
    await wire.exchange(bytesOf(chunk(rank - step)), bytesOf(part));
    for (let i = 0; i < sum.length; i++) sum[i] = at(sum, i) + at(part, i);
  }
  for (let step = 0; step < n - 1; step++) {
    await wire.exchange(bytesOf(chunk(rank + 1 - step)), bytesOf(chunk(rank - step)));
  }
}

async function ringAllGather(wire: Wire, { rank, rankCount: n }: Share, value: number) {
  const values = new Float64Array(n);
  values[rank] = value;
  for (let step = 0; step < n - 1; step++) {
    const own = (rank - step + n) % n;
    const next = (rank - step - 1 + n) % n;
    const into = bytesOf(values.subarray(next, next + 1));
    await wire.exchange(bytesOf(values.subarray(own, own + 1)), into);
  }
  return [...values];
}

function bytesOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
