/**
 * How many threads the native kernels use: FABRICAST_THREADS, else one for each physical core.
 * Processes that share a machine are each told 1 by whoever starts them.
 */
import { Refusal } from "../base/errors.ts";

const THREADS_MAX = 256;

export function threadCount(coreCount: number): number {
  const value = process.env["FABRICAST_THREADS"] ?? "";
  if (value === "") return Math.min(coreCount, THREADS_MAX);
  const count = Number(value);
  if (/^[0-9]+$/.test(value) && count >= 1 && count <= THREADS_MAX) return count;
  throw new Refusal({
    code: "unknown-threads",
    pointer: "",
    found: `FABRICAST_THREADS=${value}`,
    expected: `a whole number from 1 to ${THREADS_MAX}`,
    nextStep: "unset FABRICAST_THREADS or give it such a number",
  });
}
