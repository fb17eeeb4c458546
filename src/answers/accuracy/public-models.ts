/**
 * Shapes of public models that tables leave out: expert widths, heads of their own width,
 * sliding windows. From the models' public configuration files.
 */
import type { Experts } from "../../records/large-model.ts";
import type { DenseModel } from "../../workload/dense/types.ts";

export interface PublicShape extends Partial<Omit<DenseModel, "experts">> {
  readonly experts?: Experts;
}

const expert = (experts: number, expertsPerToken: number, sharedExperts = 0): Experts => ({
  experts,
  expertsPerToken,
  sharedExperts,
});

const dense = (denseLayers: number, denseFfnChannels: number) => ({
  ...{ denseLayers, denseFfnChannels },
});

const latent = (queryChannels: number) => ({ latent: { queryChannels, keyValueChannels: 512 } });

const gpt = (layers: number, hiddenSize: number, heads: number, vocabularyTokens = 51_200) => ({
  ...{ layers, hiddenSize, heads, kvHeads: heads, ffnChannels: 4 * hiddenSize, vocabularyTokens },
});

function llama(
  [layers, hiddenSize, heads, kvHeads, ffnChannels]: readonly number[],
  vocabularyTokens: number,
): PublicShape {
  const ffn = { ffnChannels: ffnChannels ?? 0, vocabularyTokens };
  return { layers: layers ?? 0, hiddenSize: hiddenSize ?? 0, ...heading(heads, kvHeads), ...ffn };
}

const heading = (heads = 0, kvHeads = 0) => ({ heads, kvHeads });

/** First match wins; narrower words stand first. */
export const PUBLIC_SHAPES: readonly (readonly [RegExp, PublicShape])[] = [
  [
    /gpt.?oss.?120b/,
    {
      headSize: 64,
      ffnChannels: 2880,
      windowTokens: 128,
      experts: { ...expert(128, 4), hasBias: true },
      ...{ layers: 36, hiddenSize: 2880, ...heading(64, 8), vocabularyTokens: 201_088 },
    },
  ],
  [
    /gpt.?oss.?20b/,
    {
      headSize: 64,
      ffnChannels: 2880,
      windowTokens: 128,
      experts: { ...expert(32, 4), hasBias: true },
      ...{ layers: 24, hiddenSize: 2880, ...heading(64, 8), vocabularyTokens: 201_088 },
    },
  ],
  [
    /qwen3.?30b/,
    { ...llama([48, 2048, 32, 4, 768], 151_936), headSize: 128, experts: expert(128, 8) },
  ],
  [
    /qwen3.?235b/,
    { ...llama([94, 4096, 64, 4, 1536], 151_936), headSize: 128, experts: expert(128, 8) },
  ],
  [/qwen3.?next|qwen3.?80b/, { headSize: 256, ffnChannels: 512, experts: expert(512, 10, 1) }],
  [
    /deepseek.?v2.?lite/,
    {
      ...latent(0),
      headSize: 160,
      ffnChannels: 1408,
      experts: { ...expert(64, 6, 2), ...dense(1, 10_944) },
      vocabularyTokens: 102_400,
    },
  ],
  [
    /deepseek.?v2/,
    {
      ...latent(1536),
      headSize: 160,
      ffnChannels: 1536,
      experts: { ...expert(160, 6, 2), ...dense(1, 12_288) },
    },
  ],
  [
    /deepseek.?v3|deepseek.?r1|kimi/,
    {
      ...llama([61, 7168, 128, 128, 2048], 129_280),
      ...{ ...latent(1536), headSize: 160, experts: { ...expert(256, 8, 1), ...dense(3, 18_432) } },
    },
  ],
  [/deepseek.?(?:moe.?)?16b/, { ffnChannels: 1408, experts: expert(64, 6, 2) }],
  [
    /mixtral.?8x22b/,
    { ...llama([56, 6144, 48, 8, 16_384], 32_000), experts: expert(8, 2), isGated: true },
  ],
  [
    /mixtral/,
    { ...llama([32, 4096, 32, 8, 14_336], 32_000), experts: expert(8, 2), isGated: true },
  ],
  [
    /llama.?4.?scout/,
    { ...llama([48, 5120, 40, 8, 8192], 202_048), experts: expert(16, 1, 1), isGated: true },
  ],
  [
    /llama.?4.?maverick/,
    { ...llama([48, 5120, 40, 8, 8192], 202_048), experts: expert(128, 1, 1), isGated: true },
  ],
  [
    /nemotron.?3.?nano/,
    {
      // Half of its layers mix states instead of attending: 26 pairs.
      ...llama([26, 2688, 32, 2, 1856], 131_072),
      ...{ headSize: 128, experts: expert(128, 6, 1), isGated: false },
    },
  ],
  [/nemotron.?h.?56b/, { ...llama([118, 8192, 64, 8, 32_768], 131_072), isGated: false }],
  [/nemotron.?h.?8b/, { ...llama([52, 4096, 32, 8, 21_504], 131_072), isGated: false }],
  [/nemotron.*340b/, { ...llama([96, 18_432, 96, 8, 73_728], 256_000), isGated: false }],
  [/nemotron.*22b/, { ...gpt(40, 6144, 48, 256_000), isGated: false }],
  [/nemotron.*15b/, { ...llama([32, 6144, 48, 8, 24_576], 256_000), isGated: false }],
  [/nemotron.*8b/, { ...gpt(32, 4096, 32, 256_000), isGated: false }],
  [/gpt.?j/, { ...gpt(28, 4096, 16, 50_400), isGated: false }],
  [/gpt.?neox/, { ...gpt(44, 6144, 64, 50_432), isGated: false }],
  [/falcon.?180b/, { ...llama([80, 14_848, 232, 8, 59_392], 65_024), isGated: false }],
  [/code.?llama.*34b/, llama([48, 8192, 64, 8, 22_016], 32_000)],
  [/llama.?3.*405b/, llama([126, 16_384, 128, 8, 53_248], 128_256)],
  [/llama.?3.*70b/, llama([80, 8192, 64, 8, 28_672], 128_256)],
  [/llama.?3.*3b/, llama([28, 3072, 24, 8, 8192], 128_256)],
  [/llama.?3.*1b/, llama([16, 2048, 32, 8, 8192], 128_256)],
  [/llama.?3.*8b/, llama([32, 4096, 32, 8, 14_336], 128_256)],
  [/llama.?2.*70b/, llama([80, 8192, 64, 8, 28_672], 32_000)],
  [/llama.*65b/, llama([80, 8192, 64, 64, 22_016], 32_000)],
  [/llama.*3[043]b/, llama([60, 6656, 52, 52, 17_920], 32_000)],
  [/llama.*13b/, llama([40, 5120, 40, 40, 13_824], 32_000)],
  [/llama.*7b/, llama([32, 4096, 32, 32, 11_008], 32_000)],
  [/mistral.*7b/, llama([32, 4096, 32, 8, 14_336], 32_000)],
  [/qwen2\.?5?.*72b/, llama([80, 8192, 64, 8, 29_568], 152_064)],
  [/qwen2\.?5?.*7b/, llama([28, 3584, 28, 4, 18_944], 152_064)],
  [/qwen3.*32b/, { ...llama([64, 5120, 64, 8, 25_600], 151_936), headSize: 128 }],
  [/qwen3.*14b/, { ...llama([40, 5120, 40, 8, 17_408], 151_936), headSize: 128 }],
  [/qwen3.*8b/, { ...llama([36, 4096, 32, 8, 12_288], 151_936), headSize: 128 }],
  [/gemma.?2.*27b/, { ...llama([46, 4608, 32, 16, 36_864], 256_128), headSize: 128 }],
  [/gemma.?2.*9b/, { ...llama([42, 3584, 16, 8, 14_336], 256_128), headSize: 256 }],
  [/gemma.*7b/, { ...llama([28, 3072, 16, 16, 24_576], 256_128), headSize: 256 }],
  [/bloom|gpt.*176b/, gpt(70, 14_336, 112, 250_880)],
  [/opt.?175b|gpt.?3.?175b|gpt.*175b/, gpt(96, 12_288, 96)],
  [/gpt.*530b|mt.?nlg/, gpt(105, 20_480, 128)],
  [/gpt.*22b/, gpt(48, 6144, 64)],
  [/gpt.*20b/, gpt(44, 6144, 48)],
  [/gpt.*5b/, gpt(24, 4096, 32)],
  [/bert.?large/, { ...gpt(24, 1024, 16, 30_522), isGated: false }],
];

export function publicShape(name: string): PublicShape {
  const words = name.toLowerCase().replaceAll("_", "-");
  return PUBLIC_SHAPES.find(([pattern]) => pattern.test(words))?.[1] ?? {};
}
