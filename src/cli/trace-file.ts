/** `trace show|check|selfcheck|scale FILE`: what is said about a trace that is there. */
import { present } from "../base/assert.ts";
import { InputError, Refusal, UsageError } from "../base/errors.ts";
import { duration, fixed, percent } from "../base/format.ts";
import type { Training } from "../records/job.ts";
import type { Benched } from "../records/machine.ts";
import type { RecordedTrace } from "../records/trace-file.ts";
import { text } from "./command.ts";
import { prints } from "./native-options.ts";
import { say } from "./output.ts";
import { optionalCount } from "./trace-options.ts";
import { scaleWords, summaryWords } from "./trace-words.ts";

type Flags = Readonly<Record<string, unknown>>;

async function read(path: string): Promise<RecordedTrace> {
  const { readTrace } = await import("../files/trace-read.ts");
  return readTrace(path);
}

export async function showFile(path: string, flags: Flags): Promise<number> {
  const { summaryOf } = await import("../answers/trace/summary.ts");
  const summary = summaryOf(await read(path));
  prints(flags, summary, summaryWords(summary));
  return 0;
}

export async function checkFile(path: string, flags: Flags): Promise<number> {
  const { checkTrace } = await import("../files/trace-check.ts");
  const { issues, ...counts } = checkTrace(await read(path), path);
  if (issues.length > 0) throw new InputError(issues);
  const words =
    `${fixed(counts.opCount)} ops, ${fixed(counts.collectives)} collectives, ` +
    `${fixed(counts.dependencies)} dependencies: acyclic; ` +
    `${fixed(counts.sends)} sends, each received; bytes and flop add up`;
  prints(flags, { acyclic: true, matched: true, conserved: true, ...counts }, words);
  return 0;
}

export async function selfcheckFile(path: string, flags: Flags): Promise<number> {
  const recorded = await read(path);
  const { training } = recorded;
  if (training === undefined) return refuseShapes(path);
  refuseLayout(recorded);
  const { selfcheckOf } = await import("../answers/trace/selfcheck.ts");
  const { availableParallelism } = await import("node:os");
  const checked = selfcheckOf(recorded, await benched(training, recorded), availableParallelism());
  const { p10, p90 } = checked.measuredRangeS;
  const words =
    `measured ${duration(checked.measuredS)} a step ` +
    `(p10 ${duration(p10)}, p90 ${duration(p90)}), ` +
    `predicted ${duration(checked.predictedS)} from kinds, shapes, flop and bytes: ` +
    `${checked.relativeError < 0 ? "" : "+"}${percent(checked.relativeError)}`;
  prints(flags, checked, words);
  return 0;
}

async function benched(training: Training, recorded: RecordedTrace): Promise<Benched> {
  const { trace } = present(recorded.programs[0], "a program");
  const { rankCountOf } = await import("../training/mesh.ts");
  const { meshOf } = await import("../training/record-shapes.ts");
  const degrees = meshOf(recorded.degrees);
  if (rankCountOf(degrees) > 1) {
    const { benchInProcesses } = await import("../training/rank-task.ts");
    const { ONE_PROCESS } = await import("../training/parallel.ts");
    // Only where rows are split do ranks of a tensor group gather them.
    const sequenceParallel = (trace.collectives ?? []).some(({ kind, group }) => {
      return group === "tensor" && kind === "all-gather";
    });
    const parallel = { ...ONE_PROCESS, degrees, sequenceParallel };
    return benchInProcesses(training, trace, { parallel });
  }
  const { benchMachine } = await import("../training/machine-bench.ts");
  return benchMachine(training, trace);
}

/** Benches run one program, the same on all ranks at the same time. */
function refuseLayout({ degrees }: RecordedTrace): void {
  const { dp: _, tp: __, ...others } = degrees;
  const split = Object.entries(others).filter(([, degree]) => degree > 1);
  if (split.length === 0) return;
  throw new Refusal({
    code: "not-benched",
    pointer: "/degrees",
    found: `a training with ${split.map(([name, degree]) => `${name} ${degree}`).join(", ")}`,
    expected: "data and tensor parallelism alone, or one process",
    nextStep: "record it with --dp and --tp alone",
  });
}

function refuseShapes(path: string): never {
  throw new Refusal({
    code: "nothing-trained",
    pointer: "",
    found: `${path}, a trace of shapes alone`,
    expected: "a trace of a training, which can run here again",
    nextStep: "record one: `trace record SCENARIO -o FILE`",
  });
}

export async function scaleFile(path: string, flags: Flags): Promise<number> {
  const recorded = await read(path);
  const { summaryOf } = await import("../answers/trace/summary.ts");
  const scaled = await projected(recorded, flags);
  const [before, after] = [summaryOf(recorded), summaryOf(scaled)];
  const output = text(flags, "output");
  if (output !== undefined) {
    const { writeTrace } = await import("../files/trace-file.ts");
    await writeTrace(output, scaled);
    say(`wrote ${output}`);
  }
  prints(flags, { from: before, to: after }, scaleWords(before, after));
  return 0;
}

/** The same step at other sizes, walked without arithmetic. */
async function projected(recorded: RecordedTrace, flags: Flags): Promise<RecordedTrace> {
  const { recordShapes } = await import("../training/record-shapes.ts");
  const { trace } = present(recorded.programs[0], "a program");
  const id = text(flags, "model");
  const [batch, tokens] = [optionalCount(flags, "batch"), optionalCount(flags, "tokens")];
  if (id === undefined && batch === undefined && tokens === undefined) {
    throw new UsageError("trace scale takes --model, --batch or --tokens");
  }
  const { readModel } = await import("../files/model.ts");
  const model = id === undefined ? recorded.model : await readModel(id);
  const most = model.family === "mlp" ? 1 : model.contextTokens;
  return recordShapes(model, {
    batch: batch ?? trace.sampleCount,
    tokens: tokens ?? (id === undefined ? trace.tokensPerSample : most),
    elementBytes: trace.elementBytes,
    degrees: recorded.degrees,
  });
}

export async function exportFile(path: string, flags: Flags): Promise<number> {
  const { exportTrace } = await import("./trace-export.ts");
  return exportTrace(path, await read(path), flags);
}
