/** How far a long run is, with its rate and the time left: a line on stderr once a second. */
import type { Options } from "yargs";
import { duration, fixed, percent } from "../base/format.ts";
import { nowS } from "../files/clock.ts";
import type { OnProgress } from "../records/schedule.ts";
import { isOn } from "./command.ts";
import { say } from "./output.ts";

export const PROGRESS_OPTION: Options = {
  type: "boolean",
  describe: "tell on stderr how far a long run is; default: where that is a terminal",
};

/** Runs that end sooner say nothing. */
const EVERY_S = 1;

/**
 * Says at most once a second what is done, at which rate, and how long the rest takes at that
 * rate. A run after another one begins anew: fewer are done than before.
 */
export function progressTeller(
  clock: () => number,
  tell: (line: string) => void,
): (done: number, all: number) => void {
  let startS = clock();
  let lastS = startS;
  let before = 0;
  return (done, all) => {
    const now = clock();
    if (done < before) startS = lastS = now;
    before = done;
    if (now - lastS < EVERY_S || done >= all) return;
    lastS = now;
    const perS = done / (now - startS);
    const left = perS > 0 ? `, ${duration((all - done) / perS)} left` : "";
    tell(`${percent(done / all, 0)} of ${fixed(all)} events, ${fixed(perS)} events/s${left}`);
  };
}

/** Undefined where nobody would read it. */
export function progressFor(flags: Readonly<Record<string, unknown>>): OnProgress | undefined {
  const isAsked = isOn(flags, "progress") || (process.stderr.isTTY && flags["progress"] !== false);
  return isAsked ? progressTeller(nowS, say) : undefined;
}
