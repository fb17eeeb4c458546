/** `calibrate --from serving:FILE.json`: anchors predictions of serving to runs of one's own. */
import { percent } from "../base/format.ts";
import { printable } from "../base/printable.ts";
import { isOn, text } from "./command.ts";
import { say } from "./output.ts";

export async function calibrateFromServing(
  flags: Readonly<Record<string, unknown>>,
  file: string,
): Promise<number> {
  const { readServingRuns } = await import("../files/serving-overlay.ts");
  const { calibrateServing } = await import("../answers/calibrate-serving.ts");
  const overlay = calibrateServing(await readServingRuns(file));
  const out = text(flags, "out");
  if (out !== undefined) {
    const { writeText } = await import("../files/write.ts");
    await writeText(out, `${JSON.stringify(overlay, null, 2)}\n`);
    say(`wrote ${out}; use it with: npx fabricast serve … --calibration ${out}`);
  }
  if (isOn(flags, "json")) {
    process.stdout.write(`${JSON.stringify(overlay, null, 2)}\n`);
    return 0;
  }
  const { constants, runs, parts, acceleratorCountMin, acceleratorCountMax } = overlay;
  const moved = Object.entries(constants).map(
    ([name, factor]) => `${name} × ${factor.toPrecision(4)}`,
  );
  const left = overlay.leftOutErrorShare;
  const lines = [
    `${runs} runs on ${acceleratorCountMin} to ${acceleratorCountMax} ${parts.join(", ")}`,
    `moved: ${moved.join(", ") || "nothing"}`,
    left === undefined
      ? "one run alone: no run is left to check it on"
      : `mean error of runs left out, one at a time: ${percent(left)}`,
  ];
  process.stdout.write(`${lines.map(printable).join("\n")}\n`);
  return 0;
}
