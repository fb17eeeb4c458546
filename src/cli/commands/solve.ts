/** `solve`: how far can one thing be pushed until a condition fails? */
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { JOB_OPTIONS, jobBlock } from "../job-options.ts";
import { CLUSTER_OPTION, COLOR_OPTION, FORMAT_OPTION, JSON_OPTION } from "../options.ts";
import { OUT_OPTION, SAVE_OPTION, SET_OPTION } from "../options.ts";

export const solve: Command = {
  names: ["solve"],
  words: ["solve"],
  describe: "The most accelerators at which a condition still holds",
  examples: ["fabricast solve --model gpt-1.3b --cluster tpu-v5p --until 'efficiency >= 90%'"],
  options: {
    ...JOB_OPTIONS,
    cluster: CLUSTER_OPTION,
    vary: { choices: ["accelerators"], default: "accelerators", describe: "what is pushed" },
    until: {
      type: "string",
      default: "efficiency >= 90%",
      requiresArg: true,
      describe: "the condition that must hold",
    },
    base: { type: "string", default: "8", describe: "efficiency is against this many" },
    max: { type: "string", requiresArg: true, describe: "largest size; default: all of it" },
    set: SET_OPTION,
    save: SAVE_OPTION,
    out: { ...OUT_OPTION, default: undefined, requiresArg: true },
    format: FORMAT_OPTION,
    json: JSON_OPTION,
    color: COLOR_OPTION,
  },
  async handle(flags, words) {
    const { ask } = await import("../ask.ts");
    const [model, cluster] = [text(flags, "model") ?? "", text(flags, "cluster") ?? ""];
    const until = text(flags, "until") ?? "";
    const max = text(flags, "max");
    const data = {
      question: "solve",
      title: `Up to how many accelerators of ${cluster} does ${model} hold ${until}?`,
      job: jobBlock(flags),
      cluster,
      vary: text(flags, "vary"),
      until,
      base: text(flags, "base"),
      ...(max === undefined ? {} : { max }),
    };
    return ask(data, "solve", flags, words);
  },
};
