/** `traffic FILE`: explicit messages, generated ones, and jobs among them. */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { NETWORK_OPTIONS, networkChoices } from "../network-flags.ts";
import { CLUSTER_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";
import { say } from "../output.ts";
import { PROGRESS_OPTION, progressFor } from "../progress.ts";
import { UsageError } from "../../base/errors.ts";
import type { PacketOptions } from "../../records/packet.ts";
import { PACKET_DEFAULTS } from "../../records/packet.ts";
import type { TrafficResult } from "../../records/traffic.ts";

const { semantics, share, routing, fail, slow } = NETWORK_OPTIONS;

export const traffic: Command = {
  names: ["traffic"],
  words: ["traffic [file]"],
  describe: "Send messages over a fabric: when does each arrive, which links are busy?",
  examples: [
    "fabricast traffic --generate incast:32 --size 1M --cluster bare-fat-tree-1024",
    "fabricast traffic scenarios/neighbors/chain.cm --cluster bare-switch-64",
    "fabricast traffic --generate permutation:7 --cluster bare-torus-4x4x4 --json",
    "fabricast traffic --generate incast:8 --cluster bare-torus-4x4x4 --fidelity packet",
    "fabricast traffic --job 'all-reduce ranks=64 size=64M' --job 'all-to-all ranks=64 size=64M " +
      "placement=spread' --cluster bare-fat-tree-1024",
  ],
  options: {
    cluster: { ...CLUSTER_OPTION, demandOption: false },
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
    fidelity: { choices: ["flow", "packet"], default: "flow", describe: "flows, or each packet" },
    "against-packets": { type: "boolean", describe: "how far flows are from packets, as a page" },
    out: { type: "string", requiresArg: true, describe: "write that page to this file" },
    lossy: { type: "boolean", describe: "packets: full queues drop, instead of stopping senders" },
    control: {
      choices: ["window", "dcqcn"],
      default: "window",
      describe: "packets: what senders heed: a window, or marks too",
    },
    routing: { ...routing },
    share: { ...share },
    semantics: { ...semantics },
    fail: { ...fail, describe: "what is down: leaf-0:spine-3, or from a date on: spine-3@2ms" },
    slow: { ...slow, describe: "what is slower: leaf-0:spine-3=25%, from a date on: …=25%@2ms" },
    events: { type: "string", requiresArg: true, describe: "write every flow to this CSV" },
    links: { type: "string", requiresArg: true, describe: "write the load of links to this CSV" },
    heat: { type: "string", requiresArg: true, describe: "draw the load of links to this SVG" },
    progress: PROGRESS_OPTION,
    set: SET_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags) {
    if (isOn(flags, "against-packets")) return againstPackets(text(flags, "out"));
    const { answerTraffic } = await import("../../answers/traffic.ts");
    const { fullRankCount } = await import("../../answers/topology.ts");
    const { collectiveFrom } = await import("../../answers/spelling.ts");
    const { readCluster } = await import("../../files/cluster.ts");
    const { parseSettings } = await import("../settings.ts");
    const { readTraffic } = await import("../../files/traffic.ts");
    const { failuresOf, jobOf, patternOf, sizeFlag, slowingsOf } =
      await import("../traffic-options.ts");

    const set = parseSettings(texts(flags, "set"));
    const id = text(flags, "cluster");
    if (id === undefined) throw new UsageError("traffic needs --cluster");
    const cluster = await readCluster(id, { set });
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
    const onProgress = progressFor(flags);
    const result = answerTraffic({
      ...(onProgress === undefined ? {} : { onProgress }),
      ...{ cluster, rankCount, jobs, failures: [...failures, ...slowings] },
      ...(file === undefined ? {} : { traffic: await readTraffic(file, rankCount) }),
      ...(rule === undefined
        ? {}
        : { pattern: patternOf(rule), sizeBytes: sizeFlag("--size", text(flags, "size") ?? "") }),
      ...(choices.routing === undefined ? {} : { routing: choices.routing }),
      ...packetChoice(flags),
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

/** Small trees for each class of traffic, and one of 1,024 hosts for the tail of hashed ways. */
async function againstPackets(out: string | undefined): Promise<number> {
  const { flowAccuracyPage, flowErrors } = await import("../../answers/flow-accuracy.ts");
  const { readCluster } = await import("../../files/cluster.ts");
  const { parseSettings } = await import("../settings.ts");
  const set = parseSettings(["hosts=256", "hostsPerLeaf=16"]);
  const small = await readCluster("bare-fat-tree-2l", { set });
  const large = await readCluster("bare-fat-tree-1024");
  const tails = flowErrors(large, 1024, /^permutation, (hashed 1|sprayed)$/);
  const page = flowAccuracyPage([...flowErrors(small, 256), ...tails]);
  if (out === undefined) process.stdout.write(page);
  else {
    const { writeText } = await import("../../files/write.ts");
    await writeText(out, page);
  }
  return 0;
}

function packetChoice(flags: Readonly<Record<string, unknown>>): { packet?: PacketOptions } {
  if (text(flags, "fidelity") !== "packet") return {};
  const control = text(flags, "control") === "dcqcn" ? "dcqcn" : "window";
  return { packet: { ...PACKET_DEFAULTS, control, isLossless: !isOn(flags, "lossy") } };
}

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
