/** Models that a plan can be asked for by id: shapes of public configuration files. */
import { Refusal } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { DenseModel } from "../workload/dense/types.ts";
import { publicShape } from "./accuracy/public-models.ts";

const GATED = [
  ...["llama-3-8b", "llama-3-70b", "llama-3-405b", "llama-2-7b", "llama-2-13b", "llama-2-70b"],
  ...["qwen2.5-7b", "qwen2.5-72b", "qwen3-32b", "mixtral-8x7b", "mixtral-8x22b"],
] as const;

const PLAIN = ["gpt-22b", "gpt-175b", "gpt-530b"] as const;

export const PLAN_MODELS: readonly string[] = [...GATED, ...PLAIN];

export function planModel(id: string): DenseModel {
  if (!PLAN_MODELS.includes(id)) {
    const near = suggest(id, PLAN_MODELS);
    throw new Refusal({
      code: "unknown-model",
      pointer: "/model",
      found: `the model "${id}"`,
      expected: `one of ${PLAN_MODELS.join(", ")}`,
      nextStep: near === undefined ? "choose one of them" : `did you mean ${near}?`,
    });
  }
  const shape = publicShape(id);
  const { layers = 1, hiddenSize = 1, heads = 1, kvHeads = heads } = shape;
  const base = {
    ...{ layers, hiddenSize, heads, kvHeads },
    headSize: shape.headSize ?? hiddenSize / heads,
    ffnChannels: shape.ffnChannels ?? 4 * hiddenSize,
    isGated: !PLAIN.some((plain) => plain === id),
    vocabularyTokens: shape.vocabularyTokens ?? 32_000,
    ...{ hasDropout: false, windowTokens: 0 },
  };
  const { experts, latent } = shape;
  return {
    ...base,
    ...(experts === undefined ? {} : { experts }),
    ...(latent === undefined ? {} : { latent }),
  };
}
