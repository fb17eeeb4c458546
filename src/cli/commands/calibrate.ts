/** `calibrate --from nccl:LOG,LOG`: the constants of a cluster from measured collectives. */
import { InputError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { flagIssue } from "../flags.ts";
import { CLUSTER_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";
import { say } from "../output.ts";

export const calibrate: Command = {
  names: ["calibrate"],
  words: ["calibrate"],
  describe: "Fit a cluster's endpoint and link constants to logs of nccl-tests",
  examples: [
    "fabricast calibrate --from nccl:scenarios/logs/nccl-h100-8.log " +
      "--cluster h100-fat-tree-1to1",
  ],
  options: {
    from: {
      type: "string",
      requiresArg: true,
      demandOption: true,
      describe: "nccl:LOG[,LOG]: output of nccl-tests, text or JSON",
    },
    cluster: CLUSTER_OPTION,
    algorithm: { type: "string", default: "auto", describe: "what the library took; or auto" },
    out: {
      type: "string",
      requiresArg: true,
      describe: "write the constants as an overlay: collective --overlay takes it",
    },
    set: SET_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { calibrate: fit } = await import("../../answers/calibrate.ts");
    const { algorithmFrom } = await import("../../answers/spelling.ts");
    const { readCluster } = await import("../../files/cluster.ts");
    const { readNcclLog } = await import("../../files/nccl-log.ts");
    const { overlayText } = await import("../../files/overlay.ts");
    const { writeText } = await import("../../files/write.ts");
    const { calibrationText } = await import("../../report/calibration.ts");
    const { parseSettings } = await import("../settings.ts");

    const files = filesOf(text(flags, "from") ?? "");
    const algorithm = algorithmFrom(text(flags, "algorithm") ?? "auto");
    const set = parseSettings(texts(flags, "set"));
    const cluster = await readCluster(text(flags, "cluster") ?? "", { set });
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
  },
};

function filesOf(word: string): string[] {
  const files = /^nccl:(.+)$/.exec(word)?.[1]?.split(",") ?? [];
  if (files.length > 0 && files.every((file) => file !== "")) return files;
  const expected = "nccl: and files with a comma between them";
  throw new InputError([
    flagIssue("--from", `"${word}"`, expected, "write --from nccl:run1.log,run2.log"),
  ]);
}
