/** Logs of nccl-tests from files, text or JSON by what they begin with. */
import type { MeasuredLog } from "../records/measured-log.ts";
import { parseDocument } from "./document.ts";
import { parseNcclJson, parseNcclText } from "./formats/nccl-tests.ts";
import { readText } from "./read.ts";

export async function readNcclLog(path: string): Promise<MeasuredLog> {
  const text = await readText(path);
  if (!/^\s*\{/.test(text)) return parseNcclText(path, text);
  return parseNcclJson(path, (await parseDocument(text, path)).data);
}
