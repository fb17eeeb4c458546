/** `compare engines`: one question through our engine and other simulators' rules. */
import type { Options } from "yargs";
import { InputError, UsageError } from "../base/errors.ts";
import { isOn, text, texts } from "./command.ts";

export const ENGINE_EXAMPLES: readonly string[] = [
  "fabricast compare engines --cluster bare-switch-64 -n 8 --collective all_reduce --size 1M",
  "fabricast compare engines scenarios/neighbors/incast.csv --cluster bare-switch-64 -n 8 --json",
];

export const ENGINE_OPTIONS: Readonly<Record<string, Options>> = {
  cluster: { type: "string", requiresArg: true, describe: "engines: the cluster, by id or file" },
  collective: {
    type: "string",
    requiresArg: true,
    default: "all_reduce",
    describe: "engines: where no table of messages is named",
  },
  algorithm: {
    type: "string",
    requiresArg: true,
    default: "auto",
    describe: "engines: a ring where it runs, or by name",
  },
};

export async function answerEngines(flags: Readonly<Record<string, unknown>>): Promise<number> {
  const reference = text(flags, "cluster");
  if (reference === undefined) throw new UsageError("compare engines needs --cluster");
  const { compareEngines } = await import("../answers/engines.ts");
  const { algorithmFrom, collectiveFrom } = await import("../answers/spelling.ts");
  const { readCluster } = await import("../files/cluster.ts");
  const { parseMessageSize } = await import("../files/spelling.ts");
  const { readTraffic } = await import("../files/traffic.ts");
  const { enginesText } = await import("../report/engines.ts");
  const { countFlag, flagIssue } = await import("./flags.ts");
  const { parseSettings } = await import("./settings.ts");
  const cluster = await readCluster(reference, { set: parseSettings(texts(flags, "set")) });
  const rankCount = countFlag("--accelerators", text(flags, "accelerators") ?? "", 4096);
  const file = text(flags, "to");
  const size = text(flags, "size") ?? "";
  const sizeBytes = parseMessageSize(size);
  if (sizeBytes === undefined || sizeBytes <= 0) {
    throw new InputError([flagIssue("--size", `"${size}"`, "a size, as 1M", "correct --size")]);
  }
  const found = compareEngines({
    ...{ cluster, rankCount },
    asked:
      file === undefined
        ? {
            collective: collectiveFrom(text(flags, "collective") ?? ""),
            algorithm: algorithmFrom(text(flags, "algorithm") ?? "auto"),
            sizeBytes,
          }
        : { traffic: await readTraffic(file, rankCount), name: file },
  });
  const isJson = isOn(flags, "json") || text(flags, "format") === "json";
  process.stdout.write(isJson ? `${JSON.stringify(found, null, 2)}\n` : enginesText(found));
  return 0;
}
