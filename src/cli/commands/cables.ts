/** `cables CLUSTER`: which port goes to which? */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { JSON_OPTION, SET_OPTION } from "../options.ts";
import { say } from "../output.ts";

export const cables: Command = {
  names: ["cables"],
  words: ["cables <cluster>"],
  describe: "Every cable of a fabric, port to port, as CSV",
  examples: ["fabricast cables h100-fat-tree-2to1 --ranks 64 -o cables.csv"],
  options: {
    ranks: { type: "string", requiresArg: true, describe: "size; default: the whole cluster" },
    output: { type: "string", alias: "o", requiresArg: true, describe: "file to write" },
    set: SET_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { cableList } = await import("../../answers/cables.ts");
    const { readCluster } = await import("../../files/cluster.ts");
    const { cablesCsv, cablesJson } = await import("../../report/cables.ts");
    const { countFlag } = await import("../flags.ts");
    const { parseSettings } = await import("../settings.ts");
    const ranks = text(flags, "ranks");
    const cluster = await readCluster(text(flags, "cluster") ?? "", {
      set: parseSettings(texts(flags, "set")),
    });
    const list = cableList(cluster, ranks === undefined ? undefined : countFlag("--ranks", ranks));
    const written = isOn(flags, "json") ? cablesJson(list) : await cablesCsv(list);
    const path = text(flags, "output");
    if (path === undefined) {
      process.stdout.write(written);
      return 0;
    }
    const { writeText } = await import("../../files/write.ts");
    await writeText(path, written);
    say(`wrote ${path}`);
    return 0;
  },
};
