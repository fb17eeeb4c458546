/**
 * `plan`: what do I need to train a model in time, what does it cost, and what else was there?
 *
 * Two halves, so that this room opens no file: `planSizes` says which sizes of which families
 * end in time; their designs are then read like any cluster file and `answerPlan` prices them.
 */
import { YEAR_S } from "../cost/ownership.ts";
import { at, present } from "../base/assert.ts";
import type { OwnPrices } from "../cost/materials.ts";
import type { Design, Rent } from "../records/cluster.ts";
import type { SiteFacts } from "../records/ownership.ts";
import type { PlanAnswer, PlanOption, PlanPoint } from "../records/plan.ts";
import type { PlanQuestion, PlanRejected } from "../records/plan.ts";
import { fixed } from "../base/format.ts";
import type { ValidationTable } from "./accuracy/validation.ts";
import { answerCost, withOwnRent } from "./cost.ts";
import { Evaluator } from "./evaluator.ts";
import { fabricShares } from "./large/fabric.ts";
import { layoutText } from "./large/setting.ts";
import { availabilityOf, undelivered } from "./plan-delivery.ts";
import { brokenCaps, infeasible } from "./plan-caps.ts";
import type { CapPoint } from "./plan-caps.ts";
import { choose } from "./plan-choice.ts";
import type { Draft } from "./plan-choice.ts";
import { planDetail } from "./plan-detail.ts";
import { clusterName, FAMILIES, sizesOf } from "./plan-families.ts";
import type { Family } from "./plan-families.ts";
import { dearestYearUsd, moneyOf } from "./plan-money.ts";
import { onFabric, sizeFamily, sizedAt } from "./plan-size.ts";
import type { Candidate, LayoutCache, Sized, Sizing } from "./plan-size.ts";
import { planWords } from "./plan-words.ts";

export function planFamilies({ vendors }: Pick<PlanQuestion, "vendors">): readonly Family[] {
  const named = vendors.map((vendor) => vendor.toLowerCase());
  return FAMILIES.filter(
    ({ vendor }) => named.length === 0 || named.includes(vendor.toLowerCase()),
  );
}

export function planSizes(
  question: PlanQuestion,
  candidates: readonly Candidate[],
): readonly Sizing[] {
  const cache: LayoutCache = new Map();
  return candidates.map((candidate) => sizeFamily(question, candidate, cache));
}

/** A size of a family as a cluster one can buy, at one site. */
export interface Priced {
  readonly sized: Sized;
  readonly design: Design;
  readonly site: SiteFacts;
}

/** What a plan is given besides its question. */
export interface PlanGiven {
  readonly published: readonly ValidationTable[];
  readonly prices: OwnPrices;
  /** The asker's own price by the hour, by accelerator. */
  readonly rents: ReadonlyMap<string, Rent>;
}

export function answerPlan(
  question: PlanQuestion,
  sizings: readonly Sizing[],
  priced: readonly Priced[],
  given: PlanGiven,
): PlanAnswer {
  const rejected: PlanRejected[] = sizings.filter(({ inTime }) => inTime.length === 0).map(tooLate);
  const drafts: Draft[] = [];
  const kept: Draft[] = [];
  for (const one of priced) {
    const draft = draftOf(question, one, given);
    if (typeof draft === "string") {
      const cluster = clusterName(one.sized.family, one.sized.acceleratorCount);
      const { acceleratorCount } = one.sized;
      rejected.push({ cluster, acceleratorCount, why: draft });
      continue;
    }
    drafts.push(draft);
    const broken = brokenCaps(question, pointOf(draft));
    if (broken.length === 0) kept.push(draft);
    else rejected.push({ ...nameOf(draft), why: `over a cap: ${broken.join("; ")}` });
  }
  if (drafts.length === 0 && question.delivery !== undefined) throw undelivered(question);
  if (kept.length === 0) throw infeasible(question, pointsAround(question, sizings, drafts));
  const { options, rejected: lost } = choose(kept, question.optionCount);
  const detail = planDetail(question, detailed(question, at(options, 0), priced), given.published);
  return {
    ...{ question, options, detail, ...planWords(question, options) },
    rejected: [...lost, ...rejected],
    points: drafts.map((draft) => dotOf(draft, options, kept)),
  };
}

/** What an option was made of, as its links leave it. */
function detailed(question: PlanQuestion, option: PlanOption, priced: readonly Priced[]): Priced {
  const found = priced.find(
    ({ sized, site }) =>
      sized.family.id === option.familyId &&
      sized.acceleratorCount === option.acceleratorCount &&
      site.name === option.siteName,
  );
  const one = present(found, "what an option was made of");
  return { ...one, sized: sharing(question, one) };
}

function dotOf(draft: Draft, options: readonly PlanOption[], kept: readonly Draft[]): PlanPoint {
  const { cluster, acceleratorCount, p10S, p50S, p90S, total, siteName } = draft;
  const place = options.findIndex(
    (one) =>
      one.cluster === cluster &&
      one.acceleratorCount === acceleratorCount &&
      one.siteName === siteName,
  );
  return {
    ...{ cluster, acceleratorCount, p10S, p50S, p90S, total },
    ...(place < 0 ? {} : { optionIndex: place }),
    isWithinCaps: kept.includes(draft),
  };
}

const nameOf = ({ cluster, acceleratorCount }: Draft) => ({ cluster, acceleratorCount });

function tooLate({ family, fastest }: Sizing): PlanRejected {
  if (fastest === undefined) {
    const cluster = clusterName(family, family.acceleratorsPerNode);
    return { cluster, why: "no layout of any size fits into memory and divides the batch" };
  }
  const { acceleratorCount, p90S } = fastest;
  const days = Math.ceil((p90S / 86_400) * 10) / 10;
  const cluster = clusterName(family, acceleratorCount);
  return { cluster, acceleratorCount, why: `ends after ${days} days at p90 at its fastest size` };
}

function draftOf(question: PlanQuestion, priced: Priced, given: PlanGiven): Draft | string {
  const { site } = priced;
  const design = withOwnRent({ design: priced.design, rents: given.rents });
  const sized = sharing(question, priced);
  const { family, request, acceleratorCount } = sized;
  if (sized.p90S > question.withinS) {
    return `links of the fabric are shared: p90 after ${fixed(sized.p90S / 86_400, 1)} days`;
  }
  const owned = answerCost({
    ...{ design, site, rankCount: acceleratorCount, yearCount: 4, utilization: 0.8 },
    ...{ asOf: question.asOf, prices: given.prices },
  });
  const availability = availabilityOf(question, family.host);
  if (question.delivery !== undefined && !availability.startsWith("by ")) {
    return `not delivered by ${question.delivery.by}: ${availability}`;
  }
  const money = moneyOf(question, sized, { design, owned });
  if (typeof money === "string") return money;
  const { bill, wallW, yearCarbonKg } = owned;
  const racks = bill.rows.find(({ materialClass }) => materialClass === "rack")?.count;
  return {
    ...money,
    familyId: family.id,
    cluster: clusterName(family, acceleratorCount),
    ...{ vendor: family.vendor, siteName: site.name, acceleratorCount },
    nodeCount: acceleratorCount / family.acceleratorsPerNode,
    layout: {
      ...{ tp: request.tensorRanks, pp: request.stages, dp: request.replicas },
      ...{ microBatch: request.microBatch, globalBatch: request.globalBatch },
      ...{ recompute: request.recompute, chunks: request.chunks, text: layoutText(request) },
      sharding: request.zeroStages === 3 ? "parameters (ZeRO-3)" : "optimizer (ZeRO-1)",
    },
    ...timesOf(sized),
    memoryShare: sized.memoryBytes / sized.part.memoryBytes,
    acceleratorS: acceleratorCount * sized.p50S,
    ...(wallW === undefined ? {} : { wallW }),
    ...(racks === undefined ? {} : { rackCount: racks }),
    ...(yearCarbonKg === undefined ? {} : { carbonKg: (yearCarbonKg * sized.p50S) / YEAR_S }),
    ...(bill.totalUsd === undefined ? {} : { capitalUsd: bill.totalUsd }),
    bill,
    availability,
  };
}

/** Whether a size still ends in time where its rings share links. */
export function isInTime(
  question: PlanQuestion,
  priced: Pick<Priced, "sized" | "design">,
): boolean {
  return sharing(question, priced).p90S <= question.withinS;
}

/** Rings of the layout on the links of this very fabric, where it has a graph. */
function sharing(
  question: PlanQuestion,
  { sized, design }: Pick<Priced, "sized" | "design">,
): Sized {
  const { cluster } = design;
  if (cluster === undefined) return sized;
  const { graph } = new Evaluator().network(cluster, sized.acceleratorCount);
  return onFabric(question, sized, fabricShares(cluster, graph, sized.run).shares);
}

function timesOf(sized: Sized) {
  const { stepS, mfu, tokensPerS, p10S, p50S, p90S, p95S, p99S, goodput, mttiS } = sized;
  const { intervalS: checkpointS, writeS, interruptions } = sized;
  const ends = { p10S, p50S, p90S, p95S, p99S };
  return { stepS, mfu, tokensPerS, ...ends, goodput, mttiS, checkpointS, writeS, interruptions };
}

function pointOf(draft: Draft): CapPoint {
  const { cluster, acceleratorCount, p90S, total, wallW, rackCount } = draft;
  const yearHighUsd = dearestYearUsd(draft);
  return {
    ...{ cluster, acceleratorCount, p90S, highUsd: total.highUsd, yearHighUsd },
    ...(wallW === undefined ? {} : { wallW }),
    ...(rackCount === undefined ? {} : { rackCount }),
  };
}

/** Sizes below and above those in time, with money and power by the accelerator. */
function pointsAround(
  question: PlanQuestion,
  sizings: readonly Sizing[],
  drafts: readonly Draft[],
): CapPoint[] {
  const cache: LayoutCache = new Map();
  const points = drafts.map(pointOf);
  for (const { family, part } of sizings) {
    const like = drafts.find(({ familyId }) => familyId === family.id);
    if (like === undefined) continue;
    const sizes = sizesOf(family, 1, 4 * like.acceleratorCount);
    for (const [i, size] of sizes.entries()) {
      if (i % 6 !== 0) continue;
      const sized = sizedAt(question, { family, part }, size, cache);
      if (sized !== undefined) points.push(scaled(question, like, sized));
    }
  }
  return points;
}

function scaled(question: PlanQuestion, like: Draft, sized: Sized): CapPoint {
  const { acceleratorCount, p50S, p90S } = sized;
  const size = acceleratorCount / like.acceleratorCount;
  const hours = question.basis === "rent" ? (p50S / like.p50S) * size : size;
  return {
    cluster: like.cluster,
    ...{ acceleratorCount, p90S, highUsd: like.total.highUsd * hours },
    yearHighUsd: dearestYearUsd(like) * hours,
    ...(like.wallW === undefined ? {} : { wallW: like.wallW * size }),
    ...(like.rackCount === undefined ? {} : { rackCount: Math.ceil(like.rackCount * size) }),
  };
}
