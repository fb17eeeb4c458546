/** `calibrate --from steps:FILE.csv`: anchors predictions of steps to runs of one's own. */
import { percent } from "../base/format.ts";
import { printable } from "../base/printable.ts";
import { isOn, text } from "./command.ts";
import { say } from "./output.ts";

export async function calibrateFromSteps(
  flags: Readonly<Record<string, unknown>>,
  file: string,
): Promise<number> {
  const { readCsv } = await import("../files/csv.ts");
  const { calibrateSteps } = await import("../answers/calibrate-steps.ts");
  const { columns, rows } = await readCsv(file);
  const { schemaOf } = await import("../answers/accuracy/predict.ts");
  schemaOf(columns);
  const overlay = calibrateSteps(rows);
  const out = text(flags, "out");
  if (out !== undefined) {
    const { writeText } = await import("../files/write.ts");
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
