/** `calibrate --from KIND:FILE`: constants from measurements of one's own, as an overlay. */
import { UsageError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { CLUSTER_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";

export const calibrate: Command = {
  names: ["calibrate"],
  words: ["calibrate"],
  describe:
    "Fit constants to steps, serving or nccl-tests logs of your own; show the error left out",
  examples: [
    "fabricast calibrate --from steps:scenarios/validation/train-internevo-a100-roce.csv",
    "fabricast calibrate --from serving:scenarios/validation/inference-tpu-neuron.csv",
    "fabricast calibrate --from nccl:scenarios/logs/nccl-h100-8.log " +
      "--cluster h100-fat-tree-1to1",
  ],
  options: {
    from: {
      type: "string",
      requiresArg: true,
      demandOption: true,
      describe:
        "steps:FILE.csv or serving:FILE.json, rows as in scenarios/validation; " +
        "nccl:LOG[,LOG], text or JSON",
    },
    cluster: { ...CLUSTER_OPTION, demandOption: false, describe: "of the logs: an id, or a file" },
    algorithm: {
      type: "string",
      default: "auto",
      describe: "logs: what the library took; or auto",
    },
    out: {
      type: "string",
      requiresArg: true,
      describe: "write the overlay: for simulate or serve --calibration, or collective --overlay",
    },
    set: SET_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags) {
    const from = text(flags, "from") ?? "";
    if (from.startsWith("steps:")) {
      const { calibrateFromSteps } = await import("../calibrate-steps.ts");
      return calibrateFromSteps(flags, from.slice("steps:".length));
    }
    if (from.startsWith("serving:")) {
      const { calibrateFromServing } = await import("../calibrate-serving.ts");
      return calibrateFromServing(flags, from.slice("serving:".length));
    }
    if (from.startsWith("nccl:")) {
      const { calibrateFromLogs } = await import("../calibrate-nccl.ts");
      return calibrateFromLogs(flags, from);
    }
    const takes = "steps:FILE.csv, serving:FILE.json or nccl:LOG,LOG";
    throw new UsageError(`--from takes ${takes}, not "${from}"`);
  },
};
