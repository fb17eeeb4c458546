/** A rank's part of a task, in its own process. */
import type { Training } from "../records/job.ts";
import { benchMachine } from "./machine-bench.ts";
import type { RankTask, TaskOutcome } from "./rank-task.ts";
import { recordRank } from "./record.ts";
import type { ProcessReport } from "./report.ts";
import type { Team } from "./team.ts";

export function runTask(
  task: RankTask,
  training: Training,
  team: Team,
): ProcessReport {
  const outcome = outcomeOf(task, training, team);
  const totals = { parameterBytes: 0, matmulFlop: 0, sequences: 0 };
  return {
    ...{ firstStep: 1, losses: [], stepTimesS: [], backend: "" },
    rank: { rank: team.rank, pid: process.pid, ...totals, sentBytes: team.sentBytes() },
    outcome,
  };
}

function outcomeOf(task: RankTask, training: Training, team: Team): TaskOutcome {
  if (task.kind === "record") {
    return { kind: "record", record: recordRank(training, { team }) };
  }
  return { kind: "bench", benched: benchMachine(training, task.trace, { team }) };
}
