/** `compare A B`: what changes? `compare fabrics`: which is worth more? `compare engines`. */
import type { Command } from "../command.ts";
import { isOn, text, texts } from "../command.ts";
import { UsageError } from "../../base/errors.ts";
import { ENGINE_EXAMPLES, ENGINE_OPTIONS, answerEngines } from "../compare-engines.ts";
import { FABRIC_EXAMPLES, FABRIC_OPTIONS, answerFabrics } from "../compare-fabrics.ts";
import { COLOR_OPTION, JSON_OPTION, SET_OPTION } from "../options.ts";

export const compare: Command = {
  names: ["compare", "diff"],
  words: ["compare <from> [to]", "diff"],
  describe: "What changes from one cluster, question or result to another; or: fabrics, engines",
  examples: [
    "fabricast compare h100-fat-tree-1to1 h100-fat-tree-2to1 --model gpt-1.3b -n 256",
    "fabricast compare h100-fat-tree-2to1 tpu-v5p --model gpt-1.3b -n 64 --format md",
    "fabricast compare h100-fat-tree-2to1 h100-fat-tree-2to1 -n 64 " +
      "--set-to 'fabric.link.rate=200 Gb/s' --fail-on 'step_time > +50%'",
    ...FABRIC_EXAMPLES,
    ...ENGINE_EXAMPLES,
  ],
  options: {
    model: { type: "string", default: "gpt-1.3b", describe: "model, where clusters are compared" },
    accelerators: { type: "string", alias: "n", default: "64", describe: "size, likewise" },
    batch: { type: "string", default: "1024", describe: "sequences a step, likewise" },
    layout: { type: "string", default: "auto", describe: "of a large model, likewise" },
    "fail-on": {
      type: "array",
      string: true,
      requiresArg: true,
      describe: "end with 1 where this holds: 'step_time > +3%' (may be repeated)",
    },
    set: SET_OPTION,
    "set-to": { ...SET_OPTION, describe: "change an input of the second one only: path=value" },
    format: { choices: ["text", "md", "json"], default: "text", describe: "form of the table" },
    ...FABRIC_OPTIONS,
    ...ENGINE_OPTIONS,
    json: JSON_OPTION,
    color: COLOR_OPTION,
  },
  async handle(flags, words) {
    const [from, to] = [text(flags, "from") ?? "", text(flags, "to")];
    if (from === "fabrics" && to === undefined) return answerFabrics(flags, words);
    if (from === "engines") return answerEngines(flags);
    if (to === undefined)
      throw new UsageError("compare takes two: compare A B, compare fabrics, or compare engines");
    const { sideResult } = await import("../single.ts");
    const { difference } = await import("../../answers/difference.ts");
    const shown = await import("../../report/difference.ts");
    const { countFlag } = await import("../flags.ts");
    const { parseSettings } = await import("../settings.ts");
    const asked = {
      model: text(flags, "model") ?? "",
      accelerators: countFlag("--accelerators", text(flags, "accelerators") ?? ""),
      layout: text(flags, "layout") ?? "auto",
      batch: text(flags, "batch") ?? "1024",
      set: parseSettings(texts(flags, "set")),
    };
    const found = difference(
      await sideResult(from, asked),
      await sideResult(to, {
        ...asked,
        set: [...asked.set, ...parseSettings(texts(flags, "set-to"))],
      }),
      texts(flags, "fail-on"),
    );
    const format = isOn(flags, "json") ? "json" : text(flags, "format");
    process.stdout.write(
      format === "json"
        ? shown.differenceJson(found)
        : format === "md"
          ? shown.differenceMarkdown(found)
          : shown.differenceText(found),
    );
    return found.failed.length > 0 ? 1 : 0;
  },
};
