/**
 * What a `model_type` means beyond its keys: gates, biases, norms, tables. From the public
 * modeling code of each type.
 */

export interface HfType {
  readonly isGated: boolean;
  /** Input and output share one table where the key does not say. */
  readonly isTied: boolean;
  readonly biases: "none" | "queries" | "attention" | "all";
  readonly hasPositions?: boolean;
  readonly hasSegments?: boolean;
  readonly normsPerLayer?: number;
  readonly hasNormBias?: boolean;
  /** Every other layer sees only a window; elsewhere `sliding_window` is unused in training. */
  readonly alternatesWindow?: boolean;
}

const gated: HfType = { isGated: true, isTied: false, biases: "none" };
const gemma: HfType = { isGated: true, isTied: true, biases: "none" };
const gpt: HfType = {
  ...{ isGated: false, isTied: true, biases: "all", hasPositions: true, hasNormBias: true },
};

export const HF_TYPES: Readonly<Record<string, HfType>> = {
  llama: gated,
  mistral: gated,
  mixtral: gated,
  qwen2: { ...gated, biases: "queries" },
  qwen3: gated,
  qwen3_moe: gated,
  deepseek_v2: gated,
  deepseek_v3: gated,
  gemma,
  gemma2: { ...gemma, normsPerLayer: 4, alternatesWindow: true },
  gemma3_text: { ...gemma, normsPerLayer: 4, alternatesWindow: true },
  gemma3: { ...gemma, normsPerLayer: 4, alternatesWindow: true },
  gpt_oss: { ...gated, biases: "all", alternatesWindow: true },
  gpt2: gpt,
  bert: { ...gpt, hasSegments: true },
};

/** How a type is read that no rule knows, and what is thereby assumed. */
export const UNKNOWN_TYPE = {
  type: gated,
  assumed: {
    isGated: "yes",
    biases: "none",
    normsPerLayer: "2",
    positionTokens: "0",
    vocabularyTables: "2 unless tie_word_embeddings says otherwise",
  },
} as const;
