/** The loss that balances experts, by hand. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { ALONE_GROUPS } from "../../src/tensor/communicator.ts";
import { createNativeDevice, createShapeDevice } from "../../src/tensor/device.ts";
import { balanceLoss } from "../../src/tensor/ops/balance.ts";
import { Tape } from "../../src/tensor/tape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import { NO_NUMBERS } from "../../src/tensor/tensor.ts";
import { reference } from "./backends.ts";

const alone = ALONE_GROUPS.context;
const WEIGHT = 0.3;

function tensor(rows: number, experts: number, data: readonly number[]): Tensor {
  const numbers = Float64Array.from(data);
  return {
    shape: [rows, experts],
    elementCount: rows * experts,
    data: numbers,
    needsGradient: true,
  };
}

/** The loss, and its derivative by each probability. */
function lossOf(x: Tensor, experts: readonly number[], picks: number, tokens: number) {
  const tape = new Tape(createNativeDevice({ backend: reference, precision: "fp64" }));
  let gradient: number[] = [];
  tape.onBackward(x, (dx) => (gradient = [...dx]));
  const loss = balanceLoss(tape, "balance", x, {
    ...{ experts: Int32Array.from(experts), picks, tokens, context: alone },
    ...{ weight: WEIGHT, copyCount: 1 },
  });
  tape.backward();
  return { loss: loss ?? NaN, gradient };
}

const close = (found: number, wanted: number) => {
  ok(Math.abs(found - wanted) < 1e-12, `${found} is not ${wanted}`);
};

test("experts that are all alike give the weight itself", () => {
  // Four tokens with two picks each of four experts: f = 1/4, P = 1/4, 4 · 4 · 1/16 = 1.
  const { loss } = lossOf(tensor(4, 4, Array(16).fill(0.25)), [0, 1, 2, 3, 0, 1, 2, 3], 2, 4);
  close(loss, WEIGHT);
  // Even loads are enough, whatever single tokens ask for: Σ f·P = 1/N · Σ P = 1/N.
  const sure = [1, 0, 0, 1];
  close(lossOf(tensor(2, 2, sure), [0, 1], 1, 2).loss, WEIGHT);
});

test("one expert that takes all gives as many times that as there are experts", () => {
  const { loss } = lossOf(tensor(3, 3, [1, 0, 0, 1, 0, 0, 1, 0, 0]), [0, 0, 0], 1, 3);
  close(loss, 3 * WEIGHT);
});

test("each sequence has loads of its own", () => {
  // Two sequences of one token: f = (1, 0) and (0, 1); N · (0.8 + 0.6) / 2 = 1.4.
  const { loss, gradient } = lossOf(tensor(2, 2, [0.8, 0.2, 0.4, 0.6]), [0, 1], 1, 1);
  close(loss, 1.4 * WEIGHT);
  // N · f / rows = 2 · 1 / 2 where a pick went.
  deepEqual(gradient, [WEIGHT, 0, 0, WEIGHT]);
  // The two tokens as one sequence are balanced: N · Σ 1/2 · P = 1.
  close(lossOf(tensor(2, 2, [0.8, 0.2, 0.4, 0.6]), [0, 1], 1, 2).loss, WEIGHT);
});

test("without numbers the same ops are recorded, and the exchange of counts", () => {
  const tape = new Tape(createShapeDevice(4));
  const x: Tensor = { shape: [6, 4], elementCount: 24, data: NO_NUMBERS, needsGradient: true };
  const loss = balanceLoss(tape, "balance", x, {
    ...{ experts: new Int32Array(0), picks: 2, tokens: 3, weight: 1, copyCount: 1 },
    context: { ...alone, rankCount: 2 },
  });
  equal(loss, undefined);
  tape.backward();
  const head = { model: "m", sampleCount: 1, tokensPerSample: 3, parameterCount: 0 };
  const { ops, collectives } = tape.trace(head);
  // Two operations a probability and one a pick; of two sequences, a count each expert.
  deepEqual(
    ops.map(({ kind, phase, flop }) => [kind, phase, flop]),
    [
      ["element-wise", "forward", 2 * 24 + 12],
      ["element-wise", "backward", 24],
    ],
  );
  deepEqual(
    collectives?.map(({ kind, group, bytes }) => [kind, group, bytes]),
    [["all-reduce", "context", 4 * 8]],
  );
});
