/** `cables CLUSTER`: which port goes to which? */
import type { Command } from "../command.ts";
import { JSON_OPTION, SET_OPTION } from "../options.ts";

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
    const { listCables } = await import("../cable-list.ts");
    return listCables(flags);
  },
};
