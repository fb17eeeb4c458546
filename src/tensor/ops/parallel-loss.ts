/**
 * Cross-entropy of logits whose columns are split among the ranks of a group. With L the
 * logarithm of the sum of exponentials of a rank's columns,
 *
 *     M = max over ranks of L,   log Σ exp = M + log(sum over ranks of e^(L − M)),
 *
 * so two numbers a row are exchanged instead of all logits (Shoeybi et al. 2019,
 * arXiv:1909.08053, section 3); the target's logit comes from the rank that has it.
 */
import { assert, at } from "../../base/assert.ts";
import type { Backend, Numbers } from "../arithmetic.ts";
import type { Communicator } from "../communicator.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Ids, Tensor } from "../tensor.ts";
import { elementCount } from "../tensor.ts";
import type { Range } from "../slice.ts";
import { exchangeOf } from "./region.ts";
import { ENTROPY_BACKWARD_FLOP, ENTROPY_FLOP } from "./loss.ts";

export interface SplitLogits {
  readonly tensor: Communicator;
  /** Of the vocabulary. */
  readonly range: Range;
}

/** The mean over rows, the same on all ranks; undefined on the shape-only device. */
export function parallelCrossEntropy(
  tape: Tape,
  name: string,
  logits: Tensor,
  targets: Ids,
  split: SplitLogits,
): number | undefined {
  const { range } = split;
  const columns = at(logits.shape, logits.shape.length - 1);
  assert(columns === range.count, `${name} gets the logits of its range`);
  const elements = logits.elementCount;
  const rows = elements / columns;
  assert(elementCount(targets.shape) === rows, `${name} has a target for each row`);
  const saved: RowNumbers = {
    sums: tape.device.allocate(2 * rows),
    own: tape.device.allocate(rows),
    most: tape.device.allocate(rows),
  };
  const loss = forwardLoss(tape, name, { logits, targets, split, saved });
  tape.save(logits);
  tape.saveStatistics(2 * rows);
  tape.onLoss(() => {
    const dlogits = tape.device.allocate(elements);
    tape.run(
      {
        ...{ kind: "loss", name, shape: logits.shape, flop: ENTROPY_BACKWARD_FLOP * elements },
        readBytes: tape.bytes(elements) + 2 * rows * STATISTIC_BYTES,
        writtenBytes: tape.bytes(elements),
      },
      (backend) =>
        lossGradient(
          backend,
          { logits: logits.data, own: saved.own, dlogits },
          targets.data,
          range,
        ),
    );
    tape.addGradient(logits, dlogits, name);
  });
  return loss;
}

interface Forward {
  readonly logits: Tensor;
  readonly targets: Ids;
  readonly split: SplitLogits;
  readonly saved: RowNumbers;
}

function forwardLoss(tape: Tape, name: string, forward: Forward): number | undefined {
  const { logits, targets, split, saved } = forward;
  const { tensor, range } = split;
  const columns = range.count;
  const elements = logits.elementCount;
  const rows = elements / columns;
  const none = new Int32Array(tape.device.kind === "native" ? rows : 0);
  tape.run(
    {
      ...{ kind: "loss", name, shape: [rows], flop: ENTROPY_FLOP * elements },
      readBytes: tape.bytes(elements) + rows * STATISTIC_BYTES,
      writtenBytes: rows * STATISTIC_BYTES,
    },
    (backend) => {
      // The loss that comes of it, of targets that are not these, is of no use.
      backend.crossEntropy(logits.data, none, saved.own, { rows, columns });
      saved.most.set(saved.own);
    },
  );
  const exchanged = { ...exchangeOf(tensor, name), kind: "all-reduce" } as const;
  tape.collective({ ...exchanged, bytes: rows * STATISTIC_BYTES }, () => {
    tensor.allReduce(saved.most, "max");
    prepareSums(saved, logits.data, targets.data, range);
  });
  let loss: number | undefined;
  tape.collective({ ...exchanged, bytes: 2 * rows * STATISTIC_BYTES }, () => {
    tensor.allReduce(saved.sums);
    loss = finishLoss(saved);
  });
  return loss;
}

interface RowNumbers {
  /** Two a row: e^(L − M), then the target's logit. */
  readonly sums: Numbers;
  /** L, and in the end log Σ exp over the whole vocabulary. */
  readonly own: Numbers;
  readonly most: Numbers;
}

function prepareSums(
  { sums, own, most }: RowNumbers,
  logits: Numbers,
  targets: Int32Array,
  { firstIndex: start, count }: Range,
): void {
  for (let r = 0; r < targets.length; r++) {
    const target = targets[r]! - start;
    const isHere = target >= 0 && target < count;
    sums[2 * r] = Math.exp(own[r]! - most[r]!);
    sums[2 * r + 1] = isHere ? logits[r * count + target]! : 0;
  }
}

function finishLoss({ sums, own, most }: RowNumbers): number {
  let sum = 0;
  for (let r = 0; r < own.length; r++) {
    own[r] = most[r]! + Math.log(sums[2 * r]!);
    sum += own[r]! - sums[2 * r + 1]!;
  }
  return sum / own.length;
}

/** (softmax − one at the target) / rows, of this rank's columns. */
function lossGradient(
  backend: Backend,
  arrays: { readonly logits: Numbers; readonly own: Numbers; readonly dlogits: Numbers },
  targets: Int32Array,
  { firstIndex: start, count: columns }: Range,
): void {
  const { logits, own, dlogits } = arrays;
  const rows = targets.length;
  const here = targets.map((target) => {
    return target >= start && target < start + columns ? target - start : 0;
  });
  backend.crossEntropyBackward(logits, here, own, dlogits, { rows, columns });
  for (let r = 0; r < rows; r++) {
    const isHere = targets[r]! >= start && targets[r]! < start + columns;
    // The kernel took one off the first column, for want of a target that is not here.
    if (!isHere) dlogits[r * columns] = Math.exp(logits[r * columns]! - own[r]!) / rows;
  }
}
