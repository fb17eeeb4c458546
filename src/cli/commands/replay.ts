/**
 * `replay TARGET --compat MODE`: what another simulator says, by its own published rules; and
 * `replay PREFIX --cluster ID`: a recorded trace on a cluster, by ours.
 */
import { UsageError } from "../../base/errors.ts";
import { COMPUTE_WORDS } from "../execution-trace.ts";
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { CLUSTER_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";

const MODES = ["loggops", "astra-unaware", "astra-aware"] as const;
const HERE = "scenarios/neighbors";
const RING = `--network ${HERE}/ring-8.yml`;

export const replay: Command = {
  names: ["replay"],
  words: ["replay <target>"],
  describe: "Time a recorded trace on a cluster, or a schedule by the rules of another simulator",
  examples: [
    `fabricast replay ${HERE}/chakra/step --cluster bare-switch-64`,
    `fabricast replay ${HERE}/tree-32.goal --compat loggops`,
    `fabricast replay ${HERE}/tree-32.goal --compat loggops --loggops L=3700,o=200,g=5,S=0 --json`,
    `fabricast replay all-reduce:1M --compat astra-unaware ${RING} --system ${HERE}/system.json`,
    `fabricast replay 1-4:1M,2-4:1M --compat astra-aware ${RING} --json`,
  ],
  options: {
    compat: { choices: MODES, describe: "whose rules, where not ours" },
    loggops: {
      type: "string",
      requiresArg: true,
      describe: "L, o, g, G, O in ns (a byte) and S in bytes; default as LogGOPSim's",
    },
    network: { type: "string", requiresArg: true, describe: "ASTRA-sim analytical network, YAML" },
    system: { type: "string", requiresArg: true, describe: "ASTRA-sim system, JSON" },
    cluster: { ...CLUSTER_OPTION, demandOption: false },
    compute: { choices: COMPUTE_WORDS, default: "auto", describe: "seconds of compute nodes" },
    groups: { type: "string", requiresArg: true, describe: "ranks of each group, as JSON" },
    set: SET_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags) {
    const target = text(flags, "target") ?? "";
    if (text(flags, "compat") === undefined) {
      if (text(flags, "cluster") === undefined) {
        throw new UsageError("replay needs --compat MODE, or --cluster and a trace");
      }
      const { replayOnCluster } = await import("../execution-trace.ts");
      return await replayOnCluster(flags, target);
    }
    const { goalReplay, astraReplay } = await import("../replays.ts");
    const mode = MODES.find((one) => one === text(flags, "compat")) ?? "loggops";
    const replayed =
      mode === "loggops"
        ? await goalReplay(target, text(flags, "loggops"))
        : await astraReplay(mode, target, {
            network: text(flags, "network"),
            system: text(flags, "system"),
          });
    const { words, ...figures } = replayed;
    const output = isOn(flags, "json") ? JSON.stringify(figures, null, 2) : words.join("\n");
    process.stdout.write(`${output}\n`);
    return 0;
  },
};
