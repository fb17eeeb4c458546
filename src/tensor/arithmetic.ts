/**
 * What a backend must be able to compute. Three do: the native addon, the same kernels as
 * WebAssembly, and the TypeScript reference, their oracle. Arrays are dense and row-major; outputs
 * never overlap inputs.
 */

/** Numbers of one precision: fp32 everywhere, fp64 where the reference checks derivatives. */
export type Numbers = Float32Array | Float64Array;

/** C = op(A)·op(B), or C += …, for each of `batch` pairs; op(A) is m×k and op(B) is k×n. */
export interface MatmulShape {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** A is stored k×m. */
  readonly transposesA: boolean;
  /** B is stored n×k. */
  readonly transposesB: boolean;
  readonly accumulates: boolean;
}

export interface RowShape {
  readonly rows: number;
  readonly columns: number;
}

export interface AttentionShape {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  readonly headSize: number;
  /** Token i sees tokens 0 … i; else all tokens see all. */
  readonly isCausal: boolean;
}

export interface EmbeddingShape {
  readonly batch: number;
  readonly tokens: number;
  readonly columns: number;
  /** Rows of the token table. */
  readonly entries: number;
}

/** Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; `step` counts from 1. */
export interface AdamStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly step: number;
}

/** Stochastic gradient descent with momentum, as frameworks write it: no dampening. */
export interface MomentumStep {
  readonly learningRate: number;
  readonly momentum: number;
}

/** Added to the variance under the root, as GPT-2 has it. */
export const NORM_EPSILON = 1e-5;

export interface Backend {
  readonly name: "native" | "wasm" | "typescript";
  /** Adds `bias` to each row of C, unless it accumulates. */
  matmul(a: Numbers, b: Numbers, c: Numbers, bias: Numbers | undefined, shape: MatmulShape): void;
  /** The same with operands rounded to bf16, added up in fp32; only where that is fast. */
  matmulBf16?: Backend["matmul"];
  /** sums[c] += Σ over rows of x[r, c]. */
  columnSums(x: Numbers, sums: Numbers, shape: RowShape): void;
  add(a: Numbers, b: Numbers, y: Numbers): void;
  relu(x: Numbers, y: Numbers): void;
  reluBackward(y: Numbers, dy: Numbers, dx: Numbers): void;
  gelu(x: Numbers, y: Numbers): void;
  geluBackward(x: Numbers, dy: Numbers, dx: Numbers): void;
  /** Keeps mean and 1/deviation of each row in `statistics`, two numbers a row. */
  layerNorm(arrays: LayerNormArrays, shape: RowShape): void;
  /** Adds to the gradients of scale and shift. */
  layerNormBackward(arrays: LayerNormGradients, shape: RowShape): void;
  softmax(x: Numbers, y: Numbers, shape: RowShape): void;
  softmaxBackward(y: Numbers, dy: Numbers, dx: Numbers, shape: RowShape): void;
  /** qkv is [batch, tokens, 3·heads·headSize]; keeps log Σ exp of each score row. */
  attention(qkv: Numbers, out: Numbers, statistics: Numbers, shape: AttentionShape): void;
  attentionBackward(arrays: AttentionGradients, shape: AttentionShape): void;
  /** y[b, t] = rows[ids[b, t]] + positions[t]. */
  embedding(ids: Int32Array, tables: Tables, y: Numbers, shape: EmbeddingShape): void;
  /** Adds to the gradients of both tables. */
  embeddingBackward(ids: Int32Array, dy: Numbers, gradients: Tables, shape: EmbeddingShape): void;
  /** The mean over rows of −log softmax(logits)[target]; keeps log Σ exp of each row. */
  crossEntropy(logits: Numbers, targets: Int32Array, statistics: Numbers, shape: RowShape): number;
  crossEntropyBackward(
    logits: Numbers,
    targets: Int32Array,
    statistics: Numbers,
    dlogits: Numbers,
    shape: RowShape,
  ): void;
  /** The mean over all elements. */
  meanSquaredError(x: Numbers, target: Numbers): number;
  meanSquaredErrorBackward(x: Numbers, target: Numbers, dx: Numbers): void;
  /** x *= factor. */
  scale(x: Numbers, factor: number): void;
  sumOfSquares(x: Numbers): number;
  /** velocity = momentum · velocity + gradient; parameters −= learningRate · velocity. */
  momentum(parameters: Numbers, gradients: Numbers, velocity: Numbers, step: MomentumStep): void;
  /** One update in place, of parameters and both moments. */
  adam(parameters: Numbers, gradients: Numbers, moments: Moments, step: AdamStep): void;
}

export interface LayerNormArrays {
  readonly x: Numbers;
  readonly scale: Numbers;
  readonly shift: Numbers;
  readonly y: Numbers;
  readonly statistics: Numbers;
}

export interface LayerNormGradients {
  readonly x: Numbers;
  readonly scale: Numbers;
  readonly statistics: Numbers;
  readonly dy: Numbers;
  readonly dx: Numbers;
  readonly dscale: Numbers;
  readonly dshift: Numbers;
}

export interface AttentionGradients {
  readonly qkv: Numbers;
  readonly out: Numbers;
  readonly statistics: Numbers;
  readonly dout: Numbers;
  readonly dqkv: Numbers;
}

export interface Tables {
  readonly rows: Numbers;
  readonly positions: Numbers;
}

export interface Moments {
  readonly first: Numbers;
  readonly second: Numbers;
}
