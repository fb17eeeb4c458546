/**
 * Global links of dragonflies: which port of a group leads to which group.
 *
 * A group counts its global ports 0 … ports−1, box by box. Every two groups get as many
 * links as the ports allow, ⌊ports/(groups−1)⌋, in as many rounds; what is left stays empty.
 * In a round, palmtree takes port k of group i to group i + k + 1 (modulo groups), absolute
 * to the k-th of the other groups. Source of the names: Hastings et al. 2015, "Comparing
 * global link arrangements for Dragonfly networks", IEEE Cluster.
 */
import type { GlobalArrangement } from "../../records/fabric.ts";
import { pairNumber } from "./switched.ts";
import type { Wiring } from "./wiring.ts";

export interface GlobalLinks {
  /** Links between every two groups. */
  readonly perPairCount: number;
  /** Global port of group `from` that leads to group `to` in a round. */
  portOf(from: number, to: number, round: number): number;
  /** The directed link. */
  link(from: number, to: number, round: number): number;
}

export function globalLinksPerPair(groupCount: number, portsPerGroup: number): number {
  return groupCount === 1 ? 0 : Math.floor(portsPerGroup / (groupCount - 1));
}

/** Lays all cables; `boxOf` is the vertex behind a global port of a group. */
export function layGlobalLinks(
  wiring: Wiring,
  request: {
    readonly tier: number;
    readonly groupCount: number;
    readonly portsPerGroup: number;
    readonly arrangement: GlobalArrangement;
    readonly boxOf: (group: number, port: number) => number;
  },
): GlobalLinks {
  const { tier, groupCount, portsPerGroup, arrangement, boxOf } = request;
  const perPair = globalLinksPerPair(groupCount, portsPerGroup);
  const first = wiring.linkCount;
  const portOf = (from: number, to: number, round: number): number => {
    const port =
      arrangement === "palmtree"
        ? (to - from + groupCount - 1) % groupCount
        : to - (to < from ? 0 : 1);
    return round * (groupCount - 1) + port;
  };
  for (let i = 0; i < groupCount; i++) {
    for (let j = i + 1; j < groupCount; j++) {
      for (let round = 0; round < perPair; round++) {
        wiring.cable(tier, boxOf(i, portOf(i, j, round)), boxOf(j, portOf(j, i, round)));
      }
    }
  }
  return {
    perPairCount: perPair,
    portOf,
    link(from, to, round) {
      const pair = from < to ? pairNumber(from, to, groupCount) : pairNumber(to, from, groupCount);
      return first + 2 * (pair * perPair + round) + (from < to ? 0 : 1);
    },
  };
}

/** A group that is neither end; undefined where there is no third one. */
export function thirdGroup(
  groupCount: number,
  ends: { readonly from: number; readonly to: number },
  pick: (count: number) => number,
): number | undefined {
  if (groupCount < 3) return undefined;
  const [low, high] = [Math.min(ends.from, ends.to), Math.max(ends.from, ends.to)];
  let group = pick(groupCount - 2);
  if (group >= low) group++;
  if (group >= high) group++;
  return group;
}
