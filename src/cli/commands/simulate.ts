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
    "fabricast simulate --model llama-3-70b --cluster h100-fat-tree-2to1 -n 512 --layout auto",
    "fabricast simulate --model llama-3-8b --cluster h100-fat-tree-1to1 -n 64 " +
      "--layout 'tp=2,pp=1,dp=32,micro=1,batch=128,seq=8192,zero=1' --what-if precision=fp8",
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
    layout: {
      type: "string",
      requiresArg: true,
      describe: "of a large model: 'tp=8,pp=4,dp=16,micro=1,batch=512,…', auto, or auto and keys",
    },
    "what-if": {
      type: "array",
      string: true,
      requiresArg: true,
      describe: "prune=2:4, compress=topk:0.01, accumulate=4, or a key of the layout (repeatable)",
    },
    timeline: {
      type: "string",
      requiresArg: true,
      describe: "write the step for Perfetto to FILE.json.gz, a row for each class of ranks",
    },
    calibration: {
      type: "string",
      requiresArg: true,
      describe: "what `calibrate` made of runs of your own",
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
    const { isLarge, simulateLarge } = await import("../large.ts");
    if (await isLarge(flags)) return simulateLarge(flags, words);
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
