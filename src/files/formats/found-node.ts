/** The inside of a node from another tool's file, recognized by what is in it. */
import type { FoundNode } from "../../records/found-node.ts";
import { readText } from "../read.ts";
import { nodeFromNccl, NCCL_WORD } from "./nccl-topology.ts";
import { nodeFromNvidiaSmi, SMI_WORD } from "./nvidia-smi.ts";

/** Undefined where the file is of another kind. */
export async function foundNodeIfAny(path: string): Promise<FoundNode | undefined> {
  return foundNodeFrom(await readText(path), path);
}

export function foundNodeFrom(text: string, file: string): FoundNode | undefined {
  if (/^\s*</.test(text))
    return NCCL_WORD.test(text) || hasDoctype(text) ? nodeFromNccl(text, file) : undefined;
  return SMI_WORD.test(text) ? nodeFromNvidiaSmi(text, file) : undefined;
}

/** Refused by name rather than taken for another format. */
const hasDoctype = (text: string): boolean => /<!DOCTYPE|<!ENTITY/.test(text);
