/** `native train FILE`: run real training steps on this machine. */
import { UsageError } from "../../base/errors.ts";
import type { Command } from "../command.ts";
import { text } from "../command.ts";
import { NATIVE_OPTIONS } from "../native-options.ts";

export const native: Command = {
  names: ["native"],
  words: ["native <action> <target>"],
  describe: "Train a small model on this machine for real",
  options: NATIVE_OPTIONS,
  async handle(flags) {
    const action = text(flags, "action") ?? "";
    const target = text(flags, "target") ?? "";
    if (action === "train") {
      const { trainNatively } = await import("../native-train.ts");
      return trainNatively(target, flags);
    }
    throw new UsageError(`native takes train, not "${action}"`);
  },
};
