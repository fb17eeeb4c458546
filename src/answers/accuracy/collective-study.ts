/**
 * Errors of the law of collectives: fitted, and with a part, a group size or a system of
 * several nodes left out, whose rows the constants then have not seen.
 *
 * What a benchmark and its fabric add to every message is known from no part: it is taken
 * from the smallest message of each series, which has no vote itself. On one node that is
 * the launch, on several the time of a crossing. Without that message the class is taken.
 */
import { at } from "../../base/assert.ts";
import { collectiveS } from "../../network/measured/collective-law.ts";
import type { CollectiveCase } from "../../network/measured/collective-case.ts";
import { LAW } from "../../network/measured/law-constants.ts";
import type { CollectiveLaw } from "../../network/measured/law-constants.ts";
import { unmeasuredRates } from "../../network/measured/rates.ts";
import type { CollectiveRun } from "./collective-rows.ts";

/** Bands of message sizes: from, below. */
export const BANDS = [
  { name: "< 1 MiB", leastBytes: 0, mostBytes: 2 ** 20 },
  { name: "1–16 MiB", leastBytes: 2 ** 20, mostBytes: 2 ** 25 },
  { name: "≥ 32 MiB", leastBytes: 2 ** 25, mostBytes: Infinity },
] as const;

/** Predicted against measured, as a logarithm. */
export interface JudgedRun {
  readonly run: CollectiveRun;
  readonly logErrorShare: number;
}

export interface LeftRuns {
  readonly by: string;
  readonly judged: readonly JudgedRun[];
}

export interface CollectiveStudy {
  readonly law: CollectiveLaw;
  readonly fitted: readonly JudgedRun[];
  /** Without the smallest message of the series: the class of the harness by its words. */
  readonly byClass: readonly JudgedRun[];
  readonly left: readonly LeftRuns[];
}

/** A harness adds up to a tenth of a millisecond; more is a cold row. */
const OFFSET_MOST_S = 200e-6;

export function collectiveStudy(runs: readonly CollectiveRun[]): CollectiveStudy {
  const offsets = offsetsOf(runs, LAW);
  const voting = runs.filter(({ id }) => !offsets.spent.has(id));
  const fitted = voting.map((run) => judge(run, withOffset(run, offsets), LAW));
  const byClass = runs.map((run) => judge(run, run.given, LAW));
  const left = Object.entries(SPLITS).map(([by, nameOf]) => ({
    by,
    judged: leftOut(voting, runs, by, nameOf),
  }));
  return { law: LAW, fitted, byClass, left };
}

const SPLITS: Readonly<Record<string, (run: CollectiveRun) => string | undefined>> = {
  part: ({ part }) => part.replace(/-(?:40|80)$/, ""),
  "group size": ({ given }) => String(given.ranks),
  "system of several nodes": ({ given, series }) => (given.domains > 1 ? series : undefined),
};

function leftOut(
  voting: readonly CollectiveRun[],
  runs: readonly CollectiveRun[],
  by: string,
  nameOf: (run: CollectiveRun) => string | undefined,
): JudgedRun[] {
  const names = [...new Set(voting.map(nameOf))].filter((name) => name !== undefined);
  return names.flatMap((name) => {
    const law = fitLaw(
      voting.filter((run) => nameOf(run) !== name),
      runs,
    );
    const out = runs.filter((run) => nameOf(run) === name);
    // A part that was left out has its planner's rates, a fabric its planner's protocols.
    const blind = out.map((run) => unmeasuredFabric(by === "part" ? unmeasured(run) : run));
    const offsets = offsetsOf(blind, law);
    return blind
      .filter(({ id }) => !offsets.spent.has(id))
      .map((run) => judge(run, withOffset(run, offsets), law));
  });
}

function unmeasured(run: CollectiveRun): CollectiveRun {
  return { ...run, given: { ...run.given, rates: unmeasuredRates(run.given.rates) } };
}

/** Lines of 128 bytes are known only where their fabric was measured. */
function unmeasuredFabric(run: CollectiveRun): CollectiveRun {
  const { lines: _, ...given } = run.given;
  return { ...run, given };
}

function judge(run: CollectiveRun, given: CollectiveCase, law: CollectiveLaw): JudgedRun {
  return { run, logErrorShare: Math.log(collectiveS(given, law) / run.measuredS) };
}

interface Offsets {
  readonly bySeries: ReadonlyMap<string, number>;
  /** Rows that gave an offset and so have no vote. */
  readonly spent: ReadonlySet<string>;
}

/** From the smallest message of each series of three rows or more. */
function offsetsOf(runs: readonly CollectiveRun[], law: CollectiveLaw): Offsets {
  const series = new Map<string, CollectiveRun[]>();
  for (const run of runs) series.set(run.series, [...(series.get(run.series) ?? []), run]);
  const bySeries = new Map<string, number>();
  const spent = new Set<string>();
  for (const [name, rows] of series) {
    const smallest = rows.reduce((a, b) => (b.given.sizeBytes < a.given.sizeBytes ? b : a));
    if (rows.length < 3 || smallest.given.sizeBytes > 2 ** 20) continue;
    const bare = collectiveS({ ...smallest.given, harnessS: 0, crossingS: 0 }, law);
    bySeries.set(name, Math.min(OFFSET_MOST_S, Math.max(0, smallest.measuredS - bare)));
    spent.add(smallest.id);
  }
  return { bySeries, spent };
}

/** On one node the launch; on several a crossing, of which a tree has 2 log₂ N. */
function withOffset({ series, given }: CollectiveRun, { bySeries }: Offsets): CollectiveCase {
  const offsetS = bySeries.get(series);
  if (offsetS === undefined) return given;
  if (given.domains === 1) return { ...given, harnessS: offsetS };
  return { ...given, harnessS: 0, crossingS: offsetS / (2 * Math.log2(given.domains)) };
}

const NAMES = Object.keys(LAW) as (keyof CollectiveLaw)[];
/** Where every fit starts: neutral values, none of them fitted. */
const NEUTRAL: CollectiveLaw = {
  ...{ fillFactor: 3, fillTurnFactor: 1.5, inSwitchRankS: 3e-6, localStepShare: 0.5 },
  ...{ localStepBytes: 2e9, lowLatencyBytes: 65_536, treeLowLatencyBytesPerS: 1e9 },
  ...{ nicShare: 0.9, meshStartS: 15e-6 },
};
const FIRST_STRIDE = 0.3;
const LAST_STRIDE = 0.02;
const SCALE = 0.05;

/** Coordinate search on the soft L1 of log errors; each series weighs the root of its rows. */
export function fitLaw(
  voting: readonly CollectiveRun[],
  all: readonly CollectiveRun[],
): CollectiveLaw {
  const kept = voting.filter(({ given }) => given.sizeBytes >= 2 ** 16);
  const names = new Set(voting.map(({ series }) => series));
  const known = all.filter(({ series }) => names.has(series));
  const counts = new Map<string, number>();
  for (const { series } of kept) counts.set(series, (counts.get(series) ?? 0) + 1);
  const loss = (law: CollectiveLaw): number => {
    const offsets = offsetsOf(known, law);
    return kept.reduce((sum, run) => {
      const { logErrorShare } = judge(run, withOffset(run, offsets), law);
      const weight = 1 / Math.sqrt(counts.get(run.series) ?? 1);
      return sum + weight * (Math.sqrt(1 + (logErrorShare / SCALE) ** 2) - 1);
    }, 0);
  };
  let best = NEUTRAL;
  let least = loss(best);
  for (let stride = FIRST_STRIDE; stride >= LAST_STRIDE;) {
    let isBetter = false;
    for (const name of NAMES) {
      for (const factor of [1 + stride, 1 / (1 + stride)]) {
        const next = { ...best, [name]: best[name] * factor };
        if (next.nicShare > 1) continue;
        const found = loss(next);
        if (found >= least - 1e-9) continue;
        best = next;
        least = found;
        isBetter = true;
      }
    }
    if (!isBetter) stride /= 2;
  }
  return best;
}

/** Two sources that measured one system at one size: half of that no law can explain. */
export function collectiveNoise(runs: readonly CollectiveRun[]): ReadonlyMap<string, number[]> {
  const groups = new Map<string, CollectiveRun[]>();
  for (const run of runs) {
    if (run.given.isOneKernel) continue;
    const key = `${run.given.kind} ${run.system} ${run.given.sizeBytes}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const spreads = new Map<string, number[]>(BANDS.map(({ name }) => [name, []]));
  for (const rows of groups.values()) {
    if (new Set(rows.map(({ source }) => source)).size < 2) continue;
    const times = rows.map(({ measuredS }) => Math.log(measuredS));
    const band = bandOf(at(rows, 0));
    spreads.get(band)?.push((Math.max(...times) - Math.min(...times)) / 2);
  }
  return spreads;
}

export function bandOf({ given }: CollectiveRun): string {
  const { sizeBytes } = given;
  const band = BANDS.find(({ leastBytes, mostBytes }) => {
    return sizeBytes >= leastBytes && sizeBytes < mostBytes;
  });
  return band?.name ?? at(BANDS, 0).name;
}
