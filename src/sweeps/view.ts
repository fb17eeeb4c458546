/**
 * The points of a sweep that a page can hold. A reader filters by what each input is, so of every
 * value the best points are there; the rest is thinned out evenly by key.
 */
import { join } from "node:path";
import { METRICS } from "../answers/sweep-point.ts";
import type { AxisValue, Sweep, SweepView } from "../records/sweep.ts";
import { pointCount } from "./points.ts";
import { identityOf } from "./run.ts";
import { Store } from "./store.ts";

const BEST = 250;
const BEST_OF_VALUE = 8;
const SAMPLE = 250;
const FRONT = 100;

/** Of these more is better; of all others, less. */
const MORE = new Set(["tokensPerS", "tokensPerSPerAccelerator", "mfu"]);

export async function sweepView(sweep: Sweep, folder: string): Promise<SweepView> {
  const store = await Store.open(join(folder, "results.duckdb"), sweep, identityOf(sweep));
  try {
    return await viewOf(sweep, store);
  } finally {
    store.close();
  }
}

async function viewOf(sweep: Sweep, store: Store): Promise<SweepView> {
  const known = await knownNumbers(store);
  const { by, order } = ranking(sweep, known);
  const against = opponent(by, known);
  const numbers = [...new Set([by, against, ...known])];
  const front = await frontOf(store, { by, order, against });
  const keys = `SELECT unnest([${front.join(", ")}]::INTEGER[]) AS key`;
  const names = [...sweep.axes.map(({ name }) => name), ...numbers].map(column).join(", ");
  const chosen = [keys, ...chosenKeys(sweep, `${column(by)} ${sqlOrder(order)}, key`, by)];
  const rows = await store.rows(
    `SELECT key, ${names} FROM points WHERE key IN (${chosen.join(" UNION ")}) ORDER BY key`,
  );
  const onFront = new Set(front);
  const states = await store.rows("SELECT state, count(*) FROM points GROUP BY 1 ORDER BY 1");
  return {
    ...{ question: sweep.title, by, order, against, axes: sweep.axes, numbers },
    points: rows.map(([key, ...values]) => ({
      keyIndex: Number(key),
      values: values as readonly (AxisValue | null)[],
      isOnFront: onFront.has(Number(key)),
    })),
    pointCount: pointCount(sweep.axes),
    states: states.map(([state, count]) => ({ state: String(state), count: Number(count) })),
  };
}

const column = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const sqlOrder = (order: SweepView["order"]): string => (order === "least" ? "ASC" : "DESC");

/** Days and money are unknown where no tokens are given. */
async function knownNumbers(store: Store): Promise<string[]> {
  const names = store.numberNames();
  const counts = names.map((name) => `count(${column(name)})`).join(", ");
  const [known = []] = await store.rows(`SELECT ${counts} FROM points WHERE state = 'ok'`);
  return names.filter((_, i) => Number(known[i] ?? 0) > 0);
}

function ranking({ refine }: Sweep, numbers: readonly string[]): Pick<SweepView, "by" | "order"> {
  if (refine !== undefined && numbers.includes(refine.by)) return refine;
  const by = ["runUsd", "days"].find((name) => numbers.includes(name)) ?? "tokensPerS";
  return { by, order: MORE.has(by) ? "most" : "least" };
}

/** Money is traded for time; a rate for memory. */
function opponent(by: string, numbers: readonly string[]): string {
  const wanted = by === "days" ? ["runUsd", "mfu"] : ["days", "memoryShare"];
  return [...wanted, ...METRICS].find((name) => name !== by && numbers.includes(name)) ?? by;
}

/** Points that no other beats in both; of many, evenly chosen ones, the ends among them. */
async function frontOf(
  store: Store,
  { by, order, against }: Pick<SweepView, "by" | "order" | "against">,
): Promise<number[]> {
  const cost = order === "least" ? column(by) : `-${column(by)}`;
  const other = MORE.has(against) ? `-${column(against)}` : column(against);
  const rows = await store.rows(
    `SELECT key FROM (
       SELECT key, x, cost, min(cost) OVER (
         ORDER BY x, cost, key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
       FROM (SELECT key, ${cost} AS cost, ${other} AS x FROM points WHERE state = 'ok')
       WHERE x IS NOT NULL AND cost IS NOT NULL)
     WHERE before IS NULL OR cost < before ORDER BY x`,
  );
  const keys = rows.map(([key]) => Number(key));
  if (keys.length <= FRONT) return keys;
  const places = Array.from({ length: FRONT }, (_, i) =>
    Math.round((i * (keys.length - 1)) / (FRONT - 1)),
  );
  return places.flatMap((place) => keys[place] ?? []);
}

function chosenKeys({ axes }: Sweep, best: string, by: string): string[] {
  const ranked = `SELECT key FROM points WHERE state = 'ok' AND ${column(by)} IS NOT NULL`;
  const ofValues = axes.map(
    ({ name }) =>
      `(${ranked} QUALIFY row_number() OVER (PARTITION BY ${column(name)} ORDER BY ${best}) ` +
      `<= ${BEST_OF_VALUE})`,
  );
  const sample =
    "(SELECT key FROM (SELECT key, row_number() OVER (ORDER BY key) - 1 AS place, " +
    `count(*) OVER () AS n FROM points WHERE state = 'ok') ` +
    `WHERE place % greatest(1, n // ${SAMPLE}) = 0)`;
  return [`(${ranked} ORDER BY ${best} LIMIT ${BEST})`, ...ofValues, sample];
}
