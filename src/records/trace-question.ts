/** A recorded trace to be replayed on a cluster. */
import type { Cluster } from "./cluster.ts";
import type { ExecutionTrace } from "./execution-trace.ts";

/** Where the seconds of compute nodes come from; auto: as recorded, where something was. */
export type ComputeFrom = "auto" | "recorded" | "operations";

export interface TraceQuestion {
  readonly id: string;
  readonly title: string;
  readonly trace: ExecutionTrace;
  readonly cluster: Cluster;
  readonly compute: ComputeFrom;
}
