/**
 * `replay TARGET --compat MODE`: what another simulator says, by its own published rules; and
 * `replay PREFIX --cluster ID`: a recorded trace on a cluster, by ours.
 */
import { UsageError } from "../../base/errors.ts";
import { COMPUTE_WORDS } from "../execution-trace.ts";
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { CLUSTER_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";
import type { ReplayFlags } from "../replay-modes.ts";

const MODES = [
  "loggops",
  "astra-unaware",
  "astra-aware",
  "calculon",
  "simai-analytical",
  "simgrid-cm02",
  "simgrid-lv08",
] as const;
const HERE = "scenarios/neighbors";
const RING = `--network ${HERE}/ring-8.yml`;
const CALCULON = `${HERE}/calculon`;

/** Flags that one mode or another reads, beside the target. */
const FILE_FLAGS = [
  "loggops",
  "network",
  "system",
  "execution",
  "platform",
  "simgrid",
  "simai",
  "queues",
] as const;

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
    `fabricast replay ${CALCULON}/gpt3-175B.json --compat calculon ` +
      `--execution ${CALCULON}/t8-p8-full.json --system ${CALCULON}/a100-80g.json`,
    `fabricast replay ${HERE}/simai/workload.txt --compat simai-analytical ` +
      "--simai nv=360,nic=48.5,n_p_s=8,g_p_s=8",
    `fabricast replay ${HERE}/simgrid/two-messages.csv --compat simgrid-lv08 ` +
      `--platform ${HERE}/simgrid/small.xml`,
    `fabricast replay host2:host3:1e6 --compat simgrid-lv08 ` +
      `--platform ${HERE}/simgrid/two-clusters.xml --json`,
  ],
  options: {
    compat: { choices: MODES, describe: "whose rules, where not ours" },
    loggops: {
      type: "string",
      requiresArg: true,
      describe: "L, o, g, G, O in ns (a byte) and S in bytes; default as LogGOPSim's",
    },
    network: { type: "string", requiresArg: true, describe: "ASTRA-sim analytical network, YAML" },
    system: {
      type: "string",
      requiresArg: true,
      describe: "ASTRA-sim's or Calculon's system, JSON",
    },
    queues: { type: "string", requiresArg: true, describe: "ASTRA-sim's num-queues-per-dim" },
    execution: { type: "string", requiresArg: true, describe: "Calculon's execution, JSON" },
    platform: { type: "string", requiresArg: true, describe: "SimGrid's platform, XML" },
    simgrid: {
      type: "string",
      requiresArg: true,
      describe: "settings of the model, as crosstraffic=0,TCP-gamma=0,weight-S=20537",
    },
    simai: {
      type: "string",
      requiresArg: true,
      describe: "SimAI's flags, as g=9216,g_p_s=8,n_p_s=8,nv=360,nic=48.5,dp_o=0.5",
    },
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
    const { replayModes } = await import("../replay-modes.ts");
    const mode = MODES.find((one) => one === text(flags, "compat")) ?? "loggops";
    const given: ReplayFlags = Object.fromEntries(
      FILE_FLAGS.flatMap((name) => {
        const value = text(flags, name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const play = replayModes[mode];
    if (play === undefined) throw new UsageError(`no mode ${mode}`);
    const { words, ...figures } = await play(target, given);
    const output = isOn(flags, "json") ? JSON.stringify(figures, null, 2) : words.join("\n");
    process.stdout.write(`${output}\n`);
    return 0;
  },
};
