/**
 * Runs a program on real buffers: what the engine only times, this carries out, message by
 * message, and checks that each message is as large as the data that it carries.
 */
import { ok } from "node:assert/strict";
import { at } from "../../src/base/assert.ts";
import type { ChunkRange, Program } from "../../src/records/schedule.ts";

/** Index of a share of a buffer, which must fall on an element. */
export function elementAt(share: number, length: number): number {
  const index = Math.round(share * length);
  ok(Math.abs(index - share * length) < 1e-6, `${share} of ${length} falls on an element`);
  return index;
}

/** Changes the buffers as the program's messages do; an all-to-all fills those of its own. */
export function execute(
  program: Program,
  buffers: readonly Float64Array[],
  received: readonly Float64Array[] = [],
): void {
  const length = at(buffers, 0).length;
  for (const step of program.steps) {
    for (let k = 0; k < step.repeat; k++) {
      // All messages of a step read what was there before any of them arrived.
      const sent = [...step.source].map((source, m) => {
        const ranges: ChunkRange[] = [];
        for (let one: ChunkRange | undefined = step.part(m, k); one; one = one.wrapped) {
          ranges.push(one);
        }
        const pieces = ranges.map(({ from, to, into, reduces }) => {
          const start = elementAt(from, length);
          const data = at(buffers, source).slice(start, elementAt(to, length));
          const place = into === undefined ? start : elementAt(into, length);
          return { place, reduces, data, isReceived: into !== undefined };
        });
        const elements = pieces.reduce((sum, { data }) => sum + data.length, 0);
        const bytes = (elements / length) * program.sizeBytes;
        ok(Math.abs(bytes - at(step.messageBytes, m)) <= 1e-9 * program.sizeBytes, step.name);
        return pieces;
      });
      for (const [m, pieces] of sent.entries()) {
        const rank = at(step.target, m);
        for (const { place, reduces, data, isReceived } of pieces) {
          const target = at(isReceived ? received : buffers, rank);
          for (const [i, value] of data.entries()) {
            target[place + i] = reduces ? at(target, place + i) + value : value;
          }
        }
      }
    }
  }
}
