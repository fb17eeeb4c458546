/**
 * The layers of Calculon's transformer block: what each computes, touches and keeps
 * (calculon-ai/calculon, llm/layers.py). Elements count once; bytes follow from the data type.
 *
 *     linear m×n×k    2mnk flop each way and for its weights; touches mn + mk + nk
 *     batched matmul  2b·mnk, twice that backward
 *     flop an element LayerNorm 9 / 14 / 7, softmax 5 / 8, GeLU 8 / 13, dropout 1 / 1, add 1 / 2
 *     optimizer       11 flop a weight; 4 bytes of master copy below 32 bits, 8 of moments
 *
 * Quirk: the mask of dropout is a byte an element, and so are its gradients.
 */

export type Stage = "fw" | "agrad" | "wgrad" | "optim";

export interface LayerWork {
  readonly flop: number;
  readonly bytes: number;
}

export interface LayerComm {
  /** An overlapped linear, or a step of its own. */
  readonly kind: "overlapped" | "separate";
  /** At the end of a block's half: reduce forward; else at its start, reduce backward. */
  readonly isConjugate: boolean;
  readonly isRedone: boolean;
  /** Gathered on the way in, reduced on the way out. */
  readonly gatherBytes: number;
  readonly reduceBytes: number;
}

export interface Layer {
  readonly name: string;
  readonly isMatrix: boolean;
  readonly work: Readonly<Record<Stage, LayerWork>>;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly outputBytes: number;
  readonly weightGradientBytes: number;
  readonly weightGradientWholeBytes: number;
  readonly activationGradientBytes: number;
  readonly optimizerBytes: number;
  readonly isRecomputed: boolean;
  readonly isReused: boolean;
  readonly isStored: boolean;
  readonly isOutputStored: boolean;
  readonly comm?: LayerComm;
}

/** What all layers of a block are made with. */
export interface LayerSetting {
  readonly bytesPerElement: number;
  /** Ranks that share an optimizer's state. */
  readonly shardRanks: number;
}

/** How a layer is kept and recomputed; what is absent is the plain case. */
export interface Keeping {
  readonly isRecomputed?: boolean;
  readonly isReused?: boolean;
  readonly isStored?: boolean;
  readonly isOutputStored?: boolean;
}

/** In elements. */
interface Shape {
  readonly flops: readonly [number, number, number];
  readonly inputs: number;
  readonly outputs: number;
  readonly activations: number;
  readonly gradients: number;
  readonly weights: number;
}

const NOTHING: Shape = {
  ...{ flops: [0, 0, 0], inputs: 0, outputs: 0, activations: 0, gradients: 0, weights: 0 },
};

/** Bytes that differ from the elements times their size. */
type Changes = Partial<
  Pick<Layer, "activationBytes" | "activationGradientBytes" | "isMatrix" | "comm">
> & { readonly forwardBytes?: number; readonly backwardBytes?: number };

export function layerOf(
  name: string,
  { bytesPerElement: b, shardRanks }: LayerSetting,
  given: Partial<Shape>,
  keeping: Keeping,
  changes: Changes = {},
): Layer {
  const shape = { ...NOTHING, ...given };
  const { flops, inputs, outputs, activations, gradients, weights } = shape;
  const { forwardBytes, backwardBytes, comm, ...rest } = changes;
  const masterBytes = b < 4 ? weights * 4 : 0;
  const optimizerBytes = (masterBytes + 2 * weights * 4) / shardRanks;
  const touched = (weights + (activations + gradients)) * b;
  return {
    name,
    isMatrix: false,
    work: {
      fw: { flop: flops[0], bytes: forwardBytes ?? (inputs + outputs + weights) * b },
      agrad: { flop: flops[1], bytes: backwardBytes ?? touched },
      wgrad: { flop: flops[2], bytes: weights === 0 ? 0 : touched },
      optim: { flop: (weights / shardRanks) * 11, bytes: optimizerBytes },
    },
    weightBytes: weights * b,
    activationBytes: activations * b,
    outputBytes: outputs * b,
    weightGradientBytes: (weights * b) / shardRanks,
    weightGradientWholeBytes: weights * 4,
    activationGradientBytes: gradients * b,
    optimizerBytes,
    isRecomputed: keeping.isRecomputed ?? false,
    isReused: keeping.isReused ?? false,
    isStored: keeping.isStored ?? true,
    isOutputStored: keeping.isOutputStored ?? true,
    ...rest,
    ...(comm === undefined ? {} : { comm }),
  };
}

/** m rows, from n to k columns. */
export function linear(
  name: string,
  setting: LayerSetting,
  [m, n, k]: readonly [number, number, number],
  keeping: Keeping,
): Layer {
  const flop = 2 * m * n * k;
  const shape = {
    ...{ flops: [flop, flop, flop] as const, inputs: m * n, outputs: m * k },
    ...{ activations: m * n, gradients: m * k, weights: n * k },
  };
  return layerOf(name, setting, shape, keeping, { isMatrix: true });
}

/** So many products of m×n and n×k. */
export function batchedMatmul(
  name: string,
  setting: LayerSetting,
  [batch, m, n, k]: readonly [number, number, number, number],
  keeping: Keeping,
): Layer {
  const inputs = batch * (m * n + n * k);
  const outputs = batch * m * k;
  const flops = [batch * 2 * m * n * k, batch * 4 * m * n * k, 0] as const;
  const shape = { flops, inputs, outputs, activations: inputs, gradients: outputs };
  return layerOf(name, setting, shape, keeping, { isMatrix: true });
}

function plain(size: number, forward: number, backward: number): Partial<Shape> {
  const flops = [forward * size, backward * size, 0] as const;
  return { flops, inputs: size, outputs: size, activations: size, gradients: size };
}

export function layerNorm(
  name: string,
  setting: LayerSetting,
  [size, hidden]: readonly [number, number],
  keeping: Keeping,
): Layer {
  const flops = [9 * size, 14 * size, 7 * size] as const;
  return layerOf(name, setting, { ...plain(size, 9, 14), flops, weights: 2 * hidden }, keeping);
}

export function dropout(name: string, setting: LayerSetting, size: number, keeping: Keeping) {
  const bytes = 2 * size * setting.bytesPerElement + size;
  return layerOf(name, setting, plain(size, 1, 1), keeping, {
    ...{ activationBytes: size, activationGradientBytes: size },
    ...{ forwardBytes: bytes, backwardBytes: bytes },
  });
}

/** A fused one keeps neither its input nor its gradient. */
export function gelu(
  name: string,
  setting: LayerSetting,
  { size, isFused }: { readonly size: number; readonly isFused: boolean },
  keeping: Keeping,
): Layer {
  const kept = isFused ? { activations: 0, gradients: 0 } : {};
  return layerOf(name, setting, { ...plain(size, 8, 13), ...kept }, keeping, {
    backwardBytes: 2 * size * setting.bytesPerElement,
  });
}

export function softmax(name: string, setting: LayerSetting, size: number, keeping: Keeping) {
  return layerOf(name, setting, plain(size, 5, 8), keeping, {
    backwardBytes: 2 * size * setting.bytesPerElement,
  });
}

/** The sum of two of one size. */
export function residual(name: string, setting: LayerSetting, size: number, keeping: Keeping) {
  const shape = { ...plain(size, 1, 2), inputs: 2 * size, activations: 2 * size };
  return layerOf(name, setting, shape, keeping);
}

/** One activation for several users; their gradients are summed. */
export function fork(
  name: string,
  setting: LayerSetting,
  { size, users }: { readonly size: number; readonly users: number },
  keeping: Keeping,
): Layer {
  const shape = { flops: [0, users * size, 0] as const, inputs: size, activations: size };
  return layerOf(name, setting, shape, keeping, {
    ...{ forwardBytes: 0, backwardBytes: size * setting.bytesPerElement * (users + 1) },
  });
}
