/** The only reader of the clock. Times measured here never enter a predicted number. */

/** Seconds since some fixed moment, never running backwards: for durations only. */
export function nowS(): number {
  return performance.now() / 1000;
}

/** Today in universal time, "2026-11-24": for messages and names, never for results. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
