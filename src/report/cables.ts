/** A list of cables for a spreadsheet and for programs. */
import type { Cable } from "../records/cable.ts";
import { csvOf } from "./csv.ts";

const shown = ({ cableId, rateBytesPerS, ...cable }: Cable) => ({
  cable: cableId,
  ...cable,
  gbitPerS: (rateBytesPerS * 8) / 1e9,
});

export function cablesJson(cables: readonly Cable[]): string {
  return `${JSON.stringify({ cables: cables.map(shown), count: cables.length }, null, 2)}\n`;
}

export function cablesCsv(cables: readonly Cable[]): Promise<string> {
  return csvOf(cables.map(shown));
}
