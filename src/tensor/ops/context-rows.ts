/**
 * Rows of sequences whose tokens are split among the ranks of a context group: every rank gets
 * the rows of all places, each from the rank that has it, by a sum in which others add zeros.
 *
 * What follows is then the same on all n ranks. Gradients are divided by n once they are added up
 * over the ranks; of a row, which only one of them has, that one stands for all: n times its own.
 */
import { assert, at } from "../../base/assert.ts";
import type { Communicator } from "../communicator.ts";
import type { Numbers } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Ids, Tensor } from "../tensor.ts";
import { exchangeOf } from "./region.ts";

/** `places` are those of whole sequences, [batch · tokens]; x has rank r's r-th part of each. */
export function gatherContextRows(
  tape: Tape,
  name: string,
  x: Tensor,
  { places, tokens, context }: Placed,
): Tensor {
  const columns = at(x.shape, x.shape.length - 1);
  const own = tokens / context.rankCount;
  assert(Number.isInteger(own), `${name} has an equal part of each sequence`);
  const count = at(places.shape, 0);
  const elements = count * columns;
  const idBytes = count * STATISTIC_BYTES;
  const y = tape.output([count, columns], x.needsGradient);
  const head = { kind: "embedding", name } as const;
  const read = tape.bytes(elements) + idBytes;
  const forward = { shape: y.shape, flop: 0, readBytes: read, writtenBytes: tape.bytes(elements) };
  const here = () => rowsHere(places.data, tokens, own, context.rank);
  const row = (data: Numbers, index: number) => {
    return data.subarray(index * columns, (index + 1) * columns);
  };
  tape.run({ ...head, ...forward }, () => {
    y.data.fill(0);
    for (const { place, index } of here()) row(y.data, place).set(row(x.data, index));
  });
  const exchange = { ...exchangeOf(context, name), bytes: tape.bytes(elements) };
  tape.collective({ ...exchange, kind: "all-reduce" }, () => context.allReduce(y.data));
  tape.saveStatistics(count);
  tape.onBackward(y, (dy) => {
    if (!x.needsGradient) return;
    const dx = tape.device.allocate(x.elementCount);
    const written = tape.bytes(x.elementCount);
    const record = { shape: x.shape, flop: elements, readBytes: read, writtenBytes: written };
    tape.run({ ...head, ...record }, () => {
      dx.fill(0);
      for (const { place, index } of here()) {
        const [from, to] = [row(dy, place), row(dx, index)];
        for (let c = 0; c < columns; c++) to[c] = context.rankCount * from[c]!;
      }
    });
    tape.addGradient(x, dx, name);
  });
  return y;
}

export interface Placed {
  readonly places: Ids;
  /** Of a whole sequence. */
  readonly tokens: number;
  readonly context: Communicator;
}

/** Of the places those whose rows this rank has, with their numbers among its rows. */
function rowsHere(places: Int32Array, tokens: number, own: number, rank: number) {
  return [...places].flatMap((where, place) => {
    const [sequence, token] = [Math.floor(where / tokens), where % tokens];
    const index = sequence * own + token - rank * own;
    return Math.floor(token / own) === rank ? [{ place, index }] : [];
  });
}
