/**
 * Which tokens of its sequences a rank computes, and the table of learned positions. Ranks of a
 * context group have tokens each, and where rows are split, ranks of a tensor group rows each.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import type { Communicator } from "../tensor/communicator.ts";
import { lookup } from "../tensor/ops/lookup.ts";
import { add } from "../tensor/ops/pointwise.ts";
import type { Region } from "../tensor/ops/region.ts";
import { chunksOf, contextPlaces } from "../tensor/ops/ring-chunks.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor/tensor.ts";
import { NO_IDS } from "../tensor/tensor.ts";

/** What of [batch, tokens] is this rank's. */
export interface Sequences {
  readonly batch: number;
  /** Of each sequence, those of this rank. */
  readonly tokens: number;
  /** Whether they are all. */
  readonly isWhole: boolean;
  /** Their places in the whole sequence. */
  readonly places: Int32Array;
}

export function sequencesOf(
  shape: readonly number[],
  context: Communicator,
  isCausal: boolean,
): Sequences {
  const [batch, tokens] = [at(shape, 0), at(shape, 1)];
  const chunks = chunksOf(context.rank, context.rankCount, isCausal).length * context.rankCount;
  if (tokens % chunks !== 0) {
    throw new Refusal({
      code: "does-not-divide",
      pointer: "/context",
      found: `sequences of ${tokens} tokens for ${context.rankCount} context-parallel ranks`,
      expected: `a multiple of ${chunks}`,
      nextStep: "take another degree of context parallelism or other sequences",
    });
  }
  const places = contextPlaces(tokens, context, isCausal);
  return { batch, tokens: places.length, isWhole: context.rankCount === 1, places };
}

/** Of ids of whole sequences, those of this rank's tokens. */
export function ownIds(ids: Ids, { batch, tokens, isWhole, places }: Sequences): Ids {
  const all = at(ids.shape, 1);
  if (isWhole) return ids;
  const shape = [batch, tokens];
  if (ids.data.length === 0) return { shape, data: NO_IDS };
  const data = Int32Array.from({ length: batch * tokens }, (_, i) => {
    return at(ids.data, Math.floor(i / tokens) * all + at(places, i % tokens));
  });
  return { shape, data };
}

/** x plus the positions of its rows. */
export function addPositions(
  tape: Tape,
  x: Tensor,
  how: { readonly table: Parameter; readonly region: Region; readonly sequences: Sequences },
): Tensor {
  const { table, region, sequences } = how;
  const { tensor, splitsRows } = region;
  const all = sequences.batch * sequences.tokens;
  const rows = splitsRows ? all / tensor.rankCount : all;
  const first = splitsRows ? tensor.rank * rows : 0;
  const data = Int32Array.from({ length: rows }, (_, i) => {
    return at(sequences.places, (first + i) % sequences.tokens);
  });
  const ids: Ids = { shape: x.shape.slice(0, -1), data };
  const positions = lookup(tape, "embedding.positions", ids, table);
  return add(tape, "embedding.sum", x, positions);
}
