/** The TypeScript backend: slow, plain, always there, and the oracle of the native one. */
import type { Backend } from "../arithmetic.ts";
import { attention, attentionBackward } from "./attention.ts";
import { crossEntropy, crossEntropyBackward, embedding, embeddingBackward } from "./lookups.ts";
import { meanSquaredError, meanSquaredErrorBackward } from "./lookups.ts";
import { columnSums, matmul } from "./matmul.ts";
import { adam, add, gelu, geluBackward, momentum, relu, reluBackward } from "./pointwise.ts";
import { scale, sumOfSquares } from "./pointwise.ts";
import { combine, combineBackward, route, routeBackward } from "./routing.ts";
import { rmsNorm, rmsNormBackward, rotary, rotaryBackward } from "./llama.ts";
import { swiglu, swigluBackward } from "./llama.ts";
import { lookup, lookupBackward } from "./lookups.ts";
import { layerNorm, layerNormBackward, softmax, softmaxBackward } from "./rows.ts";

export const typescriptBackend: Backend = {
  name: "typescript",
  matmul,
  columnSums,
  add,
  relu,
  reluBackward,
  gelu,
  geluBackward,
  layerNorm,
  layerNormBackward,
  softmax,
  softmaxBackward,
  attention,
  attentionBackward,
  embedding,
  embeddingBackward,
  crossEntropy,
  crossEntropyBackward,
  meanSquaredError,
  meanSquaredErrorBackward,
  scale,
  sumOfSquares,
  momentum,
  adam,
  rmsNorm,
  rmsNormBackward,
  rotary,
  rotaryBackward,
  swiglu,
  swigluBackward,
  lookup,
  lookupBackward,
  combine,
  combineBackward,
  route,
  routeBackward,
};
