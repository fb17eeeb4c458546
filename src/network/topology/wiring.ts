/**
 * Cables as they are laid, tier by tier; in the end they become the arrays of a Graph.
 *
 * A cable is two directed links with neighboring ids: the even one as laid, the odd one
 * back. So the links of a run of cables need no table: first + 2·index (+ 1 for back).
 */
import { assert, at } from "../../base/assert.ts";
import type { LinkSpec } from "../../records/cluster.ts";
import type { Graph, LinkTier } from "../../records/graph.ts";

export type TierSpec = Omit<LinkTier, "linkCount">;

export class Wiring {
  readonly #tiers: TierSpec[] = [];
  readonly #source: number[] = [];
  readonly #target: number[] = [];
  readonly #tier: number[] = [];

  /** Opens a tier and returns its index. */
  tier(spec: TierSpec): number {
    assert(spec.linkBytesPerS > 0, `the rate of ${spec.name} is greater than zero`);
    assert(spec.latencyS >= 0, `the latency of ${spec.name} is not negative`);
    return this.#tiers.push(spec) - 1;
  }

  /** Lays a cable and returns its link from a to b; the link back has the next id. */
  cable(tier: number, a: number, b: number): number {
    this.#source.push(a, b);
    this.#target.push(b, a);
    this.#tier.push(tier, tier);
    return this.#source.length - 2;
  }

  get linkCount(): number {
    return this.#source.length;
  }

  arrays(): LinkArrays {
    const tierOf = (link: number): TierSpec => at(this.#tiers, at(this.#tier, link));
    const linkCount = this.linkCount;
    return {
      linkCount,
      linkSource: Int32Array.from(this.#source),
      linkTarget: Int32Array.from(this.#target),
      linkTier: Uint8Array.from(this.#tier),
      linkBytesPerS: Float64Array.from({ length: linkCount }, (_, i) => tierOf(i).linkBytesPerS),
      linkLatencyS: Float64Array.from({ length: linkCount }, (_, i) => tierOf(i).latencyS),
      linkTiers: this.#tiers.map((spec, index) => ({
        ...spec,
        linkCount: this.#tier.reduce((sum, tier) => sum + (tier === index ? 1 : 0), 0),
      })),
    };
  }
}

export type LinkArrays = Pick<
  Graph,
  | "linkCount"
  | "linkSource"
  | "linkTarget"
  | "linkTier"
  | "linkBytesPerS"
  | "linkLatencyS"
  | "linkTiers"
>;

/**
 * A tier of links with `switchEnds` switches at their ends (1 or 2). Half of a switch's
 * latency lies on the link into it and half on the link out of it, so that a path pays it
 * once for each switch crossed and both directions of a cable stay alike.
 */
export function switchedTier(request: {
  readonly kind: string;
  readonly name: string;
  readonly pointer: string;
  readonly link: LinkSpec;
  readonly switchEnds: number;
  readonly switchLatencyS: number;
}): TierSpec {
  const { kind, name, pointer, link, switchEnds } = request;
  const ownS = link.latencyS.value;
  const switchesS = (switchEnds * request.switchLatencyS) / 2;
  return {
    kind,
    name,
    ratePointer: `${pointer}/rate`,
    latencyPointer: switchesS > ownS ? "/fabric/switchLatency" : `${pointer}/latency`,
    linkBytesPerS: link.rateBytesPerS.value,
    latencyS: ownS + switchesS,
  };
}
