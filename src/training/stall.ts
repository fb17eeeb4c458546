/**
 * Notices when a training stands still although all its processes are alive: one computes without
 * end, or waits for what nobody sends. A process shows each finished operation and each exchange
 * (`pulse.ts`), so a step may last as long as it likes; only what comes in between is bounded.
 */
import { at } from "../base/assert.ts";
import type { PulseState } from "./pulse.ts";
import { PULSE_STATES } from "./pulse.ts";

/** How long nothing may happen. */
export interface StallBounds {
  /** While steps are made. */
  readonly stepS: number;
  /** While a rank sets itself up, saves, or does another task than training. */
  readonly slowS: number;
}

/** The least bound, of steps that take no time; and what it is in steps. */
const STALL_S = 10;
const STALL_STEPS = 10;
/** Before there is a step to measure. */
const FIRST_STALL_S = 60;
const SLOW_STALL_S = 120;

/** `longestStepS` is undefined before the first step is done. */
export function stallBounds(
  longestStepS: number | undefined,
  given: number | undefined,
): StallBounds {
  const own =
    longestStepS === undefined ? FIRST_STALL_S : Math.max(STALL_S, STALL_STEPS * longestStepS);
  const stepS = given ?? own;
  return { stepS, slowS: Math.max(stepS, SLOW_STALL_S) };
}

export interface StallWatch {
  readonly read: () => readonly Int32Array[];
  readonly bounds: () => StallBounds;
  /** Ranks that have reported. */
  readonly isDone: (rank: number) => boolean;
  /** Once: the ranks that hold up the others, and for how long nothing happened. */
  readonly onStall: (stall: Stall, idleS: number) => void;
  /** Seconds, monotonic. */
  readonly clock: () => number;
}

const LOOK_MS = 250;

/** The function returned ends the watch. */
export function watchStall(watch: StallWatch): () => void {
  const look = stallLook(watch);
  const timer = setInterval(() => {
    if (look()) clearInterval(timer);
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** True once a stall was told. */
export function stallLook({ read, bounds, isDone, onStall, clock }: StallWatch): () => boolean {
  let seen = "";
  let [lastS, idleS] = [clock(), 0];
  return () => {
    const numbers = read();
    const now = numbers.map((each) => each.join()).join(";");
    const clockS = clock();
    // Time in which this process itself stood still, being stopped or asleep, proves nothing.
    idleS += Math.min(clockS - lastS, (2 * LOOK_MS) / 1000);
    lastS = clockS;
    if (now !== seen) [seen, idleS] = [now, 0];
    const standing = numbers.flatMap((own, rank) => (isDone(rank) ? [] : [standingOf(own, rank)]));
    const { stepS, slowS } = bounds();
    const isSlow = standing.some(({ state }) => state === "starting" || state === "saving");
    if (standing.length === 0 || idleS < (isSlow ? slowS : stepS)) return false;
    onStall(stallOf(standing), idleS);
    return true;
  };
}

interface Standing {
  readonly rank: number;
  readonly state: PulseState;
  /** The exchange it waits in, so that two ranks in the same one have the same words. */
  readonly exchange: string;
  readonly peers: readonly number[];
}

function standingOf(numbers: Int32Array, rank: number): Standing {
  const [, state = 0, kind = 0, low = 0, high = 0] = numbers;
  const peers = Array.from({ length: 64 }, (_, peer) => peer).filter((peer) => {
    return (((peer < 32 ? low : high) >> (peer & 31)) & 1) === 1;
  });
  return { rank, state: at(PULSE_STATES, state), exchange: `${kind} ${low} ${high}`, peers };
}

export interface Stall {
  /** Whether those named wait themselves, for something else than those who wait for them. */
  readonly areWaiting: boolean;
  readonly ranks: readonly number[];
}

/**
 * Who does not wait holds up the others. Where all wait, it is who is not in the exchange in which
 * the most wait for it.
 */
function stallOf(standing: readonly Standing[]): Stall {
  const busy = standing.filter(({ state }) => state !== "waiting");
  if (busy.length > 0) return { areWaiting: false, ranks: busy.map(({ rank }) => rank) };
  const missedBy = ({ rank, exchange }: Standing) => {
    const others = standing.filter((other) => other.rank !== rank && other.exchange !== exchange);
    return others.filter(({ peers }) => peers.includes(rank)).length;
  };
  const most = Math.max(...standing.map(missedBy));
  const missed = standing.filter((each) => missedBy(each) === most);
  return { areWaiting: true, ranks: missed.map(({ rank }) => rank) };
}
