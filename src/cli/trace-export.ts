/** `trace export FILE --to perfetto|chakra -o OUT`. */
import { at } from "../base/assert.ts";
import { InputError, UsageError } from "../base/errors.ts";
import { fixed } from "../base/format.ts";
import type { TimedNode } from "../answers/trace/timeline.ts";
import type { TimelineEvent } from "../files/formats/perfetto.ts";
import type { RankProgram, RecordedTrace } from "../records/trace-file.ts";
import { text } from "./command.ts";
import { prints } from "./native-options.ts";
import { outputOf } from "./trace-options.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function exportTrace(
  path: string,
  recorded: RecordedTrace,
  flags: Flags,
): Promise<number> {
  const output = outputOf(flags, "export");
  const { checkTrace } = await import("../files/trace-check.ts");
  const { issues } = checkTrace(recorded, path);
  if (issues.length > 0) throw new InputError(issues);
  const to = text(flags, "to");
  if (to === "perfetto") return exportPerfetto(recorded, output, flags);
  if (to === "chakra") {
    const { exportChakra } = await import("./trace-chakra.ts");
    return exportChakra(recorded, output, flags);
  }
  throw new UsageError("trace export takes --to perfetto or --to chakra");
}

async function exportPerfetto(
  recorded: RecordedTrace,
  output: string,
  flags: Flags,
): Promise<number> {
  const { perfettoFile } = await import("../files/formats/perfetto.ts");
  const { timelineOf } = await import("../answers/trace/timeline.ts");
  const { writeText } = await import("../files/write.ts");
  const { measured } = recorded;
  const events = recorded.programs.flatMap((program, i) => {
    // One rank of each program; all others of it do the same.
    const durationsS = i === 0 ? measured?.opDurationsS : undefined;
    return timelineOf(program, durationsS).map((node) => eventOf(program, node));
  });
  const times = measured === undefined ? "order only: a microsecond an op" : "measured";
  const about = { model: recorded.model.id, times };
  const file = perfettoFile(events, about);
  await writeText(output, file.text);
  const { eventCount, droppedCount } = file;
  const words =
    `${output}: ${fixed(eventCount)} events (${times})` +
    (droppedCount === 0 ? "" : `; the last ${fixed(droppedCount)} did not go in`);
  prints(flags, { file: output, events: eventCount, dropped: droppedCount, times }, words);
  return 0;
}

function eventOf(
  { trace, ranks }: RankProgram,
  { nodeId, stream, startS, durationS }: TimedNode,
): TimelineEvent {
  const place = { rank: ranks[0] ?? 0, stream, startS, durationS };
  const op = trace.ops[nodeId];
  if (op !== undefined) {
    const { name, kind, phase, flop, readBytes, writtenBytes } = op;
    const details = { phase, shape: op.shape.join(" x "), flop, readBytes, writtenBytes };
    return { ...place, name, kind, details };
  }
  const collective = at(trace.collectives ?? [], nodeId - trace.ops.length);
  const { name, kind, group, rankCount, bytes } = collective;
  return { ...place, name, kind, details: { group, rankCount, bytes } };
}
