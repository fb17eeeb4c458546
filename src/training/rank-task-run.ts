/** A rank's part of a task, in its own process. */
import type { Training } from "../records/job.ts";
import { benchMachine } from "./machine-bench.ts";
import type { RankTask, TaskOutcome } from "./rank-task.ts";
import { recordRank } from "./record.ts";
import type { ProcessReport } from "./report.ts";
import type { Member } from "./stepper.ts";

export function runTask(task: RankTask, training: Training, member: Member): ProcessReport {
  const outcome = outcomeOf(task, training, member);
  const { team } = member;
  const totals = { parameterBytes: 0, matmulFlop: 0, sequences: 0, gradientBytes: 0 };
  return {
    ...{ firstStep: 1, losses: [], stepTimesS: [], backend: "", microBatches: 1 },
    overlap: { exchangeS: 0, waitedS: 0 },
    rank: {
      rank: team.rank,
      pid: process.pid,
      ...totals,
      optimizerBytes: 0,
      sentBytes: team.sentBytes(),
    },
    outcome,
  };
}

function outcomeOf(task: RankTask, training: Training, member: Member): TaskOutcome {
  if (task.kind === "record") {
    return { kind: "record", record: recordRank(training, { member }) };
  }
  return { kind: "bench", benched: benchMachine(training, task.trace, { member }) };
}
