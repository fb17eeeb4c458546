import { attention } from "../../src/tensor/ops/attention.ts";
import { ALONE_GROUPS } from "../../src/tensor/communicator.ts";
import { balanceLoss } from "../../src/tensor/ops/balance.ts";
import { combine, groupedLinear, route } from "../../src/tensor/ops/experts.ts";
import { lookup } from "../../src/tensor/ops/lookup.ts";
import { rmsNorm, rotary, swiglu, turnsOf } from "../../src/tensor/ops/llama.ts";
import { softmax } from "../../src/tensor/ops/rows.ts";
import type { Numbers } from "../../src/tensor/arithmetic.ts";
import type { Tape } from "../../src/tensor/tape.ts";
import type { Tensor } from "../../src/tensor/tensor.ts";
import type { Case } from "./derivatives.ts";
import { testDerivatives } from "./derivatives.ts";

/** Four heads of queries, two of keys and values, four columns each, five tokens. */
const heads = { heads: 4, keyValueHeads: 2, headSize: 4 };

function turned(tape: Tape, qkv: Tensor): Tensor {
  const kind = qkv.data instanceof Float64Array ? Float64Array : Float32Array;
  const turns: Numbers = turnsOf([0, 1, 2, 5, 9], 4, 10, kind);
  return rotary(tape, "op", qkv, { ...heads, turns });
}

/** Each of four rows is picked twice; place 3 comes first in row 0. */
const places = Int32Array.of(3, 0, 1, 5, 2, 7, 4, 6);
/** Picks made beforehand, so that no step of a difference changes them. */
const picks = Int32Array.of(2, 0, 1, 2, 0, 1, 2, 1);

const cases: readonly Case[] = [
  {
    name: "root-mean-square norm",
    inputs: [[4, 6]],
    parameters: [[6]],
    run: (tape, [x], [scale]) => rmsNorm(tape, "op", x!, scale!),
  },
  {
    name: "turned queries and keys, repeated for the heads that share them",
    inputs: [[1, 5, 32]],
    run: (tape, [qkv]) => turned(tape, qkv!),
  },
  {
    name: "attention of grouped queries",
    inputs: [[1, 5, 32]],
    run: (tape, [qkv]) =>
      attention(tape, "op", turned(tape, qkv!), { heads: 4, isCausal: true, keyValueHeads: 2 }),
  },
  { name: "SwiGLU", inputs: [[4, 10]], run: (tape, [x]) => swiglu(tape, "op", x!) },
  {
    name: "rows of a table, one of them three times",
    inputs: [],
    parameters: [[5, 4]],
    run: (tape, _, [table]) =>
      lookup(tape, "op", { shape: [2, 3], data: Int32Array.of(4, 0, 4, 2, 4, 1) }, table!),
  },
  {
    name: "weights of picked experts",
    inputs: [[4, 3]],
    run: (tape, [logits]) => route(tape, "op", logits!, { picks: 2, given: picks }).weights,
  },
  {
    name: "weights of the likeliest experts",
    inputs: [[4, 3]],
    run: (tape, [logits]) => route(tape, "op", logits!, { picks: 2, given: undefined }).weights,
  },
  {
    name: "loss that balances experts, of two sequences",
    inputs: [[4, 3]],
    run: (tape, [logits]) =>
      balanceLoss(tape, "op", softmax(tape, "op", logits!), {
        ...{ experts: picks, picks: 2, tokens: 2, weight: 10, copyCount: 1 },
        context: ALONE_GROUPS.context,
      }),
  },
  {
    name: "weighted sums of rows",
    inputs: [
      [8, 3],
      [4, 2],
    ],
    run: (tape, [x, weights]) => combine(tape, "op", x!, { weights: weights!, places }),
  },
  {
    name: "products expert by expert, one of them with no rows",
    inputs: [[5, 3]],
    parameters: [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
    run: (tape, [x], weights) => groupedLinear(tape, "op", x!, { weights, counts: [2, 0, 3] }),
  },
];

for (const c of cases) testDerivatives(c);
