/** `calibrate --from serving:FILE.json`: anchors predictions of serving to runs of one's own. */
import { tellOverlay } from "./overlays.ts";

export async function calibrateFromServing(
  flags: Readonly<Record<string, unknown>>,
  file: string,
): Promise<number> {
  const { readServingRuns } = await import("../files/serving-overlay.ts");
  const { calibrateServing } = await import("../answers/calibrate-serving.ts");
  const overlay = calibrateServing(await readServingRuns(file));
  const { runs, parts, acceleratorCountMin, acceleratorCountMax } = overlay;
  const sizes = `${acceleratorCountMin} to ${acceleratorCountMax}`;
  const words = `${runs} runs on ${sizes} ${parts.join(", ")}`;
  return await tellOverlay(overlay, flags, { usedBy: "serve", runs: words });
}
