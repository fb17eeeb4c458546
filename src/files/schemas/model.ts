/** scenarios/models/*.yaml: an architecture by its sizes. */
import type { Properties } from "./schema.ts";
import { count, file, group, id, list, oneOf, tag, text } from "./schema.ts";

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
  group("A multi-layer perceptron", mlp),
);

export const model = file("model", "A model by its sizes", modelBody);
