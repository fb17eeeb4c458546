/** `solve`: how far can one thing be pushed until a condition fails? */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JOB_OPTIONS, jobBlock } from "../job-options.ts";
import { CLUSTER_OPTION, COLOR_OPTION, FORMAT_OPTION, JSON_OPTION } from "../options.ts";
import { OUT_OPTION, SAVE_OPTION, SET_OPTION } from "../options.ts";

export const solve: Command = {
  names: ["solve", "goal-seek"],
  words: ["solve", "goal-seek"],
  describe: "How far can I push one thing until a condition fails? Size, or any input",
  examples: [
    "fabricast solve --model gpt-1.3b --cluster tpu-v5p --until 'efficiency >= 90%'",
    "fabricast solve --model gpt-1.3b --cluster h100-fat-tree-1to1 -n 256 " +
      "--vary network.oversubscription --until 'efficiency >= 90%'",
    "fabricast solve --model gpt-1.3b --cluster h100-fat-tree-2to1 -n 256 " +
      "--vary network.nic --from '800 Gb/s' --to '25 Gb/s' --until 'step_time <= 2 s' --json",
  ],
  options: {
    ...JOB_OPTIONS,
    cluster: CLUSTER_OPTION,
    vary: {
      type: "string",
      default: "accelerators",
      requiresArg: true,
      describe: "what is pushed: accelerators, network.oversubscription, network.nic, or a path",
    },
    from: { type: "string", requiresArg: true, describe: "value that is surely fine" },
    to: { type: "string", requiresArg: true, describe: "value it is pushed to" },
    accelerators: { type: "string", alias: "n", default: "256", describe: "size, while pushing" },
    layout: { type: "string", default: "auto", describe: "of a large model, while pushing" },
    tries: { type: "string", default: "14", describe: "most points to evaluate" },
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
    if (text(flags, "vary") !== "accelerators") return goal(flags);
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

async function goal(flags: Readonly<Record<string, unknown>>): Promise<number> {
  const { solveGoal } = await import("../goal.ts");
  const { printable } = await import("../../base/printable.ts");
  const found = await solveGoal(flags);
  const shown = isOn(flags, "json")
    ? JSON.stringify({ value: null, margin: null, ...found }, null, 2)
    : printable(found.sentence.replaceAll("\u00a0", " "));
  process.stdout.write(`${shown}\n`);
  return found.value === undefined ? 1 : 0;
}
