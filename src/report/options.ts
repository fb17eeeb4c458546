/**
 * The options of a comparison at one common size, recommended first, and in one sentence
 * each why the others are not. All formats show these same rows.
 */
import { fixed, percent } from "../base/format.ts";
import type { CostBasis, CostRow, CostTable } from "../records/cost.ts";
import type { ClusterSummary, CompareResult, PointRow } from "../records/result.ts";
import { printedDifference } from "./round.ts";
import { signed } from "./words.ts";

export interface Option {
  readonly cluster: ClusterSummary;
  /** At the size of comparison; absent if the cluster does not come in it. */
  readonly point?: PointRow;
  readonly cost?: CostRow;
  /** From the table of ownership, whatever the basis: what it costs to buy. */
  readonly capitalUsd?: number;
  readonly isRecommended: boolean;
  /** Efficiency at the size of comparison is at or above the limit. */
  readonly holds: boolean;
  readonly reason: string;
  /** The same in a few words, where there is little room. */
  readonly short: string;
}

export interface Options {
  readonly rankCount: number;
  /** Basis of every USD figure in the options. */
  readonly basis: CostBasis;
  readonly rows: readonly Option[];
}

/** Strong-scaling rows of the question itself, in the order of the record. */
export const strongRows = (result: CompareResult, clusterId?: string): PointRow[] =>
  result.rows.filter(
    (row) => row.scaling === "strong" && (clusterId === undefined || row.clusterId === clusterId),
  );

/** The size at which options stand side by side: the recommended one, else the largest held. */
export function comparisonSize(result: CompareResult): number {
  if (result.recommended !== undefined) return result.recommended.rankCount;
  const held = result.clusters.flatMap((cluster) => cluster.largestRankCount ?? []);
  const all = held.length > 0 ? held : strongRows(result).map((row) => row.rankCount);
  return Math.max(...all);
}

export const tableOf = (tables: readonly CostTable[], basis: CostBasis): CostTable | undefined =>
  tables.find((table) => table.basis === basis);

export const costAt = (
  table: CostTable | undefined,
  clusterId: string,
  rankCount: number,
): CostRow | undefined =>
  table?.rows.find((row) => row.clusterId === clusterId && row.rankCount === rankCount);

/** Decimals of USD per million samples. */
export const samplesDecimals = (usd: number): number => (usd >= 1000 ? 0 : 2);

export function optionsOf(result: CompareResult): Options {
  const rankCount = comparisonSize(result);
  const table = tableOf(result.costs, result.costBasis);
  const owned = tableOf(result.costs, "ownership");
  const plain = result.clusters.map((cluster) => {
    const point = strongRows(result, cluster.clusterId).find((row) => row.rankCount === rankCount);
    const cost = costAt(table, cluster.clusterId, rankCount);
    const capitalUsd = costAt(owned, cluster.clusterId, rankCount)?.capitalUsd;
    const holds = (point?.efficiency ?? 0) >= result.efficiencyMin;
    const isRecommended = result.recommended?.clusterId === cluster.clusterId;
    return {
      cluster,
      isRecommended,
      holds,
      ...(point === undefined ? {} : { point }),
      ...(cost === undefined ? {} : { cost }),
      ...(capitalUsd === undefined ? {} : { capitalUsd }),
    };
  });
  const first = plain.find((option) => option.isRecommended);
  const rows = plain
    .map((option) => ({
      ...option,
      reason: reasonOf(result, option, first),
      short: shortReason(option, first),
    }))
    .toSorted(byMerit);
  return { rankCount, rows, basis: result.costBasis };
}

type Unreasoned = Omit<Option, "reason" | "short">;

/** Recommended, then those that hold the limit, then by cost; those without a price last. */
function byMerit(a: Unreasoned, b: Unreasoned): number {
  const rank = (option: Unreasoned): number => (option.isRecommended ? 0 : option.holds ? 1 : 2);
  const usd = (option: Unreasoned): number => option.cost?.millionSamplesUsd ?? Infinity;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return usd(a) < usd(b) ? -1 : usd(a) > usd(b) ? 1 : 0;
}

function reasonOf(result: CompareResult, option: Unreasoned, first?: Unreasoned): string {
  const { cluster, point } = option;
  if (option.isRecommended) return "Recommended";
  if (point === undefined)
    return `Does not come with ${fixed(comparisonSize(result))} accelerators`;
  if (!option.holds) {
    const efficiency = percent(point.efficiency ?? 0);
    const held = cluster.largestRankCount;
    const until = held === undefined ? "holds it at no size" : `holds it until ${fixed(held)}`;
    return `Misses the limit with ${efficiency}; ${until}`;
  }
  return difference(option, first);
}

function shortReason(option: Unreasoned, first?: Unreasoned): string {
  if (option.isRecommended) return "recommended";
  if (option.point === undefined) return "not built so large";
  if (!option.holds) return "misses the limit";
  const usd = option.cost?.millionSamplesUsd;
  const firstUsd = first?.cost?.millionSamplesUsd;
  if (usd === undefined || firstUsd === undefined) return "no price";
  const decimals = samplesDecimals(Math.max(usd, firstUsd));
  const more = printedDifference(usd, firstUsd, decimals);
  if (more !== 0) return `${signed(more, decimals)} USD/M samples`;
  const kUsd = kUsdMore(option, first);
  return kUsd === undefined ? "costs the same" : `${signed(kUsd, 0)} k USD to buy`;
}

/** From the printed numbers, so that the table can be checked by subtraction. */
function difference(option: Unreasoned, first?: Unreasoned): string {
  const mine = option.cost?.millionSamplesUsd;
  const theirs = first?.cost?.millionSamplesUsd;
  if (mine === undefined) return option.cost?.missing ?? "Has no price here";
  if (theirs === undefined) return "Holds the limit; the first has no price to compare with";
  const decimals = samplesDecimals(Math.max(mine, theirs));
  const more = printedDifference(mine, theirs, decimals);
  if (more === 0) return capitalDifference(option, first);
  const usd = `${fixed(Math.abs(more), decimals)}\u00a0USD`;
  const samples = `Costs ${usd} ${more > 0 ? "more" : "less"} per million samples`;
  const buy = buyWords(option, first);
  return buy === undefined ? samples : `${samples}, ${buy}`;
}

/** Where a million samples cost the same, what it costs to buy tells fabrics apart. */
function capitalDifference(option: Unreasoned, first?: Unreasoned): string {
  const same = "Costs the same per million samples";
  const buy = buyWords(option, first);
  return buy === undefined ? same : `${same}, ${buy}`;
}

function buyWords(option: Unreasoned, first?: Unreasoned): string | undefined {
  const kUsd = kUsdMore(option, first);
  if (kUsd === undefined || kUsd === 0) return undefined;
  return `${fixed(Math.abs(kUsd))}\u00a0k\u00a0USD ${kUsd > 0 ? "more" : "less"} to buy`;
}

/** Difference of the printed capitals. */
function kUsdMore(option: Unreasoned, first?: Unreasoned): number | undefined {
  const [mine, theirs] = [option.capitalUsd, first?.capitalUsd];
  if (mine === undefined || theirs === undefined) return undefined;
  return printedDifference(mine / 1000, theirs / 1000, 0);
}

/** The recommended point, else the first option's, else the first row. */
export function mainPoint(result: CompareResult): PointRow | undefined {
  return optionsOf(result).rows.find((option) => option.point !== undefined)?.point;
}
