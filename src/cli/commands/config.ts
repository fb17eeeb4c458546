/** `config show FILE`: every figure of a cluster, and where it comes from. */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { JSON_OPTION, SET_OPTION } from "../options.ts";
import { UsageError } from "../../base/errors.ts";

export const config: Command = {
  names: ["config"],
  words: ["config <action> <cluster>"],
  describe: "Show every figure of a cluster as it is used, with --origin where it comes from",
  examples: [
    "fabricast config show h100-fat-tree-2to1 --origin",
    "fabricast config show h100-fat-tree-2to1 --set fabric.link.rate=100GB/s --origin --json",
  ],
  options: {
    origin: { type: "boolean", describe: "with source, date and how far it can be trusted" },
    set: SET_OPTION,
    json: JSON_OPTION,
  },
  async handle(flags) {
    if (text(flags, "action") !== "show") throw new UsageError("config takes show");
    const { readDesign } = await import("../../files/cluster.ts");
    const { numericInputs, unitOf } = await import("../../answers/inputs.ts");
    const { significant } = await import("../../base/format.ts");
    const { printable } = await import("../../base/printable.ts");
    const { parseSettings } = await import("../settings.ts");
    const design = await readDesign(text(flags, "cluster") ?? "", {
      set: parseSettings(texts(flags, "set")),
    });
    const inputs = numericInputs(design.cluster ?? design).map(
      ({ pointer, property, sourced }) => ({
        ...{ pointer, value: sourced.value, unit: unitOf(property) },
        ...(isOn(flags, "origin")
          ? { source: sourced.source, date: sourced.date, provenance: sourced.provenance }
          : {}),
      }),
    );
    if (isOn(flags, "json")) {
      process.stdout.write(`${JSON.stringify({ cluster: design.id, inputs }, null, 2)}\n`);
      return 0;
    }
    const lines = inputs.map(({ pointer, value, unit, source, date, provenance }) => {
      const origin = source === undefined ? "" : `  ${provenance}, ${date || "no date"}: ${source}`;
      return printable(`${pointer} = ${significant(value, 4)} ${unit}${origin}`);
    });
    process.stdout.write(`${lines.join("\n")}\n`);
    return 0;
  },
};
