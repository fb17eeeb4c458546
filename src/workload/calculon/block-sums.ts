/**
 * One micro-batch through one block, summed over its layers as Calculon does
 * (calculon-ai/calculon, llm/llm.py). Blocks at the end of a chunk (edge) may send by other
 * collectives than those inside it (base).
 *
 * Quirk: the flop, bytes and their times of recomputation add, for each layer that is computed
 * again, all that the block did so far; only recomputation's own time counts each layer once.
 */
import type { CalculonExecution } from "../../records/calculon.ts";
import type { Layer, Stage } from "./layer.ts";
import type { CalculonMachine } from "./machine.ts";
import { bytesPerSToHide, bytesS, commBytes, commS, flopS, processed } from "./tensor-comm.ts";

/** Of a stage of a block. */
export interface StageSums {
  flop: number;
  flopS: number;
  bytes: number;
  bytesS: number;
  timeS: number;
}

/** Of what tensor parallelism sends in a stage, of base and edge blocks. */
export interface CommSums {
  bytes: [number, number];
  linkS: [number, number];
  exposedS: [number, number];
}

export interface BlockSums {
  readonly work: Readonly<Record<Stage | "re", StageSums>>;
  /** wgrad: what is sent again for the backward pass. */
  readonly comm: Readonly<Record<"fw" | "agrad" | "wgrad", CommSums>>;
  readonly tensorBytesPerSToHide: number;
  readonly weightBytes: number;
  readonly workingBytes: number;
  readonly storedBytes: number;
  readonly weightGradientBytes: number;
  readonly weightGradientWholeBytes: number;
  readonly activationGradientBytes: number;
  readonly optimizerBytes: number;
}

const noWork = (): StageSums => ({ flop: 0, flopS: 0, bytes: 0, bytesS: 0, timeS: 0 });
const noComm = (): CommSums => ({ bytes: [0, 0], linkS: [0, 0], exposedS: [0, 0] });

export function blockSums(
  layers: readonly Layer[],
  machine: CalculonMachine,
  execution: CalculonExecution,
): BlockSums {
  const work = { fw: noWork(), agrad: noWork(), wgrad: noWork(), optim: noWork(), re: noWork() };
  const comm = { fw: noComm(), agrad: noComm(), wgrad: noComm() };
  let tensorBytesPerSToHide = 0;
  const hide = (layer: Layer, stage: Stage) => {
    for (const isEdge of [false, true]) {
      const bytesPerS = bytesPerSToHide(layer, machine, execution, stage, isEdge);
      tensorBytesPerSToHide = Math.max(tensorBytesPerSToHide, bytesPerS);
    }
  };
  for (const layer of layers) {
    const add = (stage: Stage) => addWork(work[stage], layer, machine, execution, stage);
    const send = (stage: "fw" | "agrad" | "wgrad") =>
      addComm(comm[stage], layer, machine, execution, stage);
    add("fw");
    send("fw");
    hide(layer, "fw");
    if (!execution.isTraining) continue;
    if (layer.isRecomputed) addPrefix(work.re, work.fw, layer, machine, execution);
    if (layer.comm?.isRedone === true) send("wgrad");
    add("agrad");
    send("agrad");
    hide(layer, "agrad");
    add("wgrad");
    add("optim");
  }
  return { work, comm, tensorBytesPerSToHide, ...spaces(layers, execution) };
}

function addWork(
  sums: StageSums,
  layer: Layer,
  machine: CalculonMachine,
  execution: CalculonExecution,
  stage: Stage,
): void {
  sums.flop += layer.work[stage].flop;
  sums.flopS += flopS(layer, machine, stage);
  sums.bytes += layer.work[stage].bytes;
  sums.bytesS += bytesS(layer, machine, stage);
  sums.timeS += processed(layer, machine, execution, stage).timeS;
}

/** The quirk: sums of the forward pass so far, not the layer's share of them. */
function addPrefix(
  sums: StageSums,
  forward: StageSums,
  layer: Layer,
  machine: CalculonMachine,
  execution: CalculonExecution,
): void {
  sums.flop += forward.flop;
  sums.flopS += forward.flopS;
  sums.bytes += forward.bytes;
  sums.bytesS += forward.bytesS;
  sums.timeS += processed(layer, machine, execution, "fw").timeS;
}

function addComm(
  sums: CommSums,
  layer: Layer,
  machine: CalculonMachine,
  execution: CalculonExecution,
  stage: "fw" | "agrad" | "wgrad",
): void {
  // What is sent again shows as much as it did the first time, where it is overlapped.
  const shownStage = stage === "wgrad" ? "fw" : stage;
  const { exposedS } = processed(layer, machine, execution, shownStage);
  for (const i of [0, 1] as const) {
    const linkS = commS(layer, machine, execution, stage, i === 1);
    sums.bytes[i] += commBytes(layer, execution, stage, i === 1);
    sums.linkS[i] += linkS;
    sums.exposedS[i] += layer.comm?.kind === "separate" ? linkS : exposedS;
  }
}

function spaces(layers: readonly Layer[], { isTraining, recompute }: CalculonExecution) {
  const sum = (of: (layer: Layer) => number) =>
    layers.reduce((total, layer) => total + of(layer), 0);
  const trained = (of: (layer: Layer) => number) => (isTraining ? sum(of) : 0);
  let storedBytes = 0;
  for (const layer of layers) {
    storedBytes += layer.activationBytes;
    if (!isTraining) continue;
    if (!layer.isOutputStored) storedBytes -= layer.outputBytes;
    if (!layer.isStored) storedBytes -= layer.activationBytes;
  }
  return {
    weightBytes: sum((layer) => layer.weightBytes),
    workingBytes: sum((layer) => (layer.isReused ? 0 : layer.activationBytes)),
    storedBytes: recompute === "full" ? 0 : storedBytes,
    weightGradientBytes: trained((layer) => layer.weightGradientBytes),
    weightGradientWholeBytes: trained((layer) => layer.weightGradientWholeBytes),
    activationGradientBytes: trained((layer) => layer.activationGradientBytes),
    optimizerBytes: trained((layer) => layer.optimizerBytes),
  };
}
