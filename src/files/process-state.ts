/** Whether another process of this machine has been stopped, as the kernel says. Linux only. */
import { readFileSync } from "node:fs";

/** Undefined where the kernel does not tell, or the process is gone. */
export function isStopped(pid: number): boolean | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined; // no such process, or another kernel
  }
  // The name in parentheses may hold anything; the state is the letter after it.
  const state = text.slice(text.lastIndexOf(")") + 2, text.lastIndexOf(")") + 3);
  return state === "T" || state === "t";
}
