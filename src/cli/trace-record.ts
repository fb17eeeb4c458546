/** `trace record`: a step of a training, or of a model's shapes, into a file. */
import { UsageError } from "../base/errors.ts";
import { bytes, duration } from "../base/format.ts";
import { median } from "../base/quantile.ts";
import type { RecordedTrace } from "../records/trace-file.ts";
import { nodeCount } from "../records/trace-file.ts";
import { text } from "./command.ts";
import { countFlag } from "./flags.ts";
import { prints } from "./native-options.ts";
import { degreesOf, optionalCount, outputOf } from "./trace-options.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function recordToFile(target: string | undefined, flags: Flags): Promise<number> {
  const output = outputOf(flags, "record");
  const isWalk = text(flags, "device") === "shape-only";
  const recorded = await (isWalk ? walked(target, flags) : trained(target, flags));
  const { writeTrace } = await import("../files/trace-file.ts");
  const fileBytes = await writeTrace(output, recorded);
  const ops = recorded.programs.reduce((sum, { trace }) => sum + trace.ops.length, 0);
  const nodes = recorded.programs.reduce((sum, { trace }) => sum + nodeCount(trace), 0);
  const report = { file: output, ops, collectives: nodes - ops, bytes: fileBytes };
  prints(flags, report, words(recorded, report));
  return 0;
}

async function trained(target: string | undefined, flags: Flags): Promise<RecordedTrace> {
  if (target === undefined) throw new UsageError("trace record takes a training: an id or a file");
  const { readTraining } = await import("../files/training.ts");
  const { parallelOf } = await import("./native-layout.ts");
  const { rankCountOf } = await import("../training/mesh.ts");
  const { refuseMemory } = await import("../training/memory.ts");
  const file = await readTraining(target);
  const seed = optionalCount(flags, "seed");
  const batch = optionalCount(flags, "batch");
  const training = {
    ...file,
    ...(seed === undefined ? {} : { seed }),
    ...(batch === undefined ? {} : { batch }),
  };
  const parallel = parallelOf(flags);
  refuseMemory(training, parallel);
  if (rankCountOf(parallel.degrees) > 1) {
    const { recordInProcesses } = await import("../training/rank-task.ts");
    return recordInProcesses(training, { parallel });
  }
  const { recordTraining } = await import("../training/record.ts");
  return recordTraining(training);
}

async function walked(target: string | undefined, flags: Flags): Promise<RecordedTrace> {
  const { recordShapes, recordTrainingShapes } = await import("../training/record-shapes.ts");
  const degrees = degreesOf(flags);
  const model = text(flags, "model");
  if (model === undefined) {
    if (target === undefined) throw new UsageError("give --model ID, or a training");
    const { readTraining } = await import("../files/training.ts");
    return recordTrainingShapes(await readTraining(target), degrees);
  }
  const { readModel } = await import("../files/model.ts");
  const spec = await readModel(model);
  const tokens = spec.family === "mlp" ? 1 : spec.contextTokens;
  return recordShapes(spec, {
    batch: countFlag("--batch", text(flags, "batch") ?? "1"),
    tokens: optionalCount(flags, "tokens") ?? tokens,
    elementBytes: text(flags, "precision") === "fp32" ? 4 : 2,
    degrees,
  });
}

function words({ measured, programs }: RecordedTrace, report: { file: string; bytes: number }) {
  const [first] = programs;
  const ranks = programs.reduce((sum, program) => sum + program.ranks.length, 0);
  const lines = [
    `${first?.trace.ops.length ?? 0} ops of ${first?.trace.model ?? ""}, ` +
      `${programs.length === 1 ? "one program" : `${programs.length} programs`} for ${ranks} ` +
      `${ranks === 1 ? "rank" : "ranks"}: ${report.file}, ${bytes(report.bytes)}`,
  ];
  if (measured !== undefined) {
    lines.push(
      `${measured.stepTimesS.length} later steps, unrecorded: median ` +
        `${duration(median(measured.stepTimesS))} (${measured.backend})`,
    );
  }
  return lines.join("\n");
}
