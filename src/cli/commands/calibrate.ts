/** `calibrate --from steps:FILE.csv`: anchor predictions to runs of one's own. */
import { UsageError } from "../../base/errors.ts";
import { percent } from "../../base/format.ts";
import { printable } from "../../base/printable.ts";
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";
import { say } from "../output.ts";

export const calibrate: Command = {
  names: ["calibrate"],
  words: ["calibrate"],
  describe: "Move at most two named constants to runs of your own; show the error left out",
  examples: ["fabricast calibrate --from steps:scenarios/validation/train-internevo-a100-roce.csv"],
  options: {
    from: {
      type: "string",
      requiresArg: true,
      demandOption: true,
      describe: "steps:FILE.csv, rows as in scenarios/validation with a measured step",
    },
    out: {
      type: "string",
      requiresArg: true,
      describe: "write the overlay to this file, for simulate --calibration",
    },
    json: JSON_OPTION,
  },
  async handle(flags) {
    const from = text(flags, "from") ?? "";
    if (from.startsWith("steps:")) return calibrateFromSteps(flags, from.slice("steps:".length));
    throw new UsageError(`--from takes steps:FILE.csv, not "${from}"`);
  },
};

export async function calibrateFromSteps(
  flags: Readonly<Record<string, unknown>>,
  file: string,
): Promise<number> {
  const { readCsv } = await import("../../files/csv.ts");
  const { calibrateSteps } = await import("../../answers/calibrate-steps.ts");
  const { columns, rows } = await readCsv(file);
  const { schemaOf } = await import("../../answers/accuracy/predict.ts");
  schemaOf(columns);
  const overlay = calibrateSteps(rows);
  const out = text(flags, "out");
  if (out !== undefined) {
    const { writeText } = await import("../../files/write.ts");
    await writeText(out, `${JSON.stringify(overlay, null, 2)}\n`);
    say(`wrote ${out}; use it with: npx fabricast simulate … --calibration ${out}`);
  }
  if (isOn(flags, "json")) {
    process.stdout.write(`${JSON.stringify(overlay, null, 2)}\n`);
    return 0;
  }
  const moved = Object.entries(overlay.constants).map(
    ([name, factor]) => `${name} × ${factor.toPrecision(4)}`,
  );
  const left = overlay.leftOutErrorShare;
  const lines = [
    `${overlay.runs} runs at ${overlay.rankCountMin} to ${overlay.rankCountMax} accelerators`,
    `moved: ${moved.join(", ") || "nothing"}`,
    left === undefined
      ? "one run alone: no run is left to check it on"
      : `mean error of runs left out, one at a time: ${percent(left)}`,
  ];
  process.stdout.write(`${lines.map(printable).join("\n")}\n`);
  return 0;
}
