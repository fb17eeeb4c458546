/**
 * The ways of each message: one, or, sprayed, all that the tree's uplinks offer, up to a bound,
 * in an order drawn by chance. Found before the run, so that a packet only picks a number.
 */
import { at } from "../../base/assert.ts";
import { rankId } from "../../base/ids.ts";
import { seeded } from "../../base/random.ts";
import { Refusal } from "../../base/errors.ts";
import type { Graph } from "../../records/graph.ts";
import type { Messages } from "../../records/traffic.ts";

export interface PacketWays {
  /** Ways of message m: firstWay[m] … firstWay[m + 1] − 1. */
  readonly firstWay: Int32Array;
  /** Links of way w: links[wayStart[w]] … links[wayStart[w + 1] − 1]. */
  readonly wayStart: Int32Array;
  readonly links: Int32Array;
}

/** More ways than these spread packets no better. */
const MOST_WAYS = 64;
const TRIES = 4 * MOST_WAYS;

export function packetWays(
  graph: Graph,
  { source, target }: Messages,
  { isSprayed, seed }: { readonly isSprayed: boolean; readonly seed: number },
): PacketWays {
  const random = seeded(seed);
  const firstWay = new Int32Array(source.length + 1);
  const wayStart: number[] = [0];
  const links: number[] = [];
  const scratch = new Int32Array(graph.routeLengthMax);
  for (let m = 0; m < source.length; m++) {
    const [from, to] = [at(source, m), at(target, m)];
    const ways = from === -1 || from === to ? [] : waysOf(from, to);
    for (const way of ways) {
      for (const link of way) links.push(link);
      wayStart.push(links.length);
    }
    firstWay[m + 1] = wayStart.length - 1;
  }
  return { firstWay, wayStart: Int32Array.from(wayStart), links: Int32Array.from(links) };

  function waysOf(from: number, to: number): Int32Array[] {
    const single = () => {
      const end = graph.route(rankId(from), rankId(to), scratch, 0);
      return scratch.slice(0, end);
    };
    if (!isSprayed) return [single()];
    if (graph.routeBy === undefined) throw noSpraying(graph);
    const known = new Map<string, Int32Array>();
    const drawn = graph.routeBy((_level, _source, _target, uplinks) =>
      Math.floor(random() * uplinks),
    );
    for (let i = 0; i < TRIES && known.size < MOST_WAYS; i++) {
      const end = drawn(rankId(from), rankId(to), scratch, 0);
      const way = scratch.slice(0, end);
      known.set(way.join(" "), way);
    }
    return [...known.values()];
  }
}

function noSpraying(graph: Graph): Refusal {
  return new Refusal({
    code: "no-such-routing",
    pointer: "",
    found: `packet spraying on ${graph.clusterId}, a ${graph.family}`,
    expected: "a fabric with equal ways, such as a fat tree",
    nextStep: "leave --routing out",
  });
}
