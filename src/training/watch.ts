/**
 * Looks after processes that could stop without ending (SIGSTOP, a debugger): the kernel is asked
 * a few times a second, so that a process that merely computes for long is never suspected.
 */
import { execFile } from "node:child_process";
import { isStopped } from "../files/process-state.ts";

const LOOK_MS = 300;

/** Calls `onStopped` once, with the place in the list; the function returned ends the watch. */
export function watchStopped(
  pids: readonly number[],
  onStopped: (index: number) => void,
): () => void {
  // Seen twice: whoever stops the command and all its processes continues them together.
  const seen = new Set<number>();
  const timer = setInterval(() => {
    for (const [index, pid] of pids.entries()) {
      look(pid, (stopped) => {
        if (!stopped) seen.delete(index);
        else if (seen.has(index)) onStopped(index);
        else seen.add(index);
      });
    }
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function look(pid: number, tell: (stopped: boolean) => void): void {
  const known = isStopped(pid);
  if (known !== undefined || process.platform === "linux") {
    tell(known ?? false);
    return;
  }
  execFile("ps", ["-o", "stat=", "-p", String(pid)], (_, text) => tell(text.startsWith("T")));
}
