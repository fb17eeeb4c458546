/** scenarios/models/*.yaml: an architecture by its sizes. */
import type { Properties } from "./schema.ts";
import { choice, count, file, flag, group, id, list, number, oneOf, tag, text } from "./schema.ts";

const sizes: Properties = {
  id: id("Names the model in questions", "gpt-1.3b"),
  name: text("As people call it", "GPT-1.3B"),
  layers: count("Transformer layers", 24, { maximum: 10_000 }),
  hidden: count("Width of the residual stream", 2048, { maximum: 1_000_000 }),
  heads: count("Attention heads; divides hidden", 16, { maximum: 10_000 }),
  vocabulary: count("Tokens it knows", 50257, { maximum: 100_000_000 }),
  context: count("Longest sequence in tokens", 2048, { maximum: 100_000_000 }),
};

const gpt: Properties = {
  family: tag("gpt", "A decoder-only transformer, GELU, learned positions, tied embedding"),
  ...sizes,
};

const bert: Properties = {
  family: tag("bert", "An encoder-only transformer that tells masked tokens, post-norm"),
  ...sizes,
};

const llamaSizes: Properties = {
  ...sizes,
  keyValueHeads: count("Heads of keys and values; divides heads", 8, { maximum: 10_000 }),
  feedForward: count("Width inside the gated layers", 14336, { maximum: 10_000_000 }),
  ropeBase: number("Base of the angles of positions", 500000, { exclusiveMinimum: 1 }),
  tiesEmbedding: flag("Whether the token table gives the logits too", false),
};

const llama: Properties = {
  family: tag("llama", "A Llama-like transformer: RMS norm, rotary positions, SwiGLU"),
  ...llamaSizes,
};

const moe: Properties = {
  family: tag("moe", "A Llama-like transformer with mixtures of experts"),
  ...llamaSizes,
  experts: count("Experts of each layer", 8, { maximum: 10_000 }),
  expertsPerToken: count("Experts that take each token", 2, { maximum: 100 }),
  routing: choice("Who takes a token", ["learned", "balanced", "skewed"], "learned"),
  balanceLoss: number("Weight of the loss that balances experts; 0: none", 0.01, {
    ...{ minimum: 0, maximum: 100 },
  }),
};

/** Keys that a file may leave out. */
const LLAMA_DEFAULTS = ["ropeBase", "tiesEmbedding"];

const mlp: Properties = {
  family: tag("mlp", "Fully connected layers with ReLU between"),
  id: id("Names the model in questions", "mlp-100-50-10"),
  name: text("As people call it", "MLP 100-50-10"),
  widths: {
    ...list("Width of each layer, input first", count("Width", 100, { maximum: 1_000_000 })),
    minItems: 2,
    maxItems: 1000,
  },
};

export const modelBody = oneOf(
  "A model",
  "family",
  group("A GPT", gpt),
  group("A BERT", bert),
  group("A Llama", llama, LLAMA_DEFAULTS),
  group("A mixture of experts", moe, [...LLAMA_DEFAULTS, "routing", "balanceLoss"]),
  group("A multi-layer perceptron", mlp),
);

export const model = file("model", "A model by its sizes", modelBody);
