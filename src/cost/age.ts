/** How old a price or figure is on the day that a question asks about. */
import { assert } from "../base/assert.ts";

/** Older figures earn a warning: prices of parts move by the quarter. */
export const STALE_DAYS = 180;

const MS_PER_DAY = 86_400_000;

/**
 * Days from a date to the day of the question. A date that names only a month or a year
 * counts from its last day, and is new as long as it has not ended. Negative: the figure is
 * of a later day than the question. Undefined: no date is known.
 */
export function ageDays(date: string, asOf: string): number | undefined {
  if (date === "") return undefined;
  const age = lastDay(asOf) - lastDay(date);
  return age < 0 && asOf.startsWith(date) ? 0 : age;
}

/** A figure without a date is no younger for it. */
export function isStale(date: string, asOf: string): boolean {
  const age = ageDays(date, asOf);
  return age === undefined || age > STALE_DAYS;
}

/** Days since 1970-01-01 of the last day that an ISO date, month or year covers. */
function lastDay(date: string): number {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(date);
  assert(match !== null, "a date is written YYYY, YYYY-MM or YYYY-MM-DD");
  const [, year, month = "12", day] = match;
  // Day 0 of the next month is the last day of this one.
  const ms =
    day === undefined
      ? Date.UTC(Number(year), Number(month), 0)
      : Date.UTC(Number(year), Number(month) - 1, Number(day));
  assert(new Date(ms).toISOString().startsWith(date), "a date is a day of the calendar");
  return ms / MS_PER_DAY;
}
