/**
 * Slim Fly: 2·q² switches with (3q − δ)/2 cables each, of which every two are at most two
 * hops apart (McKay-Miller-Širáň graphs, q = 4w + δ a prime power, δ = −1, 0 or 1).
 *
 * Switch (0, x, y) joins (0, x, y') where y − y' is in X, (1, m, c) joins (1, m, c') where
 * c − c' is in X', and (0, x, y) joins (1, m, c) where y = m·x + c; X and X' are sets of powers
 * of a generator of the field. Minimal: straight, or over a common neighbor that the pick
 * chooses. Valiant: minimally to a switch that the pick chooses, then minimally on.
 * Source: Besta & Hoefler 2014, "Slim Fly: a cost effective low-diameter network topology", SC.
 */
import { at as item } from "../../base/assert.ts";
import type { Cluster } from "../../records/cluster.ts";
import type { SlimFlyFabric } from "../../records/fabric.ts";
import type { Graph, PickUplink } from "../../records/graph.ts";
import { VIA_LEVEL } from "./dragonfly.ts";
import { fieldOf, primeOf } from "./galois.ts";
import type { Field } from "./galois.ts";
import { betweenSwitches, switchedGraph } from "./switched.ts";
import type { Between, Joined, SwitchNet } from "./switched.ts";
import type { Wiring } from "./wiring.ts";

/** The construction needs a prime power; 2 is none of 4w − 1, 4w, 4w + 1. */
export function isSlimFlySize(q: number): boolean {
  return q > 2 && primeOf(q) !== undefined && q % 4 !== 2;
}

/** Ports of a switch that other switches take. */
export function slimFlyRadix(q: number): number {
  return (3 * q - deltaOf(q)) / 2;
}

const deltaOf = (q: number): number => (q % 4 === 3 ? -1 : q % 4);

export function slimFlyGraph(cluster: Cluster, fabric: SlimFlyFabric, rankCount: number): Graph {
  return switchedGraph(cluster, fabric, { net: netOf(fabric), rankCount });
}

function netOf(fabric: SlimFlyFabric): SwitchNet {
  const { elementCount: q, hostsPerSwitch } = fabric;
  const switchCount = 2 * q * q;
  return {
    family: "slim-fly",
    kinds: [{ kind: "switch", vertexCount: switchCount }],
    portCount: switchCount * hostsPerSwitch,
    switchOf: (port) => Math.floor(port / hostsPerSwitch),
    join: (wiring, firstId) => join(wiring, fabric, firstId),
    hopsMax: 4,
    nameOf: (s) => `switch-(${Math.floor(s / (q * q))},${Math.floor(s / q) % q},${s % q})`,
    groups: { kind: "column", groupCount: 2 * q },
    groupOf: (s) => Math.floor(s / q),
    diameterHopCount: 2,
  };
}

/** Exponents of X and X': see the paper's section on construction. */
export function generatorSets(field: Field): readonly [readonly number[], readonly number[]] {
  const { elementCount: q } = field;
  const delta = deltaOf(q);
  const w = (q - delta) / 4;
  const some = (first: number, last: number): number[] => {
    const exponents: number[] = [];
    for (let i = first; i <= last; i += 2) exponents.push(i);
    return exponents;
  };
  const [own, other] =
    delta === -1
      ? [
          [...some(0, 2 * w - 2), ...some(2 * w - 1, 4 * w - 3)],
          [...some(1, 2 * w - 1), ...some(2 * w, 4 * w - 2)],
        ]
      : delta === 0
        ? [some(0, 4 * w - 2), some(1, 4 * w - 1)]
        : [some(0, q - 3), some(1, q - 2)];
  return [own.map((i) => field.power(i)), other.map((i) => field.power(i))];
}

function join(wiring: Wiring, fabric: SlimFlyFabric, firstId: number): Joined {
  const { localLink: link, hostsPerSwitch, elementCount: q } = fabric;
  const named = { kind: "local", name: "switch to switch", pointer: "/fabric/localLink", link };
  const tier = wiring.tier(betweenSwitches(fabric, named));
  const near = new Neighbors(2 * q * q);
  const lay = (a: number, b: number): void => {
    const cable = wiring.cable(tier, firstId + a, firstId + b);
    near.add(a, b, cable);
    near.add(b, a, cable + 1);
  };
  layAll(fieldOf(q), lay);
  near.sort();
  const towards = hops(near);
  const switchOf = (rank: number): number => Math.floor(rank / hostsPerSwitch);
  const minimal = (pick: PickUplink): Between => {
    const hop = towards(pick);
    return (source, target, out, at) =>
      hop({ from: switchOf(source), to: switchOf(target), source, target }, out, at);
  };
  const via = (pick: PickUplink): Between => {
    const hop = towards(pick);
    return (source, target, out, at) => {
      const [from, to] = [switchOf(source), switchOf(target)];
      if (from === to) return at;
      const between = pick(VIA_LEVEL, source, target, 2 * q * q);
      const half = hop({ from, to: between, source, target }, out, at);
      return hop({ from: between, to, source, target }, out, half);
    };
  };
  return { minimal, via };
}

function layAll(field: Field, lay: (a: number, b: number) => void): void {
  const { elementCount: q } = field;
  const sets = generatorSets(field);
  for (const [half, set] of sets.entries()) {
    for (let column = 0; column < q; column++) {
      const first = half * q * q + column * q;
      for (let y = 0; y < q; y++) {
        for (const step of set) {
          const other = field.add(y, step);
          if (y < other) lay(first + y, first + other);
        }
      }
    }
  }
  for (let x = 0; x < q; x++) {
    for (let m = 0; m < q; m++) {
      for (let c = 0; c < q; c++) {
        const y = field.add(field.multiply(m, x), c);
        lay(x * q + y, q * q + m * q + c);
      }
    }
  }
}

/** Sorted lists of neighbors with the links to them. */
class Neighbors {
  readonly #of: { readonly to: number; readonly link: number }[][];

  constructor(count: number) {
    this.#of = Array.from({ length: count }, () => []);
  }

  add(from: number, to: number, link: number): void {
    item(this.#of, from).push({ to, link });
  }

  sort(): void {
    for (const list of this.#of) list.sort((a, b) => a.to - b.to);
  }

  of(from: number): readonly { readonly to: number; readonly link: number }[] {
    return item(this.#of, from);
  }

  /** −1 where there is none. */
  link(from: number, to: number): number {
    const list = item(this.#of, from);
    let [low, high] = [0, list.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = item(list, middle);
      if (found.to === to) return found.link;
      if (found.to < to) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

interface Leg {
  readonly from: number;
  readonly to: number;
  readonly source: number;
  readonly target: number;
}

function hops(near: Neighbors) {
  return (pick: PickUplink) =>
    ({ from, to, source, target }: Leg, out: Int32Array, at: number): number => {
      if (from === to) return at;
      const straight = near.link(from, to);
      if (straight >= 0) {
        out[at] = straight;
        return at + 1;
      }
      const common = near.of(from).filter((neighbor) => near.link(neighbor.to, to) >= 0);
      const over = item(common, pick(0, source, target, common.length));
      out[at] = over.link;
      out[at + 1] = near.link(over.to, to);
      return at + 2;
    };
}
