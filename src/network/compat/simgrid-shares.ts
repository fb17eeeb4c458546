/**
 * SimGrid's max-min sharing (simgrid/simgrid, src/kernel/lmm). A flow f has a penalty w_f and a
 * bound; each link ℓ has a capacity and elements (flow, consumption c). Round by round:
 *
 *     share of a link   remaining / Σ c/w, or remaining / max c/w on a fat pipe
 *     flows of the links with the least share get min(share/w, bound); those whose bound is
 *     lower go first, alone
 *
 * Weights w are latency plus Σ S/bandwidth, so a long way gets less. Quirk: a link is left out once
 * less than 10⁻⁵ of it, or of its usage, remains.
 */
import { at } from "../../base/assert.ts";

export interface ShareFlow {
  readonly weight: number;
  /** Bytes a second; below 0: none. */
  readonly boundBytesPerS: number;
  readonly elements: readonly ShareElement[];
}

export interface ShareElement {
  readonly linkIndex: number;
  readonly consumptionShare: number;
}

export interface ShareLink {
  readonly bytesPerS: number;
  readonly isFatpipe: boolean;
}

const PRECISION = 1e-5;

/** A link while shares are worked out. */
interface Light {
  readonly link: ShareLink;
  readonly users: { readonly flow: number; readonly consumption: number }[];
  remaining: number;
  usage: number;
}

/** Bytes a second of each flow; a flow over no link has its bound, or no end. */
export function simgridShares(links: readonly ShareLink[], flows: readonly ShareFlow[]): number[] {
  const rates = flows.map(({ elements, boundBytesPerS: bound }) =>
    elements.length > 0 ? Number.NaN : bound > 0 ? bound : Infinity,
  );
  const lights = lightsOf(links, flows);
  const isOpen = (light: Light) =>
    light.usage > PRECISION && light.remaining > light.link.bytesPerS * PRECISION;
  let open = [...lights.values()].filter(({ usage, remaining }) => usage > 0 && remaining > 0);
  while (open.length > 0) {
    const least = open.reduce(
      (low, light) => Math.min(low, light.remaining / light.usage),
      Infinity,
    );
    const saturated = open.filter((light) => light.remaining / light.usage === least);
    const waiting = [
      ...new Set(
        saturated.flatMap(({ users }) =>
          users.filter((user) => Number.isNaN(rates[user.flow])).map((user) => user.flow),
        ),
      ),
    ];
    if (waiting.length === 0) {
      open = open.filter((light) => !saturated.includes(light));
      continue;
    }
    settle(flows, waiting, least, (flow, rate) => {
      rates[flow] = rate;
      for (const { linkIndex, consumptionShare } of at(flows, flow).elements) {
        const light = lights.get(linkIndex);
        if (light !== undefined)
          take(light, at(flows, flow), { consumptionShare, rate, rates, flows });
      }
    });
    open = open.filter(isOpen);
  }
  // What is left stood on links that were as good as full.
  return rates.map((rate) => (Number.isNaN(rate) ? 0 : rate));
}

function lightsOf(links: readonly ShareLink[], flows: readonly ShareFlow[]): Map<number, Light> {
  const lights = new Map<number, Light>();
  for (const [flow, { weight, elements }] of flows.entries()) {
    for (const { linkIndex: place, consumptionShare: consumption } of elements) {
      const link = at(links, place);
      const light = lights.get(place) ?? { link, users: [], remaining: link.bytesPerS, usage: 0 };
      lights.set(place, light);
      light.users.push({ flow, consumption });
      const part = consumption / weight;
      light.usage = link.isFatpipe ? Math.max(light.usage, part) : light.usage + part;
    }
  }
  return lights;
}

/** Flows whose bound is below their share come first, the lowest and its equals. */
function settle(
  flows: readonly ShareFlow[],
  waiting: readonly number[],
  least: number,
  give: (flow: number, rate: number) => void,
): void {
  const bounds = waiting.map((flow) => {
    const { boundBytesPerS: bound, weight } = at(flows, flow);
    return bound > 0 && bound * weight < least ? bound * weight : Infinity;
  });
  const lowest = Math.min(...bounds);
  for (const flow of waiting) {
    const { boundBytesPerS: bound, weight } = at(flows, flow);
    if (lowest === Infinity) give(flow, least / weight);
    else if (Math.abs(bound * weight - lowest) < PRECISION) give(flow, bound);
  }
}

function take(
  light: Light,
  flow: ShareFlow,
  part: {
    readonly consumptionShare: number;
    readonly rate: number;
    readonly rates: readonly number[];
    readonly flows: readonly ShareFlow[];
  },
): void {
  const { consumptionShare, rate, rates, flows } = part;
  if (!light.link.isFatpipe) {
    light.remaining = less(
      light.remaining,
      consumptionShare * rate,
      light.link.bytesPerS * PRECISION,
    );
    light.usage = less(light.usage, consumptionShare / flow.weight, PRECISION);
    return;
  }
  light.usage = light.users.reduce((most, user) => {
    const isSet = !Number.isNaN(rates[user.flow]);
    return isSet ? most : Math.max(most, user.consumption / at(flows, user.flow).weight);
  }, 0);
}

function less(value: number, by: number, precision: number): number {
  const left = value - by;
  return left < precision ? 0 : left;
}
