/**
 * What tensor parallelism sends in a block, alone or behind a matrix product
 * (calculon-ai/calculon, llm/layers.py). A block starts with the identity or an all-gather and ends
 * with an all-reduce or a reduce-scatter; backward the two change places. Sums cost
 * (n−1)/n flop an element on the vector engine.
 *
 * Overlapped with t tiles, net N, arithmetic F slowed to F/(1−u) by the network's use u:
 *
 *     N/t > F/t/(1−u):  (C + (t−1)·C')/t, exposed (t−1)·(N/t − F/t/(1−u))
 *     else              C + (t−1)·N/t·u, exposed nothing
 *     pipe              one tile N/t more, both in the time and exposed
 *
 * Quirks: the pipe's tile counts twice, in the time and as exposed; what is sent again for the
 * backward pass is exposed as in the forward pass; blocks at a chunk's end that scatter where
 * others reduce take their time from the others when overlapped.
 */
import { Refusal } from "../../base/errors.ts";
import type { CalculonExecution, CalculonOp } from "../../records/calculon.ts";
import type { Keeping, Layer, LayerComm, LayerSetting, Stage } from "./layer.ts";
import { layerOf } from "./layer.ts";
import type { CalculonMachine } from "./machine.ts";
import { arithmeticS, memoryS, networkS, togetherS } from "./machine.ts";

/** Who sends, of the execution's words. */
export type TensorWords = Pick<CalculonExecution, "tensorRanks" | "tensorComm" | "tensorOverlap">;

/** A collective as a step of its own, at the start of a block's half or (conjugate) its end. */
export function tensorComm(
  name: string,
  setting: LayerSetting,
  { tensorRanks: n, tensorComm: type }: TensorWords,
  part: { readonly size: number; readonly isConjugate: boolean; readonly isRedone: boolean },
  keeping: Keeping,
): Layer {
  const { isConjugate, isRedone } = part;
  const size = n === 1 ? 0 : part.size;
  const sums = n === 1 ? 0 : (part.size * (n - 1)) / n;
  const flops = isConjugate ? ([sums, 0, 0] as const) : ([0, sums, 0] as const);
  const bytes = size * setting.bytesPerElement;
  const isSplit = type === "rs_ag";
  const shape = { flops, inputs: size, outputs: size, activations: size, gradients: size };
  return layerOf(name, setting, shape, keeping, {
    // Forward the start of a half is the identity unless it gathers; backward its end is.
    ...(!isSplit && !isConjugate ? { forwardBytes: 0 } : {}),
    ...(!isSplit && isConjugate ? { backwardBytes: 0 } : {}),
    activationBytes: isSplit ? bytes / n : isConjugate ? bytes : 0,
    activationGradientBytes: isSplit ? bytes / n : isConjugate ? 0 : bytes,
    comm: {
      ...{ kind: "separate", isConjugate, isRedone },
      ...{ gatherBytes: bytes, reduceBytes: bytes },
    },
  });
}

/** A matrix product in as many tiles as ranks, each sent while the next is computed. */
export function overlappedLinear(
  name: string,
  setting: LayerSetting,
  words: TensorWords,
  part: {
    readonly shape: readonly [number, number, number];
    readonly isConjugate: boolean;
    readonly isRedone: boolean;
  },
  keeping: Keeping,
): Layer {
  const { tensorRanks: tiles, tensorComm: type } = words;
  const { isConjugate, isRedone } = part;
  const [m, wide, high] = part.shape;
  const n = isConjugate ? divided(wide, tiles, name) : wide;
  const k = isConjugate ? high : divided(high, tiles, name);
  const flop = 2 * m * n * k;
  const [activations, gradients] =
    type === "rs_ag"
      ? isConjugate
        ? [m * n, 2 * Math.floor((m * k) / tiles)]
        : [Math.floor((m * n) / tiles), m * k]
      : isConjugate
        ? [0, 2 * m * k]
        : [m * n, 0];
  const shape = {
    ...{ flops: [flop, flop, flop] as const, inputs: m * n, outputs: m * k },
    ...{ activations, gradients, weights: n * k },
  };
  const b = setting.bytesPerElement;
  return layerOf(name, setting, shape, keeping, {
    isMatrix: true,
    comm: {
      ...{ kind: "overlapped", isConjugate, isRedone },
      ...{ gatherBytes: m * n * b, reduceBytes: m * k * b },
    },
  });
}

function divided(size: number, ranks: number, name: string): number {
  if (size % ranks === 0) return size / ranks;
  throw new Refusal({
    code: "does-not-divide",
    pointer: "/tensor_par",
    found: `${size} columns of ${name} over ${ranks} ranks`,
    expected: "a tensor_par that divides them",
    nextStep: "change tensor_par",
  });
}

/** What a block's layer sends in a stage. */
export function commBytes(layer: Layer, words: TensorWords, stage: Stage, isEdge: boolean): number {
  const { comm } = layer;
  if (comm === undefined || words.tensorRanks === 1 || stage === "optim") return 0;
  if (stage === "wgrad") {
    if (!comm.isRedone) return 0;
    const isSent = comm.isConjugate || isSplit(words, isEdge);
    return isSent ? commBytes(layer, words, "fw", isEdge) : 0;
  }
  const isReduction = (stage === "fw") === comm.isConjugate;
  if (!isReduction && !isSplit(words, isEdge)) return 0;
  return comm.isConjugate ? comm.reduceBytes : comm.gatherBytes;
}

function isSplit({ tensorComm: type }: TensorWords, isEdge: boolean): boolean {
  return type === "rs_ag" || (type === "p2p_rs_ag" && isEdge);
}

/** What is called forward, or backward; undefined: nothing. */
function opOf(
  { isConjugate }: LayerComm,
  words: TensorWords,
  isForward: boolean,
  isEdge: boolean,
): CalculonOp | undefined {
  const isReduction = isForward === isConjugate;
  if (isSplit(words, isEdge)) return isReduction ? "reduce_scatter" : "all_gather";
  return isReduction ? "all_reduce" : undefined;
}

/** Time on the links of tensor parallelism, sums included. */
export function commS(
  layer: Layer,
  machine: CalculonMachine,
  words: TensorWords,
  stage: Stage,
  isEdge: boolean,
): number {
  const { comm } = layer;
  const rankCount = words.tensorRanks;
  if (comm === undefined || rankCount === 1 || stage === "optim") return 0;
  if (stage === "wgrad" && !comm.isRedone) return 0;
  const bytes = commBytes(layer, words, stage, isEdge);
  const op = opOf(comm, words, stage !== "agrad", isEdge);
  if (comm.kind === "separate") {
    const workS = plainS(layer, machine, stage);
    if (op === undefined) return workS;
    return networkS(machine.tensorNetwork, op, { bytes, rankCount }) + workS;
  }
  if (op === undefined) return 0;
  const netS = networkS(machine.tensorNetwork, op, { bytes, rankCount });
  const isSummed = stage !== "wgrad" && (stage === "fw") === comm.isConjugate;
  const sums = ((bytes / machine.bytesPerElement) * (rankCount - 1)) / rankCount;
  return netS + (isSummed ? arithmeticS(machine.vector, sums) : 0);
}

export function flopS({ work, isMatrix }: Layer, machine: CalculonMachine, stage: Stage): number {
  const isOnMatrix = isMatrix && stage !== "optim";
  return arithmeticS(isOnMatrix ? machine.matrix : machine.vector, work[stage].flop);
}

export function bytesS({ work }: Layer, { memories }: CalculonMachine, stage: Stage): number {
  return memoryS(memories[0], work[stage].bytes);
}

function plainS(layer: Layer, machine: CalculonMachine, stage: Stage): number {
  return togetherS(machine, flopS(layer, machine, stage), bytesS(layer, machine, stage));
}

export interface Processed {
  readonly timeS: number;
  readonly exposedS: number;
}

/** A stage of a layer: its own time, and what of its messages shows. */
export function processed(
  layer: Layer,
  machine: CalculonMachine,
  words: TensorWords,
  stage: Stage,
): Processed {
  if (layer.comm?.kind === "separate") return { timeS: 0, exposedS: 0 };
  const timeS = plainS(layer, machine, stage);
  const netS = commS(layer, machine, words, stage, false);
  if (netS === 0) return { timeS, exposedS: 0 };
  return tiled(layer, machine, words, { stage, timeS, netS });
}

function tiled(
  layer: Layer,
  machine: CalculonMachine,
  { tensorRanks: tiles, tensorOverlap }: TensorWords,
  { stage, timeS, netS }: { readonly stage: Stage; readonly timeS: number; readonly netS: number },
): Processed {
  const use = machine.tensorNetwork.processorShare;
  const slowS = flopS(layer, machine, stage) / (1 - use);
  const timeSlowS = togetherS(machine, slowS, bytesS(layer, machine, stage));
  const [netTileS, tileS] = [netS / tiles, timeS / tiles];
  const excessS = netTileS - slowS / tiles;
  const isExposed = excessS > 0;
  const workS = isExposed
    ? tileS + (tiles - 1) * (timeSlowS / tiles)
    : tileS + (tiles - 1) * tileS + (tiles - 1) * netTileS * use;
  const lastS = tensorOverlap === "pipe" ? netTileS : 0;
  return { timeS: workS + lastS, exposedS: (isExposed ? (tiles - 1) * excessS : 0) + lastS };
}

/** What the links must carry for a tile to hide behind arithmetic. */
export function bytesPerSToHide(
  layer: Layer,
  machine: CalculonMachine,
  words: TensorWords,
  stage: Stage,
  isEdge: boolean,
): number {
  if (layer.comm?.kind !== "overlapped") return 0;
  const tiles = words.tensorRanks;
  const slowS = flopS(layer, machine, stage) / (1 - machine.tensorNetwork.processorShare);
  return commBytes(layer, words, stage, isEdge) / tiles / (slowS / tiles);
}
