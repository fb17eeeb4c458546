/**
 * How long the compute nodes of an execution trace take: as recorded, or by their flop and bytes
 * on the accelerator of a cluster. "auto" takes what was recorded where something was.
 */
import { Refusal } from "../../base/errors.ts";
import type { Cluster } from "../../records/cluster.ts";
import type { ExecutionTrace } from "../../records/execution-trace.ts";
import { NODE } from "../../records/execution-trace.ts";
import type { ComputeFrom } from "../../records/trace-question.ts";
import { opTime } from "../../workload/compute/op-time.ts";

export interface ExecutionTimes {
  readonly computeS: (rank: number, place: number) => number;
  readonly recordedCount: number;
  readonly modeledCount: number;
  /** Nodes that say neither duration nor work: they take no time. */
  readonly silentCount: number;
}

export function executionTimes(
  { ranks }: ExecutionTrace,
  cluster: Cluster,
  from: ComputeFrom,
): ExecutionTimes {
  const counts = { recordedCount: 0, modeledCount: 0, silentCount: 0 };
  const timesS = ranks.map(({ kinds, durationS, flop, bytes }) => {
    const seconds = new Float64Array(kinds.length);
    for (let i = 0; i < kinds.length; i++) {
      if (kinds[i] !== NODE.compute && kinds[i] !== NODE.memory) continue;
      const work = (flop[i]! > 0 ? flop[i]! : 0) + (bytes[i]! > 0 ? bytes[i]! : 0);
      if (from !== "operations" && durationS[i]! > 0) {
        seconds[i] = durationS[i]!;
        counts.recordedCount++;
      } else if (from !== "recorded" && work > 0) {
        seconds[i] = modeledS(cluster, flop[i]!, bytes[i]!);
        counts.modeledCount++;
      } else counts.silentCount++;
    }
    return seconds;
  });
  return { ...counts, computeS: (rank, place) => timesS[rank]?.[place] ?? 0 };
}

function modeledS(cluster: Cluster, flop: number, bytes: number): number {
  const { accelerator } = cluster.node;
  const { software } = cluster;
  if (accelerator === undefined || software === undefined) {
    throw new Refusal({
      code: "no-accelerator",
      pointer: "",
      found: `nodes without durations on ${cluster.id}, which has no accelerators`,
      expected: "a cluster that computes, or durations in the trace",
      nextStep: "name another cluster, or take --compute recorded",
    });
  }
  const has = (value: number): number => (value > 0 ? value : 0);
  const op = { phase: "forward", name: "", shape: [], writtenBytes: 0 } as const;
  const kind = flop > 0 ? "matmul" : "element-wise";
  return opTime({ ...op, kind, flop: has(flop), readBytes: has(bytes) }, accelerator, software)
    .totalS;
}
