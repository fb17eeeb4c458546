/** Seconds of a kernel call by a machine model, and of a whole step. */
import { at } from "../../base/assert.ts";
import type { KernelLaw, MachineModel } from "../../records/machine.ts";
import type { Trace } from "../../records/trace.ts";
import { kernelCalls } from "../../tensor/kernel-class.ts";

/** What the time of a kernel is a sum of: a call, its operations, its operands. */
export function featuresOf(kernel: string, shape: readonly number[]): number[] {
  const length = (axis: number) => at(shape, axis);
  if (kernel.startsWith("matmul")) {
    const [batch, m, n, k] = [length(0), length(1), length(2), length(3)];
    return [1, batch * m * n * k, batch * m * k, batch * k * n, batch * m * n];
  }
  if (kernel.startsWith("attention")) {
    const [heads, tokens, size] = [length(0) * length(1), length(2), length(3)];
    return [1, heads, heads * tokens * size, heads * tokens ** 2, heads * tokens ** 2 * size];
  }
  const rows = shape.length > 1 ? length(0) : 0;
  return [1, rows, shape.reduce((product, axis) => product * axis, 1)];
}

export function lawS(
  kernel: string,
  shape: readonly number[],
  coefficients: readonly number[],
): number {
  const features = featuresOf(kernel, shape);
  return features.reduce((sum, feature, i) => sum + feature * (coefficients[i] ?? 0), 0);
}

/** Benches nearer than this, in logarithms of sizes, all count alike. */
const NEAR = 0.05;

/**
 * The law, times the mean of what was left at the benches, weighted by nearness: 1/(d² + near²),
 * d² the sum over axes of squared logarithms of ratios.
 */
export function kernelS({ kernel, coefficients, points }: KernelLaw, shape: readonly number[]) {
  let [sum, weights] = [0, 0];
  for (const point of points) {
    const distance = shape.reduce((total, length, axis) => {
      return total + Math.log(length / (point.shape[axis] ?? length)) ** 2;
    }, 0);
    const weight = 1 / (distance + NEAR ** 2);
    sum += weight * Math.log(Math.max(1e-6, point.factor));
    weights += weight;
  }
  const factor = weights === 0 ? 1 : Math.exp(sum / weights);
  return lawS(kernel, shape, coefficients) * factor;
}

/**
 * Processes are served in turns: with P of them on C cores each gets C/P of a core, so that work
 * takes P/C times as long, and never less than it takes alone.
 */
export function coreShare({ processCount, coreCount }: Sharing): number {
  return Math.max(1, processCount / coreCount);
}

type Sharing = Pick<MachineModel, "processCount" | "coreCount">;

export function exchangeS({ exchange }: Pick<MachineModel, "exchange">, bytes: number): number {
  return bytes === 0 ? 0 : exchange.latencyS + exchange.perByteS * bytes;
}

/**
 * Seconds of the step, from kinds, shapes, flop and bytes: no time of the step is looked at.
 *
 *     T = whole · (share · Σ kernels + exchange) + overhead · share · (step + ops · perOp)
 */
export function stepS(trace: Trace, machine: MachineModel): number {
  const laws = new Map(machine.laws.map((law) => [law.kernel, law]));
  const calls = [{ kernel: "clear", shape: [trace.parameterCount] }, ...kernelCalls(trace)];
  const kernelsS = calls.reduce((sum, { kernel, shape }) => {
    const law = laws.get(kernel);
    return sum + (law === undefined ? 0 : kernelS(law, shape));
  }, 0);
  const exchangedBytes = (trace.collectives ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
  const ownS = machine.perStepS + machine.perOpS * trace.ops.length;
  const share = coreShare(machine);
  const kernelsAndExchangeS = share * kernelsS + exchangeS(machine, exchangedBytes);
  return machine.wholeFactor * kernelsAndExchangeS + machine.overheadFactor * share * ownS;
}
