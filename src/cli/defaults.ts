/** What a question asked by flags has besides its flags. */
import { CATALOG_DATE } from "../base/version.ts";

export function questionDefaults(id: string): { id: string; asOf: string; seed: number } {
  return { id, asOf: CATALOG_DATE, seed: 1 };
}
