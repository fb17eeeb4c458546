import { ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { seeded } from "../../src/base/random.ts";
import { DecoderCache } from "../../src/models/cache.ts";
import { createDecoder } from "../../src/models/decoders.ts";
import { createModel } from "../../src/models/model.ts";
import type { GptSpec, LlamaSpec, MoeSpec } from "../../src/records/trace.ts";
import { createNativeDevice } from "../../src/tensor/device.ts";
import { Parameters } from "../../src/tensor/parameters.ts";
import { Tape } from "../../src/tensor/tape.ts";
import { backends, relativeError } from "../tensor/backends.ts";

const sizes = {
  ...{ id: "m", name: "M", layerCount: 2, hiddenSize: 24, headCount: 6 },
  ...{ vocabularySize: 40, contextTokens: 12 },
};
const llama = { ...sizes, keyValueHeadCount: 2, feedForwardSize: 20, ropeBase: 100 };
const SPECS: readonly (GptSpec | LlamaSpec | MoeSpec)[] = [
  { family: "gpt", ...sizes },
  { family: "llama", ...llama, tiesEmbedding: false },
  { family: "llama", ...llama, tiesEmbedding: true },
  {
    ...{ family: "moe", ...llama, tiesEmbedding: false },
    ...{ expertCount: 4, expertsPerToken: 2, routing: "learned" },
  },
  {
    ...{ family: "moe", ...llama, tiesEmbedding: false },
    ...{ expertCount: 4, expertsPerToken: 2, routing: "skewed" },
  },
];

for (const backend of backends) {
  for (const [i, spec] of SPECS.entries()) {
    test(`cached logits are those of reading anew, ${spec.family} ${i}, ${backend.name}`, () => {
      const model = createModel(spec);
      model.parameters.allocate(seeded(5));
      // Larger weights than a new model's, so that attention is far from uniform.
      backend.scale(model.parameters.data, 6);
      const parameters = new Parameters();
      const decoder = createDecoder(parameters, spec);
      parameters.allocate(seeded(5));
      backend.scale(parameters.data, 6);
      const device = createNativeDevice({ backend });
      const cache = new DecoderCache(decoder, createNativeDevice({ backend }));
      const tokens = Array.from({ length: 12 }, (_, t) => (7 * t + 3) % 40);
      for (const [t, token] of tokens.entries()) {
        const cached = cache.read(token).slice();
        const inputs = { shape: [1, t + 1], data: Int32Array.from(tokens.slice(0, t + 1)) };
        const all = model.output(new Tape(device), { kind: "tokens", inputs });
        const wanted = all.data.subarray(t * 40, (t + 1) * 40);
        ok(relativeError(cached, wanted) < 1e-5, `token ${t}`);
      }
      throws(() => cache.read(1), /fits into the context/);
    });
  }
}
