/** `import chakra|kineto PATH`, `replay PATH --cluster ID`, and `run` where a trace is asked. */
import { basename } from "node:path";
import { printable } from "../base/printable.ts";
import type { TraceQuestion } from "../records/trace-question.ts";
import { isOn, text, texts } from "./command.ts";

type Flags = Readonly<Record<string, unknown>>;

export const COMPUTE_WORDS = ["auto", "recorded", "operations"] as const;

export async function importChakra(flags: Flags, prefix: string): Promise<number> {
  const { readChakra } = await import("../files/formats/chakra-files.ts");
  const { executionSummary, summaryLines } = await import("../answers/trace/execution-summary.ts");
  const summary = executionSummary(await readChakra(prefix, { groups: text(flags, "groups") }));
  return printed(flags, summary, summaryLines(summary));
}

export async function importKineto(flags: Flags, path: string): Promise<number> {
  const { readProfiles } = await import("../files/formats/profile-trace.ts");
  const { profileLines, profileSummary } = await import("../answers/trace/profile-summary.ts");
  const ranks = (await readProfiles(path)).map(profileSummary);
  return printed(flags, { ranks }, ranks.flatMap(profileLines));
}

export async function replayOnCluster(flags: Flags, prefix: string): Promise<number> {
  const { traceQuestion } = await import("../files/trace-question.ts");
  const { readCluster } = await import("../files/cluster.ts");
  const { parseSettings } = await import("./settings.ts");
  const set = parseSettings(texts(flags, "set"));
  const cluster = await readCluster(text(flags, "cluster") ?? "", { set });
  const compute = COMPUTE_WORDS.find((one) => one === text(flags, "compute")) ?? "auto";
  const groups = text(flags, "groups");
  const id = basename(prefix);
  return await answered(flags, await traceQuestion({ id, prefix, groups, cluster, compute }));
}

export async function answered(flags: Flags, question: TraceQuestion): Promise<number> {
  const { executionReplay, replayedLines } = await import("../answers/trace/execution-replay.ts");
  const replayed = executionReplay(question);
  return printed(flags, replayed, [question.title, ...replayedLines(replayed)]);
}

function printed(flags: Flags, figures: unknown, lines: readonly string[]): number {
  const output = isOn(flags, "json") ? JSON.stringify(figures, null, 2) : lines.map(printable);
  process.stdout.write(`${Array.isArray(output) ? output.join("\n") : output}\n`);
  return 0;
}
