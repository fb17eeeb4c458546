/**
 * From every option that keeps all caps to the few that are shown: the cheapest of each box,
 * and where boxes are few, further fabrics of the same box. Who is not shown is told why.
 */
import { at } from "../base/assert.ts";
import { duration, fixed, percent, usd } from "../base/format.ts";
import type { PlanOption, PlanRejected } from "../records/plan.ts";

export type Draft = Omit<PlanOption, "whyNotFirst" | "isOnFront">;

/** Totals nearer than this are told apart by what they cost to buy, then by days. */
const TOO_CLOSE = 0.005;
/** Fewer options than this are filled up with other fabrics of the same boxes. */
const LEAST = 3;

export interface Choice {
  readonly options: readonly PlanOption[];
  readonly rejected: readonly PlanRejected[];
}

export function choose(drafts: readonly Draft[], count: number): Choice {
  const ordered = [...drafts].sort(byMoney);
  const shown: Draft[] = [];
  const boxes = new Set<string>();
  for (const draft of ordered) {
    const box = boxOf(draft);
    if (shown.length >= count || boxes.has(box)) continue;
    boxes.add(box);
    shown.push(draft);
  }
  for (const draft of ordered) {
    const isNew = !shown.some(({ cluster }) => cluster === draft.cluster);
    if (shown.length < Math.min(LEAST, count) && isNew) shown.push(draft);
  }
  shown.sort(byMoney);
  const options = shown.map((draft, i) => ({
    ...draft,
    whyNotFirst: i === 0 ? "is first" : whyNot(draft, at(shown, 0)),
    isOnFront: isOnFront(draft, drafts),
  }));
  const others = ordered.filter((draft) => !shown.includes(draft));
  return { options, rejected: others.map((draft) => lost(draft, shown)) };
}

const boxOf = ({ familyId }: Draft): string => familyId.replace(/-(?:\dto\d|torus)$/, "");

function byMoney(a: Draft, b: Draft): number {
  const ratio = a.total.midUsd / b.total.midUsd;
  if (Math.abs(ratio - 1) > TOO_CLOSE) return ratio < 1 ? -1 : 1;
  const capital = (draft: Draft): number => draft.capitalUsd ?? Number.MAX_VALUE;
  return capital(a) - capital(b) || a.p90S - b.p90S || (a.familyId < b.familyId ? -1 : 1);
}

/** Nothing else is as cheap, as early and as frugal. */
function isOnFront(draft: Draft, all: readonly Draft[]): boolean {
  return !all.some((other) => other !== draft && dominates(other, draft));
}

function dominates(a: Draft, b: Draft): boolean {
  const pairs = [
    [a.total.midUsd, b.total.midUsd],
    [a.p90S, b.p90S],
    [a.wallW ?? Infinity, b.wallW ?? Infinity],
  ] as const;
  return pairs.every(([own, its]) => own <= its) && pairs.some(([own, its]) => own < its);
}

function whyNot(draft: Draft, first: Draft): string {
  const more = draft.total.midUsd / first.total.midUsd - 1;
  const parts = [`${signed(more)} in cost (${usd(asPrinted(draft, first))})`];
  const laterS = draft.p90S - first.p90S;
  parts.push(`p90 ${duration(Math.abs(laterS), 2)} ${laterS > 0 ? "later" : "earlier"}`);
  if (draft.wallW !== undefined && first.wallW !== undefined) {
    parts.push(`${signed(draft.wallW / first.wallW - 1)} in power`);
  }
  if (draft.capitalUsd !== undefined && first.capitalUsd !== undefined) {
    parts.push(`${signed(draft.capitalUsd / first.capitalUsd - 1)} to buy`);
  }
  if (draft.total.lowUsd <= first.total.highUsd && more > 0) {
    parts.push("ranges overlap: too close to call on cost alone");
  }
  return parts.join(", ");
}

/** The difference of the totals as reports print them, so that it can be checked there. */
function asPrinted({ total }: Draft, { total: least }: Draft): number {
  const unitUsd = least.midUsd < 9.95e6 ? 1e4 : 1e5;
  const printed = (amount: number): number => Math.round(amount / unitUsd) * unitUsd;
  const difference = printed(total.midUsd) - printed(least.midUsd);
  return difference === 0 ? total.midUsd - least.midUsd : difference;
}

function signed(ratio: number): string {
  return `${ratio < 0 ? "" : "+"}${percent(ratio, 1)}`;
}

/** Lost to the shown option of the same box, else to the first one. */
function lost(draft: Draft, shown: readonly Draft[]): PlanRejected {
  const same = shown.find((option) => boxOf(option) === boxOf(draft));
  const winner = same ?? at(shown, 0);
  const number = shown.indexOf(winner) + 1;
  const kind = same === undefined ? "against" : "same box as";
  const size = fixed(draft.acceleratorCount);
  const why = `${kind} option ${number} with ${size} accelerators: ${whyNot(draft, winner)}`;
  return { cluster: draft.cluster, acceleratorCount: draft.acceleratorCount, why };
}
