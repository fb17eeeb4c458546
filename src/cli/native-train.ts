/** `native train`: trains a model for real, in one process or several, and says how it went. */
import { shellQuoted } from "../base/shell.ts";
import { significant, fixed } from "../base/format.ts";
import type { Training } from "../records/job.ts";
import type { Transport } from "../training/messages.ts";
import type { Parallel } from "../training/parallel.ts";
import type { ProcessReport } from "../training/report.ts";
import type { Saving } from "../training/saving.ts";
import { text } from "./command.ts";
import { countFlag } from "./flags.ts";
import { changedTraining, prints, pruneOptions, stallAfter } from "./native-options.ts";
import { parallelOf } from "./native-layout.ts";
import { trainingWords } from "./native-words.ts";
import { say } from "./output.ts";

/** Lines of progress in a run. */
const PROGRESS_COUNT = 10;

export async function trainNatively(
  target: string,
  flags: Readonly<Record<string, unknown>>,
  words: readonly string[],
): Promise<number> {
  const { readTraining } = await import("../files/training.ts");
  const { runReport } = await import("../training/report.ts");
  const { refuseMemory } = await import("../training/memory.ts");
  const { rankCountOf } = await import("../training/mesh.ts");
  const { refuseSchedule } = await import("../training/parallel.ts");
  const training = changedTraining(await readTraining(target), flags);
  const parallel = parallelOf(flags);
  const processCount = rankCountOf(parallel.degrees);
  refuseSchedule(training, parallel);
  refuseMemory(training, parallel);
  const run: Run = { training, parallel, saving: savingOf(flags), flags, words };
  const transport = processCount === 1 ? null : await transportOf(flags);
  const done = await (transport === null ? trainAlone(run) : trainTogether(run, transport));
  const report = runReport(done, {
    tokens: tokensOf(training),
    ...{ transport, parallel },
    checkpoint: run.saving.checkpoint ?? null,
  });
  prints(flags, report, trainingWords(training, report));
  return 0;
}

interface Run {
  readonly training: Training;
  readonly parallel: Parallel;
  readonly saving: Saving;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

async function trainAlone({ training, parallel, saving, flags }: Run): Promise<ProcessReport[]> {
  const { runTraining } = await import("../training/run.ts");
  const { savingOptions } = await import("../training/saving.ts");
  const options = await savingOptions(training, saving);
  const progress = progressOf(training);
  const report = await runTraining(training, {
    ...{ ...options, parallel },
    prune: pruneOptions(flags, training),
    onStep: async (trainer, loss) => {
      progress(trainer.step, loss);
      await options.onStep?.(trainer, loss);
    },
  });
  return [report];
}

async function trainTogether(
  { training, parallel, saving, flags, words }: Run,
  transport: Transport,
): Promise<ProcessReport[]> {
  const { trainInProcesses } = await import("../training/processes.ts");
  return trainInProcesses(training, {
    ...{ parallel, transport, saving },
    prune: pruneOptions(flags, training),
    stallAfterS: stallAfter(flags),
    onStart: (pids) => {
      for (const [rank, pid] of pids.entries()) say(`rank ${rank}: pid ${pid}`);
    },
    onStep: progressOf(training),
    advice: (savedStep) => advice(saving, words, savedStep),
  });
}

async function transportOf(flags: Readonly<Record<string, unknown>>): Promise<Transport> {
  const { bestTransport } = await import("../training/processes.ts");
  const asked = text(flags, "transport");
  return asked === "memory" || asked === "tcp" ? asked : bestTransport();
}

function savingOf(flags: Readonly<Record<string, unknown>>): Saving {
  const everySteps = text(flags, "checkpoint-every");
  return {
    checkpoint: text(flags, "checkpoint"),
    everySteps: everySteps === undefined ? undefined : countFlag("--checkpoint-every", everySteps),
    resume: text(flags, "resume"),
  };
}

/** The command that goes on after the last checkpoint; from the start, where there is none. */
function advice(saving: Saving, words: readonly string[], savedStep: number | undefined): string {
  const from = savedStep === undefined ? saving.resume : saving.checkpoint;
  const kept = words.filter((word, i) => {
    return !/^--resume(=|$)/.test(word) && words[i - 1] !== "--resume";
  });
  const again = from === undefined ? kept : [...kept, "--resume", from];
  const command = ["npx", "fabricast", ...again].map(shellQuoted).join(" ");
  const saved = savedStep === undefined ? "nothing was saved" : `step ${savedStep} is saved`;
  return `${saved}; go on with: ${command}`;
}

/** Tokens of a step; samples, for a model that reads vectors. */
function tokensOf({ model, batch }: Training): number {
  return batch * (model.family === "mlp" ? 1 : model.contextTokens);
}

function progressOf({ steps }: Training): (step: number, loss: number) => void {
  const every = Math.max(1, Math.floor(steps / PROGRESS_COUNT));
  return (step, loss) => {
    if (step % every !== 0 && step !== steps && step !== 1) return;
    say(`step ${fixed(step)} of ${fixed(steps)}: loss ${significant(loss, 4)}`);
  };
}
