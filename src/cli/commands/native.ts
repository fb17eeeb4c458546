/** `native train FILE` and `native infer CHECKPOINT`: real models on this machine. */
import { UsageError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { askThreads, NATIVE_OPTIONS } from "../native-options.ts";

export const native: Command = {
  names: ["native"],
  words: ["native <action> <target>"],
  describe: "Train a small model on this machine for real, or run a saved one",
  examples: [
    "fabricast native train gpt --steps 20 --checkpoint reports/out/gpt.safetensors",
    "fabricast native train mlp --steps 100 --processes 4 --dp 4 --json",
  ],
  options: NATIVE_OPTIONS,
  async handle(flags, words) {
    const action = text(flags, "action") ?? "";
    const target = text(flags, "target") ?? "";
    askThreads(flags);
    if (action === "train") {
      const { trainNatively } = await import("../native-train.ts");
      return trainNatively(target, flags, words);
    }
    if (action === "infer") {
      const { inferNatively } = await import("../native-infer.ts");
      return inferNatively(target, flags);
    }
    throw new UsageError(`native takes train or infer, not "${action}"`);
  },
};
