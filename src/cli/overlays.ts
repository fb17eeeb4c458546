/** What every `calibrate` ends with: the overlay in a file and shown, as JSON or in words. */
import { percent } from "../base/format.ts";
import { printable } from "../base/printable.ts";
import { isOn, text } from "./command.ts";
import { say } from "./output.ts";

interface Overlay {
  /** What a constant is multiplied with, by its name. */
  readonly constants: Readonly<Record<string, number>>;
  readonly leftOutErrorShare?: number | undefined;
}

/** `usedBy` is the command that takes it, `runs` says what it was fitted on. */
export async function tellOverlay(
  overlay: Overlay,
  flags: Readonly<Record<string, unknown>>,
  { usedBy, runs }: { readonly usedBy: string; readonly runs: string },
): Promise<number> {
  const json = `${JSON.stringify(overlay, null, 2)}\n`;
  const out = text(flags, "out");
  if (out !== undefined) {
    const { writeText } = await import("../files/write.ts");
    await writeText(out, json);
    say(`wrote ${out}; use it with: npx fabricast ${usedBy} … --calibration ${out}`);
  }
  if (isOn(flags, "json")) {
    process.stdout.write(json);
    return 0;
  }
  const moved = Object.entries(overlay.constants).map(
    ([name, factor]) => `${name} × ${factor.toPrecision(4)}`,
  );
  const left = overlay.leftOutErrorShare;
  const lines = [
    runs,
    `moved: ${moved.join(", ") || "nothing"}`,
    left === undefined
      ? "one run alone: no run is left to check it on"
      : `mean error of runs left out, one at a time: ${percent(left)}`,
  ];
  process.stdout.write(`${lines.map(printable).join("\n")}\n`);
  return 0;
}
