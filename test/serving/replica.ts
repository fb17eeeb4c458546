/** A replica that tests of serving share. */
import type { Replica } from "../../src/serving/iteration.ts";

/** Llama 3 70B in 8 bits on two H100. */
export const REPLICA: Replica = {
  model: {
    ...{ layers: 80, hiddenSize: 8192, heads: 64, headSize: 128, kvHeads: 8 },
    ...{ readParameters: 68.5e9, activeParameters: 68.5e9, heldParameters: 68.5e9 },
    ...{ vocabularyTokens: 128_256, latentChannels: 0 },
  },
  ...{ ranks: 2, weightBytes: 1, kvBytes: 1, peakFlopPerS: 1979e12, peak16FlopPerS: 989e12 },
  rates: {
    ...{ productShare: 0.55, head16Share: 0.55, memoryShare: 0.875, keyValueShare: 0.875 },
    ...{ attentionShare: 0.9, layerS: 93e-6, loneLayerS: 93e-6, requestS: 0 },
  },
  ...{ coreCount: 1, memoryBytes: 80e9, memoryBytesPerS: 3.35e12, linkBytesPerS: 368e9 },
};
