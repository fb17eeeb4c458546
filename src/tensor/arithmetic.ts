/**
 * What a backend must be able to compute. Two do: the native addon and the TypeScript
 * reference, its oracle. Arrays are dense and row-major; outputs never overlap inputs.
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

/** Rows of a table, of which a rank of several holds those from `firstIndex` on. */
export interface LookupShape {
  /** Rows to look up. */
  readonly count: number;
  readonly columns: number;
  /** Rows of the table that are here. */
  readonly entries: number;
  readonly firstIndex: number;
}

/** Queries of `heads` heads, keys and values of fewer, each for heads/keyValueHeads queries. */
export interface RotaryShape {
  readonly batch: number;
  readonly tokens: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  /** Even. */
  readonly headSize: number;
}

/** Each of `rows` results is the weighted sum of `picks` of the given rows. */
export interface CombineShape {
  readonly rows: number;
  readonly picks: number;
  readonly columns: number;
}

export interface RouteShape {
  readonly rows: number;
  readonly experts: number;
  readonly picks: number;
  /** Whether the picks are made already, and only their weights are asked for. */
  readonly isGiven: boolean;
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
  readonly name: "native" | "typescript";
  /** Adds `bias` to each row of C, unless it accumulates. */
  matmul(a: Numbers, b: Numbers, c: Numbers, bias: Numbers | undefined, shape: MatmulShape): void;
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
  /** Keeps 1/√(mean square + epsilon) of each row in `statistics`. */
  rmsNorm(arrays: RmsNormArrays, shape: RowShape): void;
  /** Adds to the gradient of scale. */
  rmsNormBackward(arrays: RmsNormGradients, shape: RowShape): void;
  /**
   * Turns queries and keys by the angles of their places, and repeats keys and values for every
   * head: from [batch, tokens, (heads + 2·keyValueHeads)·headSize] to 3·heads·headSize columns.
   * `turns` has cosine and sine of each token and pair: [tokens, headSize/2, 2].
   */
  rotary(qkv: Numbers, turns: Numbers, y: Numbers, shape: RotaryShape): void;
  rotaryBackward(dy: Numbers, turns: Numbers, dqkv: Numbers, shape: RotaryShape): void;
  /** x is [rows, 2·columns]: y = silu(first half) · second half. */
  swiglu(x: Numbers, y: Numbers, shape: RowShape): void;
  swigluBackward(x: Numbers, dy: Numbers, dx: Numbers, shape: RowShape): void;
  /** y[i] = rows[ids[i] − firstIndex], or zeros where that row is not here. */
  lookup(ids: Int32Array, rows: Numbers, y: Numbers, shape: LookupShape): void;
  /** Adds to the gradient of the table. */
  lookupBackward(ids: Int32Array, dy: Numbers, gradient: Numbers, shape: LookupShape): void;
  /** y[r] = Σ over picks p of weights[r, p] · x[places[r, p]]. */
  combine(arrays: CombineArrays, y: Numbers, shape: CombineShape): void;
  /** dx[places[r, p]] = weights[r, p]·dy[r], dweights[r, p] = dy[r]·x[places[r, p]]. */
  combineBackward(arrays: CombineArrays, gradients: CombineGradients, shape: CombineShape): void;
  /** The `picks` likeliest experts of each row, and the softmax over their logits. */
  route(logits: Numbers, experts: Int32Array, weights: Numbers, shape: RouteShape): void;
  routeBackward(arrays: RouteGradients, dlogits: Numbers, shape: RouteShape): void;
}

export interface RmsNormArrays {
  readonly x: Numbers;
  readonly scale: Numbers;
  readonly y: Numbers;
  readonly statistics: Numbers;
}

export interface RmsNormGradients {
  readonly x: Numbers;
  readonly scale: Numbers;
  readonly statistics: Numbers;
  readonly dy: Numbers;
  readonly dx: Numbers;
  readonly dscale: Numbers;
}

export interface RouteGradients {
  readonly experts: Int32Array;
  readonly weights: Numbers;
  readonly dweights: Numbers;
}

export interface CombineArrays {
  /** As many rows as there are places, in another order. */
  readonly x: Numbers;
  readonly weights: Numbers;
  readonly places: Int32Array;
}

export interface CombineGradients {
  readonly dy: Numbers;
  readonly dx: Numbers;
  readonly dweights: Numbers;
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
