/**
 * Failed cables and boxes: messages whose way is cut take a shortest way round, by hop
 * counts from the target; of equal next hops the one that the target's number picks, so that
 * detours spread. Ranks do not forward for others, but for the nodes of a torus of single
 * ranks. A message without any way left is named.
 */
import { at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import { linkId, vertexId } from "../../base/ids.ts";
import type { Graph } from "../../records/graph.ts";

/** "leaf-3:spine-5" or "leaf-3 → spine-5" for all cables between two, "spine-5" for a box. */
export function failedGraph(graph: Graph, failed: readonly string[]): Graph {
  if (failed.length === 0) return graph;
  const isDead = linksNamed(graph, failed);
  const detours = new Detours(graph, isDead, failed);
  const routeLengthMax = 3 * graph.routeLengthMax + 4;
  const around =
    (route: Graph["route"]): Graph["route"] =>
    (source, target, out, start) => {
      const end = route(source, target, out, start);
      for (let i = start; i < end; i++) {
        if (isDead[out[i]!] === 1)
          return detours.route(source, target, { out, start, routeLengthMax });
      }
      return end;
    };
  const { stepRoute } = graph;
  return {
    ...graph,
    deadLinks: isDead,
    routeLengthMax,
    route: around((from, to, out, at) => graph.route(from, to, out, at)),
    ...(stepRoute === undefined ? {} : { stepRoute: (count) => around(stepRoute(count)) }),
  };
}

/** 1 for the links of the named cables and boxes; a Refusal for a name that is none. */
export function linksNamed(graph: Graph, failed: readonly string[]): Uint8Array {
  const vertexOf = new Map<string, number>();
  for (let v = 0; v < graph.vertexCount; v++) vertexOf.set(graph.vertexName(vertexId(v)), v);
  const isDead = new Uint8Array(graph.linkCount);
  for (const name of failed) {
    const [from = "", to] = name.split(/\s*(?::|→|->)\s*/);
    const ends = [from, to].map((end) => (end === undefined ? -1 : vertexOf.get(end)));
    let count = 0;
    for (let link = 0; link < graph.linkCount; link++) {
      const pair = [at(graph.linkSource, link), at(graph.linkTarget, link)];
      const isHit =
        to === undefined
          ? pair.includes(ends[0] ?? -1)
          : ends.every((end) => end !== undefined && pair.includes(end));
      if (!isHit) continue;
      isDead[link] = 1;
      count++;
    }
    if (count === 0) throw unknownPart(graph, name);
  }
  return isDead;
}

/** Ways round, by the distance of every vertex from the target; the last few are kept. */
class Detours {
  readonly #graph: Graph;
  readonly #isDead: Uint8Array;
  readonly #failed: readonly string[];
  readonly #start: Int32Array;
  readonly #links: Int32Array;
  readonly #known = new Map<number, Int32Array>();

  constructor(graph: Graph, isDead: Uint8Array, failed: readonly string[]) {
    this.#graph = graph;
    this.#isDead = isDead;
    this.#failed = failed;
    this.#start = new Int32Array(graph.vertexCount + 1);
    for (const source of graph.linkSource) this.#start[source + 1]!++;
    for (let v = 0; v < graph.vertexCount; v++) this.#start[v + 1]! += this.#start[v]!;
    const place = this.#start.slice();
    this.#links = new Int32Array(graph.linkCount);
    graph.linkSource.forEach((source, link) => {
      this.#links[place[source]!++] = link;
    });
  }

  route(
    source: number,
    target: number,
    into: { readonly out: Int32Array; readonly start: number; readonly routeLengthMax: number },
  ): number {
    const distance = this.#distances(target);
    const hops = at(distance, source);
    if (hops === -1 || hops > into.routeLengthMax) throw this.#stuck(source, target);
    let end = into.start;
    let vertex = source;
    for (let left = hops - 1; left >= 0; left--) {
      const choices: number[] = [];
      for (let i = this.#start[vertex]!; i < this.#start[vertex + 1]!; i++) {
        const link = this.#links[i]!;
        const isNext = distance[this.#graph.linkTarget[link]!] === left;
        if (isNext && this.#isDead[link] === 0) choices.push(link);
      }
      const link = at(choices, target % choices.length);
      into.out[end++] = link;
      vertex = this.#graph.linkTarget[link]!;
    }
    return end;
  }

  /** Hops to the target from every vertex; −1 where there is no way. */
  #distances(target: number): Int32Array {
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    const { vertexCount, vertexTiers, linkTarget, ranksForward } = this.#graph;
    // Accelerators come first, also those that the job leaves idle.
    const acceleratorCount = at(vertexTiers, 0).vertexCount;
    const distance = new Int32Array(vertexCount).fill(-1);
    const queue = new Int32Array(vertexCount);
    distance[target] = 0;
    queue[0] = target;
    let length = 1;
    for (let next = 0; next < length; next++) {
      const vertex = queue[next]!;
      if (vertex !== target && vertex < acceleratorCount && ranksForward !== true) continue;
      for (let i = this.#start[vertex]!; i < this.#start[vertex + 1]!; i++) {
        const link = this.#links[i]!;
        const behind = linkTarget[link]!;
        // A cable's two links have neighboring ids: the other one leads here.
        if (this.#isDead[link ^ 1] === 1 || distance[behind] !== -1) continue;
        distance[behind] = distance[vertex]! + 1;
        queue[length++] = behind;
      }
    }
    if (this.#known.size >= 256) this.#known.clear();
    this.#known.set(target, distance);
    return distance;
  }

  #stuck(source: number, target: number): Refusal {
    return new Refusal({
      code: "unreachable-rank",
      pointer: "",
      found:
        `no way left from rank ${source} to rank ${target}; ` +
        `failed: ${this.#failed.join(", ")}`,
      expected: "a way between every two ranks that talk",
      nextStep: "let fewer links fail, or place the job on other ranks",
    });
  }
}

function unknownPart(graph: Graph, name: string): Refusal {
  const example = graph.linkName(linkId(graph.linkCount - 1));
  const [box = ""] = example.split(" → ");
  return new Refusal({
    code: "unknown-link",
    pointer: "",
    found: `"${name}"`,
    expected: `two neighbors such as "${example}", or a box such as "${box}"`,
    nextStep: "`fabricast topology show` lists what there is",
  });
}
