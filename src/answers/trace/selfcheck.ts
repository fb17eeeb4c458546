/**
 * Predicts a recorded step on the machine that ran the benches, and compares with steps that
 * nobody recorded; the keys of `trace selfcheck --json`.
 */
import { at } from "../../base/assert.ts";
import { median, quantile } from "../../base/quantile.ts";
import type { KernelSample, MachineModel } from "../../records/machine.ts";
import type { RecordedTrace } from "../../records/trace-file.ts";
import { fitLaws } from "../../workload/compute/machine-fit.ts";
import { stepS } from "../../workload/compute/machine-law.ts";

export interface Selfcheck {
  readonly measuredS: number;
  readonly measuredRangeS: { readonly p10: number; readonly p90: number };
  readonly predictedS: number;
  /** predictedS / measuredS − 1 */
  readonly relativeError: number;
  readonly processes: number;
}

/** The laws of a machine from its benches. */
export function machineOf(
  benched: Omit<MachineModel, "laws"> & { readonly samples: readonly KernelSample[] },
): MachineModel {
  const { samples, ...rest } = benched;
  return { ...rest, laws: fitLaws(samples) };
}

export function selfcheckOf(
  recorded: RecordedTrace,
  machine: MachineModel,
  stepTimesS: readonly number[],
): Selfcheck {
  const program = at(recorded.programs, 0);
  const predictedS = stepS(program.trace, machine);
  const measuredS = median(stepTimesS);
  return {
    measuredS,
    measuredRangeS: { p10: quantile(stepTimesS, 0.1), p90: quantile(stepTimesS, 0.9) },
    predictedS,
    relativeError: predictedS / measuredS - 1,
    processes: program.ranks.length,
  };
}
