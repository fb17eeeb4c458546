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
  #source: Int32Array;
  #target: Int32Array;
  #tier: Uint8Array;
  #linkCount = 0;

  /** Room for so many cables to begin with; it grows as needed. */
  constructor(cableCount = 64) {
    this.#source = new Int32Array(2 * cableCount);
    this.#target = new Int32Array(2 * cableCount);
    this.#tier = new Uint8Array(2 * cableCount);
  }

  /** Opens a tier, or finds the one that is just so; returns its index. */
  tier(spec: TierSpec): number {
    assert(spec.linkBytesPerS > 0, `the rate of ${spec.name} is greater than zero`);
    assert(spec.latencyS >= 0, `the latency of ${spec.name} is not negative`);
    const known = this.#tiers.findIndex(
      ({ kind, name, linkBytesPerS, latencyS }) =>
        kind === spec.kind &&
        name === spec.name &&
        linkBytesPerS === spec.linkBytesPerS &&
        latencyS === spec.latencyS,
    );
    return known >= 0 ? known : this.#tiers.push(spec) - 1;
  }

  /** Lays a cable and returns its link from a to b; the link back has the next id. */
  cable(tier: number, a: number, b: number): number {
    const link = this.#linkCount;
    if (link + 2 > this.#source.length) this.#grow();
    this.#source[link] = a;
    this.#target[link] = b;
    this.#source[link + 1] = b;
    this.#target[link + 1] = a;
    this.#tier[link] = tier;
    this.#tier[link + 1] = tier;
    this.#linkCount += 2;
    return link;
  }

  get linkCount(): number {
    return this.#linkCount;
  }

  arrays(): LinkArrays {
    const linkCount = this.#linkCount;
    const linkBytesPerS = new Float64Array(linkCount);
    const linkLatencyS = new Float64Array(linkCount);
    const counts = new Float64Array(this.#tiers.length);
    // Links of a tier are laid one behind the other, nearly always: filled run by run.
    for (let link = 0, end = 0; link < linkCount; link = end) {
      const tier = this.#tier[link]!;
      for (end = link + 1; end < linkCount && this.#tier[end] === tier;) end++;
      linkBytesPerS.fill(at(this.#tiers, tier).linkBytesPerS, link, end);
      linkLatencyS.fill(at(this.#tiers, tier).latencyS, link, end);
      counts[tier]! += end - link;
    }
    return {
      linkCount,
      linkSource: this.#source.subarray(0, linkCount),
      linkTarget: this.#target.subarray(0, linkCount),
      linkTier: this.#tier.subarray(0, linkCount),
      linkBytesPerS,
      linkLatencyS,
      linkTiers: this.#tiers.map((spec, tier) => ({ ...spec, linkCount: at(counts, tier) })),
    };
  }

  #grow(): void {
    const longer = <T extends Int32Array | Uint8Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const length = 2 * this.#source.length + 2;
    this.#source = longer(this.#source, new Int32Array(length));
    this.#target = longer(this.#target, new Int32Array(length));
    this.#tier = longer(this.#tier, new Uint8Array(length));
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
