/** The losses: a single number forward, where backward starts. */
import { assert, at } from "../../base/assert.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Ids, Tensor } from "../tensor.ts";

/** Operations per element, counted off the formulas in reference/lookups.ts. */
export const ENTROPY_FLOP = 4;
export const ENTROPY_BACKWARD_FLOP = 3;
const SQUARES_FLOP = 3;
const SQUARES_BACKWARD_FLOP = 2;

/** Mean cross-entropy of each row's target; undefined on the shape-only device. */
export function crossEntropy(
  tape: Tape,
  name: string,
  logits: Tensor,
  targets: Ids,
): number | undefined {
  const columns = at(logits.shape, logits.shape.length - 1);
  const elements = logits.elementCount;
  const rows = elements / columns;
  const statistics = tape.device.allocate(rows);
  let loss: number | undefined;
  tape.run(
    {
      kind: "loss",
      name,
      shape: [rows],
      flop: ENTROPY_FLOP * elements,
      readBytes: tape.bytes(elements) + rows * STATISTIC_BYTES,
      writtenBytes: rows * STATISTIC_BYTES,
    },
    (backend) => {
      loss = backend.crossEntropy(logits.data, targets.data, statistics, { rows, columns });
    },
  );
  tape.save(logits);
  tape.saveStatistics(2 * rows); // the targets, and log Σ exp of each row
  tape.onLoss(() => {
    const dlogits = tape.device.allocate(elements);
    tape.run(
      {
        kind: "loss",
        name,
        shape: logits.shape,
        flop: ENTROPY_BACKWARD_FLOP * elements,
        readBytes: tape.bytes(elements) + 2 * rows * STATISTIC_BYTES,
        writtenBytes: tape.bytes(elements),
      },
      (backend) =>
        backend.crossEntropyBackward(logits.data, targets.data, statistics, dlogits, {
          rows,
          columns,
        }),
    );
    tape.addGradient(logits, dlogits, name);
  });
  return loss;
}

/** Mean of squared differences over all elements; undefined on the shape-only device. */
export function meanSquaredError(
  tape: Tape,
  name: string,
  x: Tensor,
  target: Tensor,
): number | undefined {
  assert(x.elementCount === target.elementCount, `${name} has a target for each element`);
  const elements = x.elementCount;
  let loss: number | undefined;
  tape.run(
    {
      kind: "loss",
      name,
      shape: [1],
      flop: SQUARES_FLOP * elements,
      readBytes: tape.bytes(2 * elements),
      writtenBytes: STATISTIC_BYTES,
    },
    (backend) => {
      loss = backend.meanSquaredError(x.data, target.data);
    },
  );
  tape.save(x);
  tape.save(target);
  tape.onLoss(() => {
    const dx = tape.device.allocate(elements);
    tape.run(
      {
        kind: "loss",
        name,
        shape: x.shape,
        flop: SQUARES_BACKWARD_FLOP * elements,
        readBytes: tape.bytes(2 * elements),
        writtenBytes: tape.bytes(elements),
      },
      (backend) => backend.meanSquaredErrorBackward(x.data, target.data, dx),
    );
    tape.addGradient(x, dx, name);
  });
  return loss;
}
