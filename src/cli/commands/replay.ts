/** `replay TARGET --compat MODE`: what another simulator says, by its own published rules. */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";

const MODES = ["loggops", "astra-unaware", "astra-aware"] as const;
const HERE = "scenarios/neighbors";
const RING = `--network ${HERE}/ring-8.yml`;

export const replay: Command = {
  names: ["replay"],
  words: ["replay <target>"],
  describe: "Time a schedule or a message by the rules of another simulator, quirks included",
  examples: [
    `fabricast replay ${HERE}/tree-32.goal --compat loggops`,
    `fabricast replay ${HERE}/tree-32.goal --compat loggops --loggops L=3700,o=200,g=5,S=0 --json`,
    `fabricast replay all-reduce:1M --compat astra-unaware ${RING} --system ${HERE}/system.json`,
    `fabricast replay 1-4:1M,2-4:1M --compat astra-aware ${RING} --json`,
  ],
  options: {
    compat: { choices: MODES, demandOption: true, describe: "whose rules" },
    loggops: {
      type: "string",
      requiresArg: true,
      describe: "L, o, g, G, O in ns (a byte) and S in bytes; default as LogGOPSim's",
    },
    network: { type: "string", requiresArg: true, describe: "ASTRA-sim analytical network, YAML" },
    system: { type: "string", requiresArg: true, describe: "ASTRA-sim system, JSON" },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { goalReplay, astraReplay } = await import("../replays.ts");
    const target = text(flags, "target") ?? "";
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
