/** `accuracy`: how near do predictions come to what others measured? */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";
import { printable } from "../../base/printable.ts";

export const accuracy: Command = {
  names: ["accuracy"],
  words: ["accuracy"],
  describe: "Predict published measurements and say how far off each is",
  examples: [
    "fabricast accuracy --rows scenarios/validation/train-torchtitan.csv",
    "fabricast accuracy --rows scenarios/validation/train-simumax-b200.csv --json",
  ],
  options: {
    rows: {
      type: "string",
      requiresArg: true,
      describe: "predict the rows of this CSV; its measured columns are not read",
    },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const { readCsv } = await import("../../files/csv.ts");
    const { predictTable } = await import("../../answers/accuracy/predict.ts");
    const file = text(flags, "rows") ?? "";
    const rows = predictTable(await readCsv(file));
    if (isOn(flags, "json")) {
      process.stdout.write(`${JSON.stringify({ rows }, null, 1)}\n`);
      return 0;
    }
    const { terminalRows } = await import("../../report/accuracy-rows.ts");
    process.stdout.write(`${terminalRows(rows).map(printable).join("\n")}\n`);
    return 0;
  },
};
