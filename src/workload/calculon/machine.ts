/**
 * How long Calculon lets arithmetic, memory and a message take (calculon-ai/calculon,
 * processor.py, memory.py, network.py):
 *
 *     arithmetic   F / (peak · e(F)),  memory  M / (peak · e(M)),  e a staircase of the size
 *     together     the greater of both (roofline) or their sum (no_overlap)
 *     network      latency + (s·M + s·M/n · offset) / (bandwidth · efficiency)
 */
import { Refusal } from "../../base/errors.ts";
import { at } from "../../base/assert.ts";
import type {
  CalculonExecution,
  CalculonMemory,
  CalculonNetwork,
  CalculonOp,
  CalculonProcessor,
  CalculonSystem,
  EfficiencyCurve,
} from "../../records/calculon.ts";

export interface CalculonMachine {
  readonly matrix: CalculonProcessor;
  readonly vector: CalculonProcessor;
  readonly memories: CalculonSystem["memories"];
  readonly isRoofline: boolean;
  readonly bytesPerElement: number;
  readonly tensorNetwork: CalculonNetwork;
  readonly pipelineNetwork: CalculonNetwork;
  readonly dataNetwork: CalculonNetwork;
}

const ELEMENT_BYTES: ReadonlyMap<string, number> = new Map([
  ["float8", 1],
  ["float16", 2],
  ["float32", 4],
  ["bfloat16", 2],
]);

export function machineOf(system: CalculonSystem, execution: CalculonExecution): CalculonMachine {
  const { datatype } = execution;
  const bytesPerElement = ELEMENT_BYTES.get(datatype);
  const [matrix, vector] = [system.matrix.get(datatype), system.vector.get(datatype)];
  if (bytesPerElement === undefined || matrix === undefined || vector === undefined) {
    throw new Refusal({
      code: "no-such-precision",
      pointer: "/datatype",
      found: `"${datatype}"`,
      expected: "float8, float16, bfloat16 or float32 that matrix and vector of the system have",
      nextStep: "take a data type of the system",
    });
  }
  const { memories, isRoofline, networks } = system;
  return {
    ...{ matrix, vector, memories, isRoofline, bytesPerElement },
    tensorNetwork: at(networks, execution.tensorNetworkIndex),
    pipelineNetwork: at(networks, execution.pipelineNetworkIndex),
    dataNetwork: at(networks, execution.dataNetworkIndex),
  };
}

function efficiencyOf(curve: EfficiencyCurve, size: number): number {
  const step = curve.find(([from]) => size >= from);
  if (step !== undefined) return step[1];
  throw new Refusal({
    code: "out-of-range",
    pointer: "",
    found: `an operation of ${size} flop or bytes`,
    expected: "an efficiency curve that covers it",
    nextStep: "end the curve with a step from 0",
  });
}

export function arithmeticS(processor: CalculonProcessor, flop: number): number {
  return flop / (processor.peakFlopPerS * efficiencyOf(processor.curve, flop));
}

export function memoryS(memory: CalculonMemory, bytes: number): number {
  return bytes / (memory.peakBytesPerS * efficiencyOf(memory.curve, bytes));
}

export function togetherS({ isRoofline }: CalculonMachine, flopS: number, bytesS: number): number {
  return isRoofline ? Math.max(flopS, bytesS) : flopS + bytesS;
}

export function networkS(
  network: CalculonNetwork,
  op: CalculonOp,
  { bytes, rankCount }: { readonly bytes: number; readonly rankCount: number },
): number {
  const [scalar, offset] = network.ops[op];
  const scaled = bytes * scalar;
  const carried = scaled + (1 / rankCount) * scaled * offset;
  return network.latencyS + carried / (network.peakBytesPerS * network.efficiency);
}
