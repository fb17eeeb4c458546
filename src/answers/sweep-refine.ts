/**
 * The best points of a sweep, looked at more closely: days with failures, and on the flow
 * engine the one collective that all accelerators share.
 */
import { mttiS } from "../cost/failures.ts";
import { finish } from "../cost/finish.ts";
import type { Finish } from "../cost/finish.ts";
import { checkpointWriteS } from "../cost/goodput.ts";
import type { LargeModel } from "../records/large-model.ts";
import type { Cluster } from "../records/cluster.ts";
import { CONSTANTS } from "../workload/dense/constants.ts";
import { modelParameterCount } from "../workload/dense/model-size.ts";
import { PART_ROWS } from "../workload/dense/parts.ts";
import { present } from "../base/assert.ts";
import { Evaluator } from "./evaluator.ts";
import { plainRun, stepErrorShare } from "./plan-evaluate.ts";

const STATE_BYTES = 14;
const RESTART_S = 600;
const CABLES = 2;

const partOf = (id: string) =>
  present(
    PART_ROWS.find((part) => part.id === id),
    "a part of the table",
  );

export function refinedTimes(asked: {
  readonly model: LargeModel;
  readonly acceleratorId: string;
  readonly acceleratorCount: number;
  readonly workS: number;
}): Finish {
  const { acceleratorCount, workS } = asked;
  const part = partOf(asked.acceleratorId);
  const park = { acceleratorCount, cablesPerAccelerator: CABLES, preset: "typical" } as const;
  const writeS = checkpointWriteS({
    stateBytes: STATE_BYTES * modelParameterCount(asked.model),
    acceleratorCount,
    storageBytesPerS: (2e12 / 16_384) * acceleratorCount,
    hostLinkBytesPerS: part.nicBytesPerS,
  });
  const plain = { model: asked.model, globalBatch: 1, seqTokens: 1, precision: "bf16" } as const;
  const run = plainRun(part, plain);
  const job = { mttiS: mttiS(park), writeS, restartS: RESTART_S };
  return finish({ ...job, workS, stepErrorShare: stepErrorShare(run) });
}

export interface FlowCheck {
  /** Reduce-scatter of 1 GiB over all accelerators, on the engine. */
  readonly flowS: number;
  /** The same by the rate that the analytical law takes. */
  readonly lawS: number;
}

const CHECK_BYTES = 2 ** 30;

export function flowCheck(cluster: Cluster, acceleratorId: string, count: number): FlowCheck {
  const { timeline } = new Evaluator().network(cluster, count).time("reduce-scatter", CHECK_BYTES);
  const { ringBytesPerS, nicBytesPerS, domainRanks } = partOf(acceleratorId);
  const outside = domainRanks * nicBytesPerS * CONSTANTS.nicShare;
  const rate = count <= domainRanks ? ringBytesPerS : Math.min(ringBytesPerS, outside);
  return { flowS: timeline.durationS, lawS: (CHECK_BYTES * (count - 1)) / count / rate };
}
