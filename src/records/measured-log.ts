/** A log of nccl-tests as records: what its header states, and its times. */
import type { Collective } from "./schedule.ts";

export interface MeasuredLog {
  readonly file: string;
  /** Absent where the log does not say it. */
  readonly collective?: Collective;
  readonly rankCount?: number;
  /** Distinct hosts. */
  readonly nodeCount?: number;
  /** As the driver names it: "NVIDIA H100 80GB HBM3". */
  readonly device?: string;
  readonly library?: string;
  readonly rows: readonly MeasuredRow[];
}

export interface MeasuredRow {
  readonly sizeBytes: number;
  /** Out of place, else in place. */
  readonly timeS: number;
}
