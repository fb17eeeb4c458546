/** `traffic FILE`: explicit messages, generated ones, and jobs among them. */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { NETWORK_OPTIONS, networkChoices } from "../network-flags.ts";
import { CLUSTER_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";
import { say } from "../output.ts";
import { UsageError } from "../../base/errors.ts";
import type { TrafficResult } from "../../records/traffic.ts";

const { semantics, share, routing, fail, slow } = NETWORK_OPTIONS;

export const traffic: Command = {
  names: ["traffic"],
  words: ["traffic [file]"],
  describe: "Send messages over a fabric: when does each arrive, which links are busy?",
  examples: [
    "fabricast traffic --generate incast:32 --size 1M --cluster bare-fat-tree-1024",
    "fabricast traffic --generate permutation:7 --cluster bare-torus-4x4x4 --json",
    "fabricast traffic --job 'all-reduce ranks=64 size=64M' --job 'all-to-all ranks=64 size=64M " +
      "placement=spread' --cluster bare-fat-tree-1024",
  ],
  options: {
    cluster: CLUSTER_OPTION,
    generate: {
      type: "string",
      requiresArg: true,
      describe: "messages by rule: incast:N, permutation:SEED, all-to-all, uniform:SEED",
    },
    size: { type: "string", requiresArg: true, default: "1M", describe: "bytes of each of these" },
    job: {
      type: "array",
      string: true,
      requiresArg: true,
      describe: "a collective among them: 'all-reduce ranks=64 size=1G placement=spread'",
    },
    routing: { ...routing },
    share: { ...share },
    semantics: { ...semantics },
    fail: { ...fail, describe: "what is down: leaf-0:spine-3, or from a date on: spine-3@2ms" },
    slow: { ...slow, describe: "what is slower: leaf-0:spine-3=25%, from a date on: …=25%@2ms" },
    events: { type: "string", requiresArg: true, describe: "write every flow to this CSV" },
    links: { type: "string", requiresArg: true, describe: "write the load of links to this CSV" },
    heat: { type: "string", requiresArg: true, describe: "draw the load of links to this SVG" },
    set: SET_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { answerTraffic } = await import("../../answers/traffic.ts");
    const { fullRankCount } = await import("../../answers/topology.ts");
    const { collectiveFrom } = await import("../../answers/spelling.ts");
    const { readCluster } = await import("../../files/cluster.ts");
    const { parseSettings } = await import("../settings.ts");
    const { readTraffic } = await import("../../files/traffic.ts");
    const { failuresOf, jobOf, patternOf, sizeFlag, slowingsOf } =
      await import("../traffic-options.ts");

    const set = parseSettings(texts(flags, "set"));
    const cluster = await readCluster(text(flags, "cluster") ?? "", { set });
    const rankCount = fullRankCount(cluster);
    const file = text(flags, "file");
    const rule = text(flags, "generate");
    const jobs = [];
    for (const line of texts(flags, "job")) jobs.push(await jobOf(line, collectiveFrom));
    if (file === undefined && rule === undefined && jobs.length === 0) {
      throw new UsageError("traffic needs a FILE of messages, --generate or --job");
    }
    const { failed, failures } = await failuresOf(texts(flags, "fail"));
    const slowings = await slowingsOf(texts(flags, "slow"));
    const choices = await networkChoices({ ...flags, fail: failed, slow: [] }, rankCount);
    const result = answerTraffic({
      ...{ cluster, rankCount, jobs, failures: [...failures, ...slowings] },
      ...(file === undefined ? {} : { traffic: await readTraffic(file, rankCount) }),
      ...(rule === undefined
        ? {}
        : { pattern: patternOf(rule), sizeBytes: sizeFlag("--size", text(flags, "size") ?? "") }),
      ...(choices.routing === undefined ? {} : { routing: choices.routing }),
      failed: choices.failed ?? [],
      share: choices.share ?? "equal",
      semantics: choices.semantics ?? "barrier",
    });
    await writeFiles(result, flags);
    const { trafficText } = await import("../../report/traffic.ts");
    const shown = isOn(flags, "json") ? `${JSON.stringify(result)}\n` : trafficText(result);
    process.stdout.write(shown);
    return 0;
  },
};

async function writeFiles(
  result: TrafficResult,
  flags: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { eventsCsv, linksCsv } = await import("../../report/traffic.ts");
  const { heatMapSvg } = await import("../../report/traffic-heat.ts");
  const { writeText } = await import("../../files/write.ts");
  const files = [
    ["events", () => eventsCsv(result)],
    ["links", () => linksCsv(result)],
    ["heat", () => Promise.resolve(heatMapSvg(result))],
  ] as const;
  for (const [flag, make] of files) {
    const path = text(flags, flag);
    if (path === undefined) continue;
    await writeText(path, await make());
    say(`wrote ${path}`);
  }
}
