/**
 * Collectives of groups of ranks on the whole fabric. Groups of one size that share no rank are
 * timed as if they all ran at once, as they do in training, so that links between them count.
 * Several algorithms are tried, the fastest wins; where the members lie evenly on nodes, those
 * with two levels are among them.
 */
import { assert, at } from "../../base/assert.ts";
import type { Graph } from "../../records/graph.ts";
import type { Collective, Program, Step } from "../../records/schedule.ts";
import type { Algorithm } from "../collectives/algorithm.ts";
import { ALGORITHMS } from "../collectives/table.ts";
import { collectiveTime } from "../collective-time.ts";
import { runProgram } from "../engine/run.ts";

/** What has a meaning for any set of ranks; torus algorithms, say, need all of a torus. */
const FOR_GROUPS: readonly string[] = [
  ...["ring", "halving-doubling", "hierarchical", "bruck", "direct", "pairwise", "binomial"],
  ...["scatter-all-gather", "double-binary-tree", "dissemination"],
];

export interface GroupTime {
  readonly algorithm: string;
  readonly durationS: number;
  /** Groups that run at once, itself among them. */
  readonly groupCount: number;
}

export type GroupTimer = (group: number, collective: Collective, sizeBytes: number) => GroupTime;

export function groupTimer(graph: Graph, groups: readonly (readonly number[])[]): GroupTimer {
  const families = familiesOf(groups);
  const views = new Map<readonly number[], Graph>();
  const known = new Map<string, GroupTime>();
  return (group, collective, sizeBytes) => {
    const family = at(families, group);
    const [first = []] = family;
    const key = `${families.indexOf(family)} ${collective} ${sizeBytes}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const view = views.get(first) ?? viewOf(graph, first);
    views.set(first, view);
    const made = timed(graph, { view, family, collective, sizeBytes });
    known.set(key, made);
    return made;
  };
}

/** The family of each group: groups of its size, disjoint, in their order. */
function familiesOf(groups: readonly (readonly number[])[]) {
  const families: { readonly taken: Set<number>; readonly members: (readonly number[])[] }[] = [];
  return groups.map((group) => {
    const sorted = group.toSorted((a, b) => a - b);
    const found = families.find(
      ({ taken, members }) =>
        members[0]?.length === sorted.length && !sorted.some((rank) => taken.has(rank)),
    );
    const family = found ?? { taken: new Set<number>(), members: [] };
    if (found === undefined) families.push(family);
    family.members.push(sorted);
    for (const rank of sorted) family.taken.add(rank);
    return family.members;
  });
}

/** The graph as the members see it: their number, and how many of them share a node. */
function viewOf(graph: Graph, members: readonly number[]): Graph {
  const nodes = members.map((rank) => Math.floor(rank / graph.ranksPerNode));
  const perNode = nodes.lastIndexOf(nodes[0] ?? 0) + 1;
  const isEven =
    members.length % perNode === 0 &&
    nodes.every((node, i) => node === nodes[i - (i % perNode)]) &&
    new Set(nodes).size === members.length / perNode;
  const ranksPerNode = isEven ? perNode : 1;
  return {
    ...graph,
    ...{ rankCount: members.length, ranksPerNode, nodeCount: members.length / ranksPerNode },
  };
}

function timed(
  graph: Graph,
  asked: {
    readonly view: Graph;
    readonly family: readonly (readonly number[])[];
    readonly collective: Collective;
    readonly sizeBytes: number;
  },
): GroupTime {
  const { view, family, collective, sizeBytes } = asked;
  const groupCount = family.length;
  if (view.rankCount === 1) return { algorithm: "none", durationS: 0, groupCount };
  if (view.rankCount === graph.rankCount) {
    const { algorithm, timeline } = collectiveTime(graph, {
      ...{ collective, sizeBytes, algorithm: "auto" },
    });
    return { algorithm, durationS: timeline.durationS, groupCount };
  }
  const able = ALGORITHMS.filter((algorithm) => isAble(algorithm, view, collective, sizeBytes));
  assert(able.length > 0, "some algorithm makes each collective");
  const times = able.map((algorithm) => {
    const program = seated(algorithm.program(view, collective, sizeBytes), family, graph);
    const { durationS } = runProgram(program, graph);
    return { algorithm: algorithm.name, durationS, groupCount };
  });
  return at(
    times.toSorted((a, b) => a.durationS - b.durationS),
    0,
  );
}

function isAble(algorithm: Algorithm, view: Graph, collective: Collective, bytes: number): boolean {
  return (
    FOR_GROUPS.includes(algorithm.name) &&
    algorithm.supports(view, collective) === undefined &&
    algorithm.guard?.(view, bytes) === undefined
  );
}

/** The same messages in every group of the family, between the ranks of the graph. */
function seated(program: Program, family: readonly (readonly number[])[], graph: Graph): Program {
  const known = new Map<Int32Array, Int32Array>();
  const places = (ranks: Int32Array): Int32Array => {
    const made = known.get(ranks) ?? Int32Array.from(placed(ranks, family));
    known.set(ranks, made);
    return made;
  };
  const sizes = new Map<Float64Array, Float64Array>();
  const repeated = (bytes: Float64Array): Float64Array => {
    const made = sizes.get(bytes) ?? new Float64Array(bytes.length * family.length);
    if (!sizes.has(bytes)) family.forEach((_, i) => made.set(bytes, i * bytes.length));
    sizes.set(bytes, made);
    return made;
  };
  const steps = program.steps.map(({ name, repeat, source, target, messageBytes, part }): Step => {
    const bytes = repeated(messageBytes);
    return {
      ...{ name, repeat, source: places(source), target: places(target), messageBytes: bytes },
      part: (m, repetition) => part(m % source.length, repetition),
    };
  });
  return { ...program, rankCount: graph.rankCount, steps };
}

function placed(ranks: Int32Array, family: readonly (readonly number[])[]): number[] {
  return family.flatMap((members) => Array.from(ranks, (rank) => at(members, rank)));
}
