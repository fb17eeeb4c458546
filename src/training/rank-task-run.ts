/** A rank's part of a task, in its own process. */
import type { Training } from "../records/job.ts";
import type { Group } from "./group.ts";
import { benchMachine } from "./machine-bench.ts";
import type { RankTask, TaskOutcome } from "./rank-task.ts";
import { recordRank } from "./record.ts";
import type { ProcessReport } from "./report.ts";

export async function runTask(
  task: RankTask,
  training: Training,
  group: Group,
): Promise<ProcessReport> {
  const outcome = await outcomeOf(task, training, group);
  const totals = { parameterBytes: 0, matmulFlop: 0, sequences: 0 };
  return {
    ...{ firstStep: 1, losses: [], stepTimesS: [], backend: "" },
    rank: { rank: group.share.rank, pid: process.pid, ...totals, sentBytes: group.sentBytes },
    outcome,
  };
}

async function outcomeOf(task: RankTask, training: Training, group: Group): Promise<TaskOutcome> {
  if (task.kind === "record") {
    return { kind: "record", record: await recordRank(training, { group }) };
  }
  return { kind: "bench", benched: await benchMachine(training, task.trace, { group }) };
}
