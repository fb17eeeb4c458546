/** `goodput`: what goes wrong, how often to save, how many spares, by when it ends. */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";

const word = (describe: string, standard: string) => ({
  type: "string" as const,
  requiresArg: true,
  default: standard,
  describe,
});

export const goodput: Command = {
  names: ["goodput"],
  words: ["goodput"],
  describe: "What goes wrong? Interruptions, checkpoint interval, spares, days at p50, p90, p99",
  examples: [
    "fabricast goodput --accelerators 16384 --parameters 405B --work 50d",
    "fabricast goodput -n 1024 --parameters 70B --storage '200 GB/s' --failures poor --json",
  ],
  options: {
    accelerators: { ...word("accelerators of the job", "1024"), alias: "n" },
    "per-node": word("accelerators of a node", "8"),
    cables: word("cables of the fabric for each accelerator, all tiers", "2"),
    parameters: word("of the model, for the size of a checkpoint", "70B"),
    storage: word("rate at which checkpoints are written, all together", "500 GB/s"),
    "host-link": word("rate of one accelerator towards storage", "25 GB/s"),
    restart: word("from an interruption to the next step", "10 min"),
    repair: word("time to repair a node", "3 day"),
    failures: { choices: ["good", "typical", "poor"], default: "typical", describe: "rate" },
    work: { type: "string", requiresArg: true, describe: "time without any stop: 50d" },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { answerGoodput } = await import("../../answers/goodput.ts");
    const { goodputJson, goodputText } = await import("../../report/goodput.ts");
    const { countFlag, quantityFlag } = await import("../flags.ts");
    const said = (name: string): string => text(flags, name) ?? "";
    const failures = said("failures");
    const work = text(flags, "work");
    const answer = answerGoodput({
      acceleratorCount: countFlag("--accelerators", said("accelerators"), 2 ** 24),
      acceleratorsPerNode: countFlag("--per-node", said("per-node"), 1024),
      cablesPerAccelerator: countFlag("--cables", said("cables"), 16),
      parameters: countFlag("--parameters", said("parameters")),
      storageBytesPerS: await quantityFlag("--storage", said("storage"), "dataRate"),
      hostLinkBytesPerS: await quantityFlag("--host-link", said("host-link"), "dataRate"),
      restartS: await quantityFlag("--restart", said("restart"), "duration"),
      repairS: await quantityFlag("--repair", said("repair"), "duration"),
      failures: failures === "good" || failures === "poor" ? failures : "typical",
      stepErrorShare: 0,
      ...(work === undefined ? {} : { workS: await quantityFlag("--work", work, "duration") }),
    });
    process.stdout.write(isOn(flags, "json") ? goodputJson(answer) : goodputText(answer));
    return 0;
  },
};
