/** `goodput`: how often a job stops, how often to save it, how many spares, and by when it ends. */
import { at } from "../base/assert.ts";
import { interruptionRates, mttiS, spareNodes } from "../cost/failures.ts";
import type { FailurePreset } from "../cost/failures.ts";
import { finish } from "../cost/finish.ts";
import type { Finish } from "../cost/finish.ts";
import { checkpointWriteS, intervalBand } from "../cost/goodput.ts";
import type { IntervalBand } from "../cost/goodput.ts";

export interface GoodputRequest {
  readonly acceleratorCount: number;
  readonly acceleratorsPerNode: number;
  readonly cablesPerAccelerator: number;
  readonly parameters: number;
  readonly storageBytesPerS: number;
  readonly hostLinkBytesPerS: number;
  readonly restartS: number;
  readonly repairS: number;
  readonly failures: FailurePreset;
  /** Time that the steps take without any stop; absent: no days are asked. */
  readonly workS?: number;
  readonly stepErrorShare: number;
}

export interface GoodputAnswer {
  readonly request: GoodputRequest;
  readonly rates: readonly { readonly name: string; readonly interruptsPerS: number }[];
  readonly mttiS: number;
  readonly writeS: number;
  readonly band: IntervalBand;
  readonly spareNodeCount: number;
  readonly finish?: Finish;
}

/** State of mixed-precision Adam that a checkpoint holds, a parameter. */
const STATE_BYTES = 14;

export function answerGoodput(request: GoodputRequest): GoodputAnswer {
  const { acceleratorCount, cablesPerAccelerator, failures: preset, restartS } = request;
  const park = { acceleratorCount, cablesPerAccelerator, preset };
  const writeS = checkpointWriteS({
    stateBytes: STATE_BYTES * request.parameters,
    acceleratorCount,
    storageBytesPerS: request.storageBytesPerS,
    hostLinkBytesPerS: request.hostLinkBytesPerS,
  });
  const job = { mttiS: mttiS(park), writeS, restartS };
  const { workS, stepErrorShare } = request;
  return {
    request,
    rates: [...interruptionRates(park)].sort((a, b) => b.interruptsPerS - a.interruptsPerS),
    ...{ mttiS: job.mttiS, writeS, band: intervalBand(job) },
    spareNodeCount: spareNodes({
      nodeCount: Math.ceil(acceleratorCount / request.acceleratorsPerNode),
      acceleratorsPerNode: request.acceleratorsPerNode,
      ...{ preset, repairS: request.repairS },
    }),
    ...(workS === undefined ? {} : { finish: finish({ ...job, workS, stepErrorShare }) }),
  };
}

/** The class that stops the job most often. */
export const firstClass = ({ rates }: GoodputAnswer): string => at(rates, 0).name;
