/** `calibrate --from nccl:LOG,LOG`: the constants of a cluster from measured collectives. */
import { InputError, UsageError } from "../base/errors.ts";
import { isOn, text, texts } from "./command.ts";
import { flagIssue } from "./flags.ts";
import { say } from "./output.ts";

export async function calibrateFromLogs(
  flags: Readonly<Record<string, unknown>>,
  from: string,
): Promise<number> {
  const { calibrate: fit } = await import("../answers/calibrate.ts");
  const { algorithmFrom } = await import("../answers/spelling.ts");
  const { readCluster } = await import("../files/cluster.ts");
  const { readNcclLog } = await import("../files/nccl-log.ts");
  const { overlayText } = await import("../files/overlay.ts");
  const { writeText } = await import("../files/write.ts");
  const { calibrationText } = await import("../report/calibration.ts");
  const { parseSettings } = await import("./settings.ts");

  const files = filesOf(from);
  const algorithm = algorithmFrom(text(flags, "algorithm") ?? "auto");
  const set = parseSettings(texts(flags, "set"));
  const id = text(flags, "cluster");
  if (id === undefined) throw new UsageError("--from nccl: needs --cluster");
  const cluster = await readCluster(id, { set });
  const logs = [];
  for (const file of files) logs.push(await readNcclLog(file));
  const found = fit(cluster, logs, algorithm);
  const out = text(flags, "out");
  if (out !== undefined) {
    await writeText(out, overlayText(cluster.id, found.set, `Fitted to ${files.join(", ")}.`));
    say(`wrote ${out}`);
  }
  const shown = isOn(flags, "json")
    ? `${JSON.stringify(found, null, 1)}\n`
    : calibrationText(found);
  process.stdout.write(shown);
  return 0;
}

function filesOf(word: string): string[] {
  const files = /^nccl:(.+)$/.exec(word)?.[1]?.split(",") ?? [];
  if (files.length > 0 && files.every((file) => file !== "")) return files;
  const expected = "nccl: and files with a comma between them";
  throw new InputError([
    flagIssue("--from", `"${word}"`, expected, "write --from nccl:run1.log,run2.log"),
  ]);
}
