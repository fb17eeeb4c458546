/** `topology show|draw CLUSTER`: what is in the fabric? */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { COLOR_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";
import { say } from "../output.ts";
import { UsageError } from "../../base/errors.ts";

export const topology: Command = {
  names: ["topology"],
  words: ["topology <action> <cluster>"],
  describe: "Show a fabric's tiers and counts, or draw it as SVG",
  examples: [
    "fabricast topology show h100-torus --ranks 512",
    "fabricast topology show superpod-b200-16su --json",
    "fabricast topology draw h100-fat-tree-2to1 --ranks 256 -o fabric.svg",
  ],
  options: {
    ranks: {
      type: "string",
      alias: "accelerators",
      requiresArg: true,
      describe: "size; default: the whole cluster",
    },
    output: { type: "string", alias: "o", requiresArg: true, describe: "draw: SVG file to write" },
    set: SET_OPTION,
    json: JSON_OPTION,
    color: COLOR_OPTION,
  },
  async handle(flags) {
    const action = text(flags, "action") ?? "";
    if (action !== "show" && action !== "draw") {
      throw new UsageError(`topology takes show or draw, not "${action}"`);
    }
    const { readDesign } = await import("../../files/cluster.ts");
    const { countsOf } = await import("../../answers/bill.ts");
    const { answerTopology } = await import("../../answers/topology.ts");
    const { countsShown } = await import("../../report/bill.ts");
    const { topologySvg, topologyText } = await import("../../report/topology.ts");
    const { parseSettings } = await import("../settings.ts");
    const { countFlag } = await import("../flags.ts");

    const reference = text(flags, "cluster") ?? "";
    const set = parseSettings(texts(flags, "set"));
    const design = await readDesign(reference, { set });
    const ranks = text(flags, "ranks");
    const rankCount = ranks === undefined ? undefined : countFlag("--ranks", ranks);
    const drawing = answerTopology(design.cluster, rankCount);
    if (action === "show" && isOn(flags, "json")) {
      const shown = { ...drawing, ...countsShown(countsOf(design, rankCount)) };
      process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
      return 0;
    }
    if (action === "show") {
      const { fabricEnds } = await import("../../answers/fabric-ends.ts");
      const shown = topologyText(drawing, fabricEnds(design, rankCount));
      process.stdout.write(`${shown.trimEnd()}\n`);
      return 0;
    }
    const svg = await topologySvg(drawing);
    const path = text(flags, "output");
    if (path === undefined) {
      process.stdout.write(svg);
      return 0;
    }
    const { writeText } = await import("../../files/write.ts");
    await writeText(path, svg);
    say(`wrote ${path}`);
    return 0;
  },
};
