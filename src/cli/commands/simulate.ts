/** `simulate`: what will this give me? One model on one cluster at one size, by flags. */
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { JOB_OPTIONS, jobBlock } from "../job-options.ts";
import { networkBlock, ROUTING_OPTIONS } from "../network-flags.ts";
import { CLUSTER_OPTION, COLOR_OPTION, FORMAT_OPTION, JSON_OPTION } from "../options.ts";
import { OUT_OPTION, SAVE_OPTION, SET_OPTION } from "../options.ts";

export const simulate: Command = {
  names: ["simulate", "predict"],
  words: ["simulate", "predict"],
  describe: "One model on one cluster: step time, waterfall, limit, cost",
  examples: [
    "fabricast simulate --model gpt-1.3b --cluster h100-fat-tree-2to1 --accelerators 256",
    "fabricast simulate --model gpt-1.3b --cluster tpu-v5p -n 64 --save question.yaml",
  ],
  options: {
    ...JOB_OPTIONS,
    cluster: CLUSTER_OPTION,
    accelerators: {
      type: "string",
      alias: "n",
      requiresArg: true,
      demandOption: true,
      describe: "accelerators",
    },
    ...ROUTING_OPTIONS,
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
    const accelerators = text(flags, "accelerators") ?? "";
    const data = {
      question: "simulate",
      title: `How long is a step of ${model} on ${accelerators} accelerators of ${cluster}?`,
      job: jobBlock(flags),
      cluster,
      accelerators,
      ...networkBlock(flags),
    };
    return ask(data, "simulate", flags, words);
  },
};
