/** `topology check`: what is left of a fabric after every failure of so many cables. */
import { at } from "../base/assert.ts";
import { linkId } from "../base/ids.ts";
import { seeded } from "../base/random.ts";
import { buildGraph } from "../network/topology/build.ts";
import { measuredBisection } from "../network/topology/measure.ts";
import { fabricCables, partedPair } from "../network/topology/survive.ts";
import type { Cluster } from "../records/cluster.ts";
import type { Graph } from "../records/graph.ts";
import type { Cut, TopologyCheck } from "../records/topology-check.ts";
import { fullRankCount } from "./topology.ts";

/** All failures up to so many are tried; of more a sample. */
const ALL_MOST = 20_000;
const SAMPLE_COUNT = 2000;
/** Links looked at in one run: on large fabrics fewer failures are tried. */
const VISITS_MOST = 1e8;
const SAMPLE_LEAST = 50;
/** Maximum flows are dear: so many failures of each run are measured. */
const FLOWS_MOST = 64;
const FLOW_LINKS_MOST = 40_000;

export function checkTopology(
  cluster: Cluster,
  request: { readonly failedCount: number; readonly seed: number; readonly rankCount?: number },
): TopologyCheck {
  const { failedCount, seed, rankCount = fullRankCount(cluster) } = request;
  const graph = buildGraph(cluster, rankCount);
  const cables = fabricCables(graph);
  const possibleCount = choose(cables.length, failedCount);
  const bearable = Math.floor(VISITS_MOST / Math.max(1, graph.linkCount));
  const isAll = possibleCount <= Math.min(ALL_MOST, Math.max(SAMPLE_LEAST, bearable));
  const sampleCount = Math.max(SAMPLE_LEAST, Math.min(SAMPLE_COUNT, bearable));
  const { fabric, node } = cluster;
  const rails = fabric.kind === "fat-tree" && fabric.railOnly === true ? node.acceleratorCount : 1;
  const tried = isAll
    ? allSets(cables.length, failedCount)
    : sampledSets(cables.length, failedCount, { seed, sampleCount });
  const cuts: Cut[] = [];
  const flows = new Flows(graph);
  let [triedCount, cutCount] = [0, 0];
  for (const set of tried) {
    triedCount++;
    const dead = new Set(set.map((cable) => at(cables, cable)));
    const ranks = partedPair(graph, dead, rails);
    flows.measure(dead);
    if (ranks === undefined) continue;
    cutCount++;
    if (cuts.length < 5) {
      cuts.push({ cables: [...dead].map((link) => graph.linkName(linkId(link))), ranks });
    }
  }
  return {
    ...{ clusterId: cluster.id, name: cluster.name, rankCount, failedCount },
    ...{ cableCount: cables.length, possibleCount, triedCount, cutCount, cuts },
    ...(isAll ? {} : { seed }),
    ...flows.found(),
  };
}

/** Bisections of the first failures tried, and of the whole fabric. */
class Flows {
  readonly #graph: Graph;
  readonly #isSmall: boolean;
  #least = Infinity;
  #count = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#isSmall = graph.linkCount <= FLOW_LINKS_MOST;
  }

  measure(dead: ReadonlySet<number>): void {
    if (!this.#isSmall || this.#count >= FLOWS_MOST) return;
    const isDead = new Uint8Array(this.#graph.linkCount);
    for (const link of dead) isDead.fill(1, link, link + 2);
    this.#least = Math.min(this.#least, measuredBisection(this.#graph, isDead));
    this.#count++;
  }

  found(): Pick<TopologyCheck, "bisectionBytesPerS" | "leastBisectionBytesPerS" | "flowCount"> {
    return {
      flowCount: this.#count,
      ...(this.#isSmall ? { bisectionBytesPerS: measuredBisection(this.#graph) } : {}),
      ...(this.#count === 0 ? {} : { leastBisectionBytesPerS: this.#least }),
    };
  }
}

/** C(n, k), exact as long as it matters. */
function choose(n: number, k: number): number {
  if (k > n) return 0;
  let count = 1;
  for (let i = 0; i < k; i++) count = (count * (n - i)) / (i + 1);
  return Math.round(count);
}

/** All sets of k of n numbers, in order. */
function* allSets(n: number, k: number): Generator<readonly number[]> {
  const set = Array.from({ length: k }, (_, i) => i);
  if (k > n) return;
  for (;;) {
    yield set;
    let i = k - 1;
    while (i >= 0 && at(set, i) === n - k + i) i--;
    if (i < 0) return;
    set[i] = at(set, i) + 1;
    for (let j = i + 1; j < k; j++) set[j] = at(set, j - 1) + 1;
  }
}

function* sampledSets(
  n: number,
  k: number,
  draw: { readonly seed: number; readonly sampleCount: number },
): Generator<readonly number[]> {
  const random = seeded(draw.seed);
  for (let i = 0; i < draw.sampleCount; i++) {
    const set = new Set<number>();
    while (set.size < k) set.add(Math.floor(random() * n));
    yield [...set].sort((a, b) => a - b);
  }
}
