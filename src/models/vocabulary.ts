/**
 * The two ends of a language model: the table that embeds tokens, and the logits of the next.
 * Among the ranks of a tensor group the vocabulary is split, each rank holding some of its rows.
 */
import { at } from "../base/assert.ts";
import { crossEntropy } from "../tensor/ops/loss.ts";
import { linear } from "../tensor/ops/matmul.ts";
import { lookup } from "../tensor/ops/lookup.ts";
import { parallelCrossEntropy } from "../tensor/ops/parallel-loss.ts";
import type { Region } from "../tensor/ops/region.ts";
import { enterRegion, leaveRegion } from "../tensor/ops/region.ts";
import type { Declarer, Initial, Placement } from "../tensor/parameters.ts";
import { partRange } from "../tensor/slice.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Ids, Parameter, Tensor } from "../tensor/tensor.ts";

/** vocabulary × columns, or just vocabulary, split by tokens. */
export function createTable(
  parameters: Declarer,
  name: string,
  shape: readonly number[],
  how: { readonly initial: Initial; readonly region: Region; readonly placement?: Placement },
): Parameter {
  const { rank, rankCount } = how.region.tensor;
  const range = partRange(at(shape, 0), rank, rankCount);
  return parameters.declare(name, shape, how.initial, {
    ...how.placement,
    ...(rankCount > 1 ? { slice: { shape, axis: 0, ranges: [range] } } : {}),
  });
}

/** [batch, tokens, columns], or this rank's rows of it. */
export function embedTokens(
  tape: Tape,
  name: string,
  ids: Ids,
  how: { readonly table: Parameter; readonly region: Region },
): Tensor {
  return leaveRegion(tape, name, lookup(tape, name, ids, how.table), how.region);
}

export interface Head {
  readonly region: Region;
  /** vocabulary × columns */
  readonly table: Parameter;
  readonly bias?: Parameter;
}

/** Logits of this rank's part of the vocabulary; `shape` is that of x with all its rows. */
export function logitsOf(
  tape: Tape,
  head: Head,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  const { table: weight, bias, region } = head;
  const inputs = enterRegion(tape, "logits", x, region, shape);
  return linear(tape, "logits", inputs, {
    ...{ weight, transposes: true },
    ...(bias === undefined ? {} : { bias }),
  });
}

/** The mean cross-entropy of logits that may be a part of all. */
export function lossOf(tape: Tape, head: Head, logits: Tensor, targets: Ids): number | undefined {
  const { tensor } = head.region;
  if (tensor.rankCount === 1) return crossEntropy(tape, "loss", logits, targets);
  const range = at(head.table.slice.ranges, 0);
  return parallelCrossEntropy(tape, "loss", logits, targets, { tensor, range });
}
