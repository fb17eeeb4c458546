/**
 * `compare fabrics`: families for the same hosts, made equal in one thing, measured in others.
 *
 * Of each family the candidate nearest to the first family's widest one is taken (of those within
 * 5 % the widest or cheapest), and its miss
 * told; then all are asked the same: an all-reduce, experts' exchange, the worst of many
 * seeds of the routing, one box lost, and what a delivered GB/s costs of the fabric.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { vertexId } from "../base/ids.ts";
import { collectiveTime } from "../network/collective-time.ts";
import { runProgram } from "../network/engine/run.ts";
import { sceneGraph } from "../network/scene.ts";
import { buildGraph } from "../network/topology/build.ts";
import { measuredBisection } from "../network/topology/measure.ts";
import type { Design } from "../records/cluster.ts";
import type { EqualIn, FabricComparison, FabricRow } from "../records/fabric-comparison.ts";
import type { Graph } from "../records/graph.ts";
import type { MaterialBill } from "../records/material.ts";
import type { Routing } from "../records/schedule.ts";
import { answerBill } from "./bill.ts";
import { expertExchange } from "./fabric-load.ts";
import { fullRankCount } from "./topology.ts";

export interface CompareFabricsRequest {
  readonly families: readonly {
    readonly family: string;
    readonly candidates: readonly Design[];
  }[];
  readonly equal: EqualIn;
  readonly sizeBytes: number;
  readonly seedCount: number;
  readonly asOf: string;
}

interface Sized {
  readonly family: string;
  readonly design: Design;
  readonly graph: Graph;
  readonly fabricUsd?: number;
  readonly bisectionBytesPerS: number;
  readonly portCount: number;
}

export function compareFabrics(request: CompareFabricsRequest): FabricComparison {
  const { families, equal, asOf } = request;
  const sized = families.map(({ family, candidates }) => {
    const made = candidates.map((design) => sizedOf(family, design, asOf));
    if (made.length === 0) throw noCandidate(family);
    return made;
  });
  const widest = at(sized, 0).reduce((a, b) => (measure(b, equal) > measure(a, equal) ? b : a));
  const aim = measure(widest, equal);
  const { sizeBytes, seedCount } = request;
  const rows = sized.map((made) => {
    const miss = (one: Sized): number => measure(one, equal) / aim - 1;
    const taken = chosen(made, miss, equal);
    return rowOf(taken, miss(taken), request);
  });
  const { ranksPerNode, rankCount } = widest.graph;
  const { groupRankCount } = expertExchange(rankCount, ranksPerNode, sizeBytes);
  return { equal, sizeBytes, seedCount, groupRankCount, rows };
}

/** Candidates this near are taken as equal, and the better one of them wins. */
const NEAR_SHARE = 0.05;

/** The nearest; of all that are near enough the widest, or the cheapest of equal width. */
function chosen(made: readonly Sized[], miss: (one: Sized) => number, equal: EqualIn): Sized {
  const least = Math.min(...made.map((one) => Math.abs(miss(one))));
  const near = made.filter((one) => Math.abs(miss(one)) <= Math.max(NEAR_SHARE, least));
  const worth = (one: Sized): number =>
    equal === "bisection" ? -(one.fabricUsd ?? one.portCount) : one.bisectionBytesPerS;
  return near.reduce((a, b) => (worth(b) > worth(a) ? b : a));
}

function noCandidate(family: string): Refusal {
  return new Refusal({
    code: "no-such-size",
    pointer: "",
    found: `no ${family} of so many hosts from parts of the catalog`,
    expected: "a number of hosts that the family comes in",
    nextStep: "take another number, such as a power of two, or leave the family out",
  });
}

function sizedOf(family: string, design: Design, asOf: string): Sized {
  const graph = buildGraph(design.cluster, fullRankCount(design.cluster));
  const bill = answerBill({ design, asOf });
  const fabricUsd = fabricCost(bill);
  const { counts } = bill;
  const cableCount =
    counts.hostLeafCableCount +
    counts.leafSpineCableCount +
    counts.spineCoreCableCount +
    counts.neighborCableCount;
  return {
    ...{ family, design, graph, portCount: 2 * cableCount },
    bisectionBytesPerS: counts.bisectionBytesPerS,
    ...(fabricUsd === undefined ? {} : { fabricUsd }),
  };
}

/** Undefined where a part has no sourced price. */
function fabricCost({ rows }: MaterialBill): number | undefined {
  let sum = 0;
  for (const { materialClass, totalUsd } of rows) {
    const isFabric = /(leaf|spine|core) switch$|cable$/.test(materialClass);
    if (!isFabric) continue;
    if (totalUsd === undefined) return undefined;
    sum += totalUsd;
  }
  return sum;
}

function measure(sized: Sized, equal: EqualIn): number {
  if (equal === "bisection") return sized.bisectionBytesPerS;
  if (equal === "ports") return sized.portCount;
  const { fabricUsd, design } = sized;
  if (fabricUsd !== undefined) return fabricUsd;
  throw new Refusal({
    code: "no-price",
    pointer: "",
    found: `a part of ${design.name} without a sourced price`,
    expected: "prices of all switches and cables, where cost is to be equal",
    nextStep: "take --equal ports or bisection",
  });
}

function rowOf(sized: Sized, missShare: number, request: CompareFabricsRequest): FabricRow {
  const { family, design, graph, fabricUsd } = sized;
  const { sizeBytes, seedCount } = request;
  const { rankCount } = graph;
  const ask = { collective: "all-reduce", algorithm: "auto", sizeBytes } as const;
  const isDrawn = graph.routeBy !== undefined;
  const scene = (seed: number): Graph => {
    const routing: Routing = { kind: "ecmp", seed, isSalted: true };
    return isDrawn ? sceneGraph(design.cluster, rankCount, { routing }) : graph;
  };
  const first = scene(1);
  const times = Array.from({ length: isDrawn ? seedCount : 1 }, (_, i) =>
    collectiveTime(i === 0 ? first : scene(1 + i), ask),
  ).sort((a, b) => a.timeline.durationS - b.timeline.durationS);
  const median = at(times, Math.ceil(times.length / 2) - 1);
  const { program, movedBytes } = expertExchange(rankCount, graph.ranksPerNode, sizeBytes);
  const exchangeS = runProgram(program, first).durationS;
  const deliveredBytesPerS = movedBytes / exchangeS;
  return {
    family,
    cluster: design.reference ?? design.id,
    rankCount,
    ...(fabricUsd === undefined ? {} : { fabricUsd }),
    bisectionBytesPerS: sized.bisectionBytesPerS,
    portCount: sized.portCount,
    missShare,
    routing: routingName(graph, seedCount),
    allReduceS: median.timeline.durationS,
    allReduceAlgorithm: median.algorithm,
    allReduceWorstS: at(times, times.length - 1).timeline.durationS,
    exchangeS,
    deliveredBytesPerS,
    failed: lostBox(graph),
    ...(fabricUsd === undefined ? {} : { usdPerGBPerS: fabricUsd / (deliveredBytesPerS / 1e9) }),
  };
}

function routingName({ family, routeBy }: Graph, seedCount: number): string {
  if (routeBy === undefined)
    return family === "torus" ? "dimension order, draws nothing" : "only way";
  const name = family === "fat-tree" ? "hashed ECMP" : "minimal, hashed";
  return `${name}, ${seedCount} seeds`;
}

/** The first leaf, or what comes nearest to one: accelerators parted, bisection left. */
function lostBox(graph: Graph): FabricRow["failed"] {
  const hostLike = graph.linkTiers.findIndex(({ kind }) => kind === "host" || kind === "nic");
  const link = graph.linkTier.indexOf(Math.max(0, hostLike));
  const box = Math.max(at(graph.linkSource, link), at(graph.linkTarget, link));
  const isDead = new Uint8Array(graph.linkCount);
  const hostCount = at(graph.vertexTiers, 0).vertexCount;
  let lostCount = graph.ranksForward === true && box < hostCount ? 1 : 0;
  for (let l = 0; l < graph.linkCount; l++) {
    const [a, b] = [at(graph.linkSource, l), at(graph.linkTarget, l)];
    if (a !== box && b !== box) continue;
    isDead[l] = 1;
    const kind = at(graph.linkTiers, at(graph.linkTier, l)).kind;
    if (a < hostCount && kind !== "scale-up") lostCount++;
  }
  const whole = measuredBisection(graph);
  return {
    box: graph.vertexName(vertexId(box)),
    lostCount,
    bisectionShare: whole === 0 ? 0 : measuredBisection(graph, isDead) / whole,
  };
}
