/**
 * How long one waits for `--version` and `--help`, beside a Node that does nothing. Both
 * are measured in turns within the same seconds, so that a busy machine slows all alike.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Bench, type BenchRow, shortestS } from "./harness.ts";

/** npm starts scripts in the repository. */
const PROGRAM = join(process.cwd(), "dist", "fabricast.js");

function start(words: readonly string[]): void {
  const { status } = spawnSync(process.execPath, words, { stdio: "ignore" });
  if (status !== 0) throw new Error(`node ${words.join(" ")} ended with ${status}`);
}

export const bench: Bench = {
  name: "startup",
  async run(size) {
    let bareS = Infinity;
    let versionS = Infinity;
    let helpS = Infinity;
    for (let turn = 0; turn < (size === "large" ? 15 : 1); turn++) {
      bareS = Math.min(bareS, await shortestS(1, () => start(["--eval", "0"])));
      versionS = Math.min(versionS, await shortestS(1, () => start([PROGRAM, "--version"])));
      helpS = Math.min(helpS, await shortestS(1, () => start([PROGRAM, "--help"])));
    }
    const row = (title: string, value: number, bound: number | null): BenchRow => {
      return { case: title, threads: 1, value, unit: "s", bound };
    };
    return [
      row("bare node", bareS, null),
      row("fabricast --version", versionS, 0.1),
      row("fabricast --help", helpS, 3 * bareS + 0.05),
    ];
  },
};
