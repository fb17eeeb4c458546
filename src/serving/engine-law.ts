/** The constants of a serving engine's step, each with its meaning: fitted to published runs. */

export interface ServingConstants {
  /** Of the part's best large matmul, what an engine's products reach; of 4 bits, of that. */
  readonly productShare: number;
  readonly fourBitFactor: number;
  /** Of the memory rate, what weights, keys and values are read at. */
  readonly memoryShare: number;
  /** Launches and small kernels of a layer, of a step of many tokens and of one token. */
  readonly layerS: number;
  readonly loneLayerS: number;
  /** On AMD parts, of the shares above. */
  readonly rocmProductFactor: number;
  readonly rocmMemoryFactor: number;
  /** Under NeuronX: shares of products, of attention and of reading keys and values. */
  readonly neuronProductFactor: number;
  readonly neuronAttentionFactor: number;
  readonly neuronKeyValueFactor: number;
  readonly neuronRequestS: number;
}

export const SERVING: ServingConstants = {
  ...{ productShare: 0.77, fourBitFactor: 0.63, memoryShare: 0.865 },
  ...{ layerS: 92e-6, loneLayerS: 36e-6, rocmProductFactor: 0.7, rocmMemoryFactor: 0.9 },
  ...{ neuronProductFactor: 0.56, neuronAttentionFactor: 0.0155, neuronKeyValueFactor: 0.178 },
  neuronRequestS: 8.2e-3,
};

export const SERVING_MEANINGS: Readonly<Record<keyof ServingConstants, string>> = {
  productShare: "products of 8 and 16 bits, of the part's best matmul",
  fourBitFactor: "the same of 4 bits, of that share of the peak of 4 bits",
  memoryShare: "reading weights, keys and values, of the memory rate",
  layerS: "launches and small kernels of a layer, many tokens",
  loneLayerS: "the same where a captured graph decodes one sequence",
  rocmProductFactor: "products on AMD parts, of the shares above",
  rocmMemoryFactor: "reading on AMD parts, of the share above",
  neuronProductFactor: "products under NeuronX, of the shares above",
  neuronAttentionFactor: "prompt attention under NeuronX, of a fused kernel's share",
  neuronKeyValueFactor: "keys and values under NeuronX, of the memory share",
  neuronRequestS: "what a request starts with under NeuronX",
};

/** What one replica's engine reaches on its part. */
export interface EngineRates {
  readonly productShare: number;
  readonly head16Share: number;
  readonly memoryShare: number;
  readonly keyValueShare: number;
  readonly attentionShare: number;
  readonly layerS: number;
  readonly loneLayerS: number;
  readonly requestS: number;
}

export interface RatedPart {
  readonly family: string;
  readonly peakBf16FlopPerS: number;
  readonly peakFp8FlopPerS: number;
  readonly matmulBf16FlopPerS: number;
  readonly matmulFp8FlopPerS: number;
  readonly attentionFlopPerS: number;
}

export interface EngineChoice {
  readonly part: RatedPart;
  readonly productBits: 4 | 8 | 16;
  readonly kvBits: 8 | 16;
  /** Whether decoding runs as a captured graph, as engines do since 2025. */
  readonly isCaptured: boolean;
}

/** Keys and values of 8 bits speed prompt attention by so much. */
const EIGHT_BIT_ATTENTION = 1.48;

export function engineRates(
  { part, productBits, kvBits, isCaptured }: EngineChoice,
  constants: ServingConstants,
): EngineRates {
  const best16 = part.matmulBf16FlopPerS / part.peakBf16FlopPerS;
  const best8 = part.peakFp8FlopPerS > 0 ? part.matmulFp8FlopPerS / part.peakFp8FlopPerS : best16;
  const { rocmProductFactor, rocmMemoryFactor } = constants;
  const isRocm = part.family === "cdna";
  const isNeuron = part.family === "trainium";
  const products = isRocm ? rocmProductFactor : isNeuron ? constants.neuronProductFactor : 1;
  const memoryShare = constants.memoryShare * (isRocm ? rocmMemoryFactor : 1);
  const productShare = constants.productShare * products;
  const shares = {
    4: productShare * best8 * constants.fourBitFactor,
    8: productShare * best8,
    16: productShare * best16,
  };
  const fused = part.attentionFlopPerS / part.peakBf16FlopPerS;
  return {
    ...{ productShare: shares[productBits], head16Share: shares[16], memoryShare },
    keyValueShare: memoryShare * (isNeuron ? constants.neuronKeyValueFactor : 1),
    attentionShare:
      fused *
      (kvBits === 8 ? EIGHT_BIT_ATTENTION : 1) *
      (isNeuron ? constants.neuronAttentionFactor : 1),
    layerS: constants.layerS,
    loneLayerS: isCaptured && !isNeuron ? constants.loneLayerS : constants.layerS,
    requestS: isNeuron ? constants.neuronRequestS : 0,
  };
}
