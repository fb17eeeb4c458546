/**
 * Predicts a recorded step on the machine that ran the benches, and compares with steps that
 * nobody recorded; the keys of `trace selfcheck --json`.
 */
import { at } from "../../base/assert.ts";
import { median, quantile } from "../../base/quantile.ts";
import type { Benched, MachineModel } from "../../records/machine.ts";
import type { RecordedTrace } from "../../records/trace-file.ts";
import { fitMachine } from "../../workload/compute/machine-fit.ts";
import { stepS } from "../../workload/compute/machine-law.ts";

export interface Selfcheck {
  readonly measuredS: number;
  readonly measuredRangeS: { readonly p10: number; readonly p90: number };
  readonly predictedS: number;
  /** predictedS / measuredS − 1 */
  readonly relativeError: number;
  readonly processes: number;
}

/** The machine is fitted on benches alone; the steps come in only to be compared with. */
export function selfcheckOf(
  recorded: RecordedTrace,
  benched: Benched,
  coreCount: number,
): Selfcheck {
  const processCount = processCountOf(recorded);
  return compared(recorded, fitMachine(benched, { processCount, coreCount }), benched.stepTimesS);
}

export function compared(
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
    processes: processCountOf(recorded),
  };
}

/** Ranks of all programs, which may differ by a row of a table. */
function processCountOf({ programs }: RecordedTrace): number {
  return programs.reduce((sum, { ranks }) => sum + ranks.length, 0);
}
