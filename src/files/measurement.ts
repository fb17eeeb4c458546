/** A stored measurement: what training on some machine measured. */
import type { Measurement } from "../records/trace.ts";
import { readDocument } from "./document.ts";
import { validated } from "./validators.ts";

export async function readMeasurement(path: string): Promise<Measurement> {
  return validated<Measurement>("measurement", await readDocument(path));
}
