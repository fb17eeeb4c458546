/**
 * A large transformer as its public configuration describes it, and where each figure of it
 * was read. Sizes are in elements, before any sharding.
 */

export interface Experts {
  readonly experts: number;
  readonly expertsPerToken: number;
  readonly sharedExperts: number;
  /** Their products add a bias and clamp what they give. */
  readonly hasBias?: boolean;
  /** Leading layers without experts; none unless said. */
  readonly denseLayers?: number;
  /** Width of their feed-forward part. */
  readonly denseFfnChannels?: number;
}

export interface Latent {
  /** Channels queries are narrowed to; 0: they are not. */
  readonly queryChannels: number;
  readonly keyValueChannels: number;
}

/** How a transformer's layer is built. */
export interface ModelShape {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly headSize: number;
  readonly kvHeads: number;
  /** Width of the feed-forward part: of all of it, or of one expert. */
  readonly ffnChannels: number;
  /** A gated feed-forward part (SwiGLU) has two matrices up instead of one. */
  readonly isGated: boolean;
  readonly vocabularyTokens: number;
  /** Biased layers with dropout, as GPT up to 2022. */
  readonly hasDropout: boolean;
  /** Sliding window of every other layer in tokens; 0 for none. */
  readonly windowTokens: number;
  /** Attention and feed-forward part side by side on one norm, as GPT-J and PaLM. */
  readonly isParallel?: boolean;
  /** Tables of vocabulary by width: 1 where input and output share one. */
  readonly vocabularyTables?: number;
  readonly experts?: Experts;
  /** Latent attention: queries, and keys with values, pass through narrow products. */
  readonly latent?: Latent;
}

/** One figure of a model and where it was read: a key of the file, or a default and whose. */
export interface ModelField {
  readonly name: string;
  readonly figure: string;
  readonly origin: "file" | "format default" | "assumed";
  /** "num_hidden_layers", or why the value is what it is. */
  readonly from: string;
}

export interface LargeModel {
  readonly id: string;
  readonly name: string;
  /** The configuration's own word: "llama", "deepseek_v3". */
  readonly modelType: string;
  readonly shape: ModelShape;
  readonly contextTokens: number;
  /** Products that add a bias. */
  readonly biases: "none" | "queries" | "attention" | "all";
  /** Rows of learned position and segment tables, and of a pooler as wide as the model. */
  readonly positionTokens: number;
  readonly hasPooler: boolean;
  readonly normsPerLayer: number;
  /** Normalizations that also shift, and not only scale. */
  readonly hasNormBias: boolean;
  readonly fields: readonly ModelField[];
  readonly source: string;
}
