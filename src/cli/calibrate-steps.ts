/** `calibrate --from steps:FILE.csv`: anchors predictions of steps to runs of one's own. */
import { tellOverlay } from "./overlays.ts";

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
  const { runs, rankCountMin, rankCountMax } = overlay;
  const words = `${runs} runs at ${rankCountMin} to ${rankCountMax} accelerators`;
  return await tellOverlay(overlay, flags, { usedBy: "simulate", runs: words });
}
