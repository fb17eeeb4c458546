import { attention } from "../../src/tensor/ops/attention.ts";
import { embedding, gatherRows } from "../../src/tensor/ops/embedding.ts";
import { crossEntropy } from "../../src/tensor/ops/loss.ts";
import { linear, matmul } from "../../src/tensor/ops/matmul.ts";
import { add, gelu, relu } from "../../src/tensor/ops/pointwise.ts";
import { layerNorm, softmax } from "../../src/tensor/ops/rows.ts";
import type { Ids } from "../../src/tensor/tensor.ts";
import type { Case } from "./derivatives.ts";
import { testDerivatives } from "./derivatives.ts";

const ids: Ids = { shape: [2, 3], data: Int32Array.of(4, 0, 4, 2, 4, 1) };
const targets: Ids = { shape: [4], data: Int32Array.of(2, 0, 6, 2) };

const cases: readonly Case[] = [
  {
    name: "a linear layer with bias",
    inputs: [[2, 3, 5]],
    parameters: [[5, 4], [4]],
    run: (tape, [x], [weight, bias]) => linear(tape, "op", x!, { weight: weight!, bias: bias! }),
  },
  {
    name: "a linear layer with a transposed weight",
    inputs: [[3, 5]],
    parameters: [[4, 5]],
    run: (tape, [x], [weight]) => linear(tape, "op", x!, { weight: weight!, transposes: true }),
  },
  {
    name: "a batch of matrix products",
    inputs: [
      [3, 2, 4],
      [3, 4, 5],
    ],
    run: (tape, [a, b]) => matmul(tape, "op", a!, b!),
  },
  {
    name: "a batch of matrix products, the right one transposed",
    inputs: [
      [3, 2, 4],
      [3, 5, 4],
    ],
    run: (tape, [a, b]) => matmul(tape, "op", a!, b!, true),
  },
  {
    name: "a sum",
    inputs: [
      [3, 4],
      [3, 4],
    ],
    run: (tape, [a, b]) => add(tape, "op", a!, b!),
  },
  {
    name: "a tensor used three times",
    inputs: [[3, 4]],
    run: (tape, [a]) => add(tape, "op", add(tape, "op", a!, a!), gelu(tape, "op", a!)),
  },
  { name: "ReLU", inputs: [[4, 5]], run: (tape, [x]) => relu(tape, "op", x!) },
  { name: "GELU", inputs: [[4, 5]], run: (tape, [x]) => gelu(tape, "op", x!) },
  {
    name: "layer norm",
    inputs: [[4, 6]],
    parameters: [[6], [6]],
    run: (tape, [x], [scale, shift]) => layerNorm(tape, "op", x!, { scale: scale!, shift: shift! }),
  },
  { name: "softmax", inputs: [[3, 6]], run: (tape, [x]) => softmax(tape, "op", x!) },
  {
    name: "causal attention",
    inputs: [[2, 5, 18]],
    run: (tape, [qkv]) => attention(tape, "op", qkv!, { heads: 2, isCausal: true }),
  },
  {
    name: "attention over all tokens",
    inputs: [[2, 5, 18]],
    run: (tape, [qkv]) => attention(tape, "op", qkv!, { heads: 2, isCausal: false }),
  },
  {
    name: "rows gathered from a tensor",
    inputs: [[2, 3, 4]],
    run: (tape, [x]) => gatherRows(tape, "op", x!, { shape: [3], data: Int32Array.of(0, 4, 5) }),
  },
  {
    name: "an embedding, with one id three times",
    inputs: [],
    parameters: [
      [5, 4],
      [7, 4],
    ],
    run: (tape, _, [rows, positions]) =>
      embedding(tape, "op", ids, { rows: rows!, positions: positions! }),
  },
  {
    name: "cross-entropy",
    inputs: [[4, 7]],
    run: (tape, [logits]) => crossEntropy(tape, "op", logits!, targets),
  },
];

for (const c of cases) testDerivatives(c);
