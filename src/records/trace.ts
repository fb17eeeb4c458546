/**
 * One training step as ops: what the native device recorded while computing, or what the
 * shape-only device wrote down walking the same model code. Nothing measured is in here, so
 * the same model gives the same trace on every machine.
 */

export type OpKind =
  | "matmul"
  | "attention"
  | "norm"
  | "activation"
  | "element-wise"
  | "softmax"
  | "embedding"
  | "loss"
  | "optimizer";

export type Phase = "forward" | "backward" | "optimizer";

export interface TraceOp {
  readonly kind: OpKind;
  readonly phase: Phase;
  /** "layers.3.mlp.up": the module that asked for it. */
  readonly name: string;
  /** matmul: [batch, m, n, k]; attention: [batch, heads, tokens, head size]; else the output. */
  readonly shape: readonly number[];
  readonly flop: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Ways of dividing a model among ranks; "embedding": the two stages that share a table. */
export type GroupKind = "data" | "tensor" | "pipeline" | "expert" | "context" | "embedding";

/** An exchange that a rank asks for in a step. */
export interface TraceCollective {
  readonly kind:
    "all-reduce" | "all-gather" | "reduce-scatter" | "all-to-all" | "exchange" | "send" | "receive";
  readonly group: GroupKind;
  readonly phase: Phase;
  /** The module that asked for it. */
  readonly name: string;
  /** Ranks of the group. */
  readonly rankCount: number;
  /** Of the whole buffer: all-reduce and all-to-all the own, gather and scatter the long one. */
  readonly bytes: number;
  /** It starts once so many ops of the step have run. */
  readonly op: number;
}

/** When the gradient of a parameter is final. In order of readiness. */
export interface GradientReady {
  readonly parameter: string;
  readonly elementCount: number;
  /** Index into ops of the op that finished it. */
  readonly op: number;
}

export interface Trace {
  readonly model: string;
  readonly device: "native" | "shape-only";
  /** Bytes per element of weights, gradients and activations: 4 (fp32) or 2 (bf16). */
  readonly elementBytes: number;
  readonly sampleCount: number;
  readonly tokensPerSample: number;
  readonly parameterCount: number;
  /** Bytes of activations alive when backward starts. */
  readonly activationBytes: number;
  /** Forward, then backward, then optimizer (the whole model's update, unsharded). */
  readonly ops: readonly TraceOp[];
  readonly gradients: readonly GradientReady[];
  /** In the order in which the rank asks for them; absent where it computes alone. */
  readonly collectives?: readonly TraceCollective[];
}

/** A transformer or multi-layer perceptron by its sizes: `scenarios/models/*.yaml`. */
export type ModelSpec = GptSpec | BertSpec | LlamaSpec | MoeSpec | MlpSpec;

export interface TransformerSizes {
  readonly id: string;
  readonly name: string;
  readonly layerCount: number;
  readonly hiddenSize: number;
  readonly headCount: number;
  readonly vocabularySize: number;
  readonly contextTokens: number;
}

export interface GptSpec extends TransformerSizes {
  readonly family: "gpt";
}

export interface BertSpec extends TransformerSizes {
  readonly family: "bert";
}

/** Root-mean-square norms, turned queries and keys, shared keys and values, gated layers. */
export interface LlamaSizes extends TransformerSizes {
  /** Heads of keys and values; divides the heads of queries. */
  readonly keyValueHeadCount: number;
  /** Width inside the gated layers. */
  readonly feedForwardSize: number;
  /** Base of the angles by which positions turn. */
  readonly ropeBase: number;
  /** Whether the token table gives the logits too. */
  readonly tiesEmbedding: boolean;
}

export interface LlamaSpec extends LlamaSizes {
  readonly family: "llama";
}

/** A Llama whose gated layers are mixtures of experts. */
export interface MoeSpec extends LlamaSizes {
  readonly family: "moe";
  readonly expertCount: number;
  /** Experts that take each token. */
  readonly expertsPerToken: number;
  /**
   * Who takes a token: the router's choice; or, whatever it says, experts in turn, so that all
   * have the same load; or the first experts more often than the last.
   */
  readonly routing: "learned" | "balanced" | "skewed";
  /** Weight of the loss that balances the experts' loads, a mean over layers; none if absent. */
  readonly balanceWeight?: number;
}

export interface MlpSpec {
  readonly family: "mlp";
  readonly id: string;
  readonly name: string;
  /** Layer widths, input first: [100, 50, 10]. */
  readonly widths: readonly number[];
}

/** What a training run on this machine measured; the only place where its times live. */
export interface Measurement {
  readonly backend: string;
  readonly model: string;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly ops: readonly MeasuredOp[];
  /** Other models trained in the same run (the reference MLP). */
  readonly others?: readonly Measurement[];
}

export interface MeasuredOp {
  readonly kind: string;
  readonly calls: number;
  readonly durationS: number;
}
