/** `collective NAME`: how long does it take? In nccl-tests' columns and spellings. */
import { basename } from "node:path";
import { UsageError } from "../../base/errors.ts";
import type { Collective } from "../../records/schedule.ts";
import type { Command } from "../command.ts";
import { text, texts } from "../command.ts";
import { NETWORK_OPTIONS, networkChoices } from "../network-flags.ts";
import { CLUSTER_OPTION, COLOR_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";
import { MEASURED_OPTIONS, measuredVerdict } from "../measured.ts";
import { codeOf, show } from "../output.ts";
import { PROGRESS_OPTION, progressFor } from "../progress.ts";
import { shownWords } from "../words.ts";

export const collective: Command = {
  names: ["collective"],
  words: ["collective [name]"],
  describe: "Time a collective over a range of sizes",
  examples: [
    "fabricast collective --measured scenarios/logs/nccl-h100-8.log",
    "fabricast collective all_reduce --cluster bare-fat-tree-1024 --ranks 1024 -b 1M -e 1G -f 4",
    "fabricast collective reduce_scatter --cluster h100-torus --ranks 64 --algorithm torus --json",
    "fabricast collective all_reduce --cluster bare-switch-64 --ranks 4 --algorithm " +
      "scenarios/neighbors/ring-4.xml",
  ],
  options: {
    cluster: { ...CLUSTER_OPTION, demandOption: false },
    ranks: { type: "string", requiresArg: true, describe: "ranks; default: the whole cluster" },
    b: {
      type: "string",
      alias: "minbytes",
      default: "1M",
      describe: "smallest size (K, M, G: binary)",
    },
    e: { type: "string", alias: "maxbytes", default: "1G", describe: "largest size" },
    f: { type: "string", alias: "stepfactor", default: "2", describe: "factor between sizes" },
    algorithm: {
      type: "string",
      alias: "algo",
      default: "auto",
      describe: "auto, ring, … or a file: moves as CSV, a module, MSCCL's XML",
    },
    ...NETWORK_OPTIONS,
    overlay: { type: "string", requiresArg: true, describe: "fitted constants, from `calibrate`" },
    ...MEASURED_OPTIONS,
    set: SET_OPTION,
    progress: PROGRESS_OPTION,
    json: JSON_OPTION,
    color: COLOR_OPTION,
  },
  async handle(flags, words) {
    const log = text(flags, "measured");
    if (log !== undefined) return await measuredVerdict(log, flags);
    if (text(flags, "name") === undefined || text(flags, "cluster") === undefined) {
      throw new UsageError("collective needs a NAME and --cluster, or --measured LOG");
    }
    const { collectiveFrom, algorithmFrom } = await import("../../answers/spelling.ts");
    const { answer } = await import("../../answers/answer.ts");
    const { fullRankCount } = await import("../../answers/topology.ts");
    const { readCluster } = await import("../../files/cluster.ts");
    const { isScheduleFile, readSchedule } = await import("../../files/collective-schedule.ts");
    const { sizesFrom, countFlag } = await import("../flags.ts");
    const { questionDefaults } = await import("../defaults.ts");
    const { parseSettings } = await import("../settings.ts");

    const name = collectiveFrom(text(flags, "name") ?? "");
    const typed = text(flags, "algorithm") ?? "auto";
    const isMsccl = /\.xml$/i.test(typed);
    const isFile = isMsccl || isScheduleFile(typed);
    const algorithm = isFile ? basename(typed) : algorithmFrom(typed);
    const sizesBytes = sizesFrom(text(flags, "b"), text(flags, "e"), text(flags, "f"));
    const cluster = await readCluster(text(flags, "cluster") ?? "", {
      set: [...(await overlayOf(flags)), ...parseSettings(texts(flags, "set"))],
    });
    const ranks = text(flags, "ranks");
    const rankCount = ranks === undefined ? fullRankCount(cluster) : countFlag("--ranks", ranks);
    const moves = isScheduleFile(typed) ? await readSchedule(typed, rankCount) : undefined;
    const msccl = isMsccl ? await mscclOf(typed, name) : undefined;
    const onProgress = progressFor(flags);
    const result = answer(
      {
        ...questionDefaults(`${name}-on-${cluster.id}`),
        title: `How long does ${name} take over ${rankCount} ranks of ${cluster.name}?`,
        kind: "collective",
        cluster,
        collective: name,
        algorithm,
        ...(moves === undefined ? {} : { moves }),
        ...(msccl === undefined ? {} : { msccl }),
        rankCount,
        sizesBytes,
        network: await networkChoices(flags, rankCount),
      },
      { words: shownWords(words), recordings: [], ...(onProgress && { onProgress }) },
    );
    await show(result, flags);
    return codeOf(result);
  },
};

/** The file says which collective it is, and so does the asker. */
async function mscclOf(path: string, name: Collective) {
  const { readMsccl } = await import("../../files/formats/msccl.ts");
  const algorithm = await readMsccl(path);
  if (algorithm.collective === name) return algorithm;
  throw new UsageError(`${basename(path)} is an ${algorithm.collective}, not an ${name}`);
}

async function overlayOf(flags: Readonly<Record<string, unknown>>) {
  const path = text(flags, "overlay");
  if (path === undefined) return [];
  const { readOverlay } = await import("../../files/overlay.ts");
  return await readOverlay(path);
}
