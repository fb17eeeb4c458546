/**
 * HyperX: switches on a grid, all on one line of a dimension joined to each other by as many
 * cables as that dimension is wide. With one dimension a full mesh, with two a flattened
 * butterfly.
 *
 * Minimal: dimension by dimension, one hop each; of parallel cables the pick chooses.
 * Valiant: minimally to a switch that the pick chooses, then minimally on.
 * Source: Ahn et al. 2009, "HyperX: topology, routing, and packaging of efficient large-scale
 * networks", SC.
 *
 *     bisection = min over dimensions d of K_d·S_d·P/4 · B  (P switches, sizes S_d even)
 */
import { at as item } from "../../base/assert.ts";
import type { Cluster } from "../../records/cluster.ts";
import type { HyperXFabric } from "../../records/fabric.ts";
import { AXES } from "../../records/graph.ts";
import type { Graph, PickUplink } from "../../records/graph.ts";
import { VIA_LEVEL } from "./dragonfly.ts";
import { betweenSwitches, pairNumber, switchedGraph } from "./switched.ts";
import type { Between, Joined, SwitchNet } from "./switched.ts";
import type { Wiring } from "./wiring.ts";

export function hyperxGraph(cluster: Cluster, fabric: HyperXFabric, rankCount: number): Graph {
  return switchedGraph(cluster, fabric, { net: netOf(fabric), rankCount });
}

function netOf(fabric: HyperXFabric): SwitchNet {
  const { shape, hostsPerSwitch } = fabric;
  const switchCount = shape.reduce((a, b) => a * b, 1);
  const row = item(shape, 0);
  return {
    family: "hyperx",
    kinds: [{ kind: "switch", vertexCount: switchCount }],
    portCount: switchCount * hostsPerSwitch,
    switchOf: (port) => Math.floor(port / hostsPerSwitch),
    join: (wiring, firstId) => join(wiring, fabric, firstId),
    hopsMax: 2 * shape.length,
    nameOf: (s) => `switch-(${coordinates(shape, s).join(",")})`,
    groups: { kind: "row", groupCount: switchCount / row },
    groupOf: (s) => Math.floor(s / row),
    ...bisection(fabric, switchCount),
    diameterHopCount: shape.filter((size) => size > 1).length,
  };
}

/** Cuts of odd dimensions are uneven; the formula then says nothing. */
function bisection(
  { shape, widths, localLink }: HyperXFabric,
  switchCount: number,
): Pick<SwitchNet, "bisectionBytesPerS"> {
  const long = shape.flatMap((size, d) => (size > 1 ? [{ size, width: item(widths, d) }] : []));
  if (long.length === 0 || long.some(({ size }) => size % 2 !== 0)) return {};
  const cables = long.map(({ size, width }) => (width * size * switchCount) / 4);
  return { bisectionBytesPerS: Math.min(...cables) * localLink.rateBytesPerS.value };
}

function coordinates(shape: readonly number[], s: number): number[] {
  let rest = s;
  return shape.map((size) => {
    const coordinate = rest % size;
    rest = Math.floor(rest / size);
    return coordinate;
  });
}

/** Cables of one dimension: line by line, pair by pair, then the parallel ones. */
interface Dimension {
  readonly size: number;
  readonly width: number;
  readonly stride: number;
  readonly firstLink: number;
}

function join(wiring: Wiring, fabric: HyperXFabric, firstId: number): Joined {
  const { shape, widths } = fabric;
  const switchCount = shape.reduce((a, b) => a * b, 1);
  const dimensions: Dimension[] = [];
  let stride = 1;
  for (const [d, size] of shape.entries()) {
    const width = item(widths, d);
    dimensions.push({ size, width, stride, firstLink: wiring.linkCount });
    const axis = item(AXES, d);
    const pointer = "/fabric/localLink";
    const named = { kind: axis, name: `switch to switch along ${axis}`, pointer };
    const link = fabric.localLink;
    if (size > 1) {
      const tier = wiring.tier(betweenSwitches(fabric, { ...named, link }));
      layLines(wiring, { tier, firstId, size, width, stride, switchCount });
    }
    stride *= size;
  }
  const minimal = (pick: PickUplink): Between => {
    const hop = hops(dimensions, pick);
    return (source, target, out, at) => {
      const [from, to] = ends(fabric, source, target);
      return hop({ from, to, source, target }, out, at);
    };
  };
  const via = (pick: PickUplink): Between => {
    const hop = hops(dimensions, pick);
    return (source, target, out, at) => {
      const [from, to] = ends(fabric, source, target);
      if (from === to) return at;
      const between = pick(VIA_LEVEL, source, target, switchCount);
      const half = hop({ from, to: between, source, target }, out, at);
      return hop({ from: between, to, source, target }, out, half);
    };
  };
  return { minimal, via };
}

const ends = (
  { hostsPerSwitch }: HyperXFabric,
  source: number,
  target: number,
): readonly [number, number] => [
  Math.floor(source / hostsPerSwitch),
  Math.floor(target / hostsPerSwitch),
];

function layLines(
  wiring: Wiring,
  lines: {
    readonly tier: number;
    readonly firstId: number;
    readonly size: number;
    readonly width: number;
    readonly stride: number;
    readonly switchCount: number;
  },
): void {
  const { tier, firstId, size, width, stride, switchCount } = lines;
  for (let line = 0; line < switchCount / size; line++) {
    const first = firstId + Math.floor(line / stride) * stride * size + (line % stride);
    for (let i = 0; i < size; i++) {
      for (let j = i + 1; j < size; j++) {
        for (let k = 0; k < width; k++) {
          wiring.cable(tier, first + i * stride, first + j * stride);
        }
      }
    }
  }
}

interface Leg {
  readonly from: number;
  readonly to: number;
  readonly source: number;
  readonly target: number;
}

function hops(dimensions: readonly Dimension[], pick: PickUplink) {
  return ({ from, to, source, target }: Leg, out: Int32Array, at: number): number => {
    let end = at;
    let here = from;
    for (const [d, { size, width, stride, firstLink }] of dimensions.entries()) {
      const a = Math.floor(here / stride) % size;
      const b = Math.floor(to / stride) % size;
      if (a === b) continue;
      const line = Math.floor(here / (stride * size)) * stride + (here % stride);
      const pair = a < b ? pairNumber(a, b, size) : pairNumber(b, a, size);
      const pairs = (size * (size - 1)) / 2;
      const cable = (line * pairs + pair) * width + pick(d, source, target, width);
      out[end++] = firstLink + 2 * cable + (a < b ? 0 : 1);
      here += (b - a) * stride;
    }
    return end;
  };
}
