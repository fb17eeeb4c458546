/**
 * A grid of nodes with one link a neighbor and direction; long enough dimensions close to
 * rings. Node index = x + X·(y + Y·z).
 *
 * Ways are dimension order (x, then y, then z), the shorter way round. Exactly half way
 * round: positive, unless the source's coordinate is size/2. The rule decides which link
 * is the busiest in many patterns, so it is part of the promise.
 *
 * A dimension of two that closes has two cables between its two nodes, one for the way "+"
 * and one for "−" of each; by the half-way rule messages use one of them in each direction.
 *
 * Where a node holds several accelerators, the node's center is the vertex of the grid and
 * each accelerator has a NIC of its own that feeds the node's torus ports. The ports' rate
 * is split evenly: NIC rate = 2·dimensions·link rate / accelerators.
 */
import { assert, at as item } from "../../base/assert.ts";
import type { VertexId } from "../../base/ids.ts";
import type { Cluster, TorusFabric } from "../../records/cluster.ts";
import { AXES } from "../../records/graph.ts";
import type { Graph } from "../../records/graph.ts";
import { linkNames } from "./names.ts";
import {
  boxNames,
  endpointOf,
  layScaleUp,
  sameNode,
  scaleUpBoxes,
  scaleUpHopsMax,
} from "./node.ts";
import type { ScaleUp } from "./node.ts";
import { twistedRoutes } from "./twist.ts";
import { Wiring } from "./wiring.ts";

interface Grid {
  readonly shape: readonly number[];
  readonly wraps: readonly boolean[];
  readonly nodeCount: number;
  /** Vertex of node 0: behind the accelerators where nodes hold several, else 0. */
  readonly nodeFirst: number;
  /** Link out of (node, dimension, way): [(node·dimensions + d)·2 + way], way 0 is "+". */
  readonly links: Int32Array;
}

export function shapeFor(fabric: TorusFabric, nodeCount: number): readonly number[] | undefined {
  return fabric.shapes.find((shape) => shape.reduce((a, b) => a * b, 1) === nodeCount);
}

export function torusGraph(cluster: Cluster, fabric: TorusFabric, rankCount: number): Graph {
  const perNode = cluster.node.acceleratorCount;
  const nodeCount = Math.ceil(rankCount / perNode);
  const shape = shapeFor(fabric, nodeCount);
  assert(shape !== undefined && shape.length <= AXES.length, "the torus comes in this shape");
  const nodeFirst = perNode > 1 ? nodeCount * perNode : 0;
  const wiring = new Wiring();
  // The center of a star is the node's vertex of the grid; other boxes come behind the grid.
  const boxes = scaleUpBoxes(cluster);
  const boxFirst = boxes.length === 1 ? nodeFirst : nodeFirst + nodeCount;
  const scaleUp = layScaleUp(wiring, cluster, { nodeCount, boxFirst });
  const nicFirst = layNics(wiring, cluster, { fabric, nodeFirst, dimensions: shape.length });
  const gridFirst = wiring.linkCount;
  const grid = layGrid(wiring, fabric, { shape, nodeFirst });
  const arrays = wiring.arrays();
  const vertexName = vertexNames(cluster, grid);
  const isTwisted = fabric.twisted === true && grid.wraps.every(Boolean);
  const { linkTarget } = arrays;
  const around = (a: number, b: number, size: number) => signedHops(a, b, size, true);
  const between = isTwisted
    ? twistedRoutes({ ...grid, firstNodeId: nodeFirst, linkTarget, signedHops: around })
    : gridRoutes(grid);
  const isHalved = (d: number): boolean => grid.wraps[d] === true && !isTwisted;
  const hops = shape.map((size, d) => (isHalved(d) ? size >> 1 : size - 1));
  return {
    ...endpointOf(cluster, rankCount),
    family: "torus",
    shape,
    wraps: grid.wraps,
    ...verticesOf({ nodeFirst, nodeCount, boxCount: boxes.length }),
    ...arrays,
    routeLengthMax: hops.reduce((a, b) => a + b, 2 + scaleUpHopsMax(cluster)),
    route: perNode > 1 ? nodeRoutes(perNode, { scaleUp, nicFirst, between }) : between,
    ...(perNode === 1 ? { ranksForward: true } : {}),
    vertexName,
    linkName: linkNames(arrays, vertexName, (link) => {
      if (link < gridFirst) return scaleUp !== undefined && link >= nicFirst ? "NIC" : "";
      const tier = item(arrays.linkTiers, item(arrays.linkTier, link));
      const d = AXES.indexOf(tier.kind);
      const isTwin = shape[d] === 2 && grid.wraps[d] === true;
      return isTwin && link % 2 === 1 ? "way −" : "";
    }),
  };
}

/** Several boxes in a node are vertices beside that of the grid. */
function verticesOf(counts: {
  readonly nodeFirst: number;
  readonly nodeCount: number;
  readonly boxCount: number;
}): Pick<Graph, "vertexCount" | "vertexTiers"> {
  const { nodeFirst, nodeCount, boxCount } = counts;
  const ownBoxCount = boxCount > 1 ? nodeCount * boxCount : 0;
  return {
    vertexCount: nodeFirst + nodeCount + ownBoxCount,
    vertexTiers: [
      ...(nodeFirst > 0 ? [{ kind: "accelerator", vertexCount: nodeFirst }] : []),
      { kind: "node", vertexCount: nodeCount },
      ...(ownBoxCount > 0 ? [{ kind: "scale-up switch", vertexCount: ownBoxCount }] : []),
    ],
  };
}

/** One NIC an accelerator, where nodes hold several; returns the link out of NIC 0. */
function layNics(
  wiring: Wiring,
  cluster: Cluster,
  place: { readonly fabric: TorusFabric; readonly nodeFirst: number; readonly dimensions: number },
): number {
  const perNode = cluster.node.acceleratorCount;
  const first = wiring.linkCount;
  if (perNode === 1) return first;
  const { link } = place.fabric;
  const tier = wiring.tier({
    kind: "nic",
    name: "accelerator to the node's torus ports",
    ratePointer: "/fabric/link/rate",
    latencyPointer: "/fabric/link/latency",
    linkBytesPerS: (2 * place.dimensions * link.rateBytesPerS.value) / perNode,
    // Inside the node: the NIC's own time is the endpoint's time of a message.
    latencyS: 0,
  });
  for (let i = 0; i < place.nodeFirst; i++) {
    wiring.cable(tier, i, place.nodeFirst + Math.floor(i / perNode));
  }
  return first;
}

export function layGrid(
  wiring: Wiring,
  fabric: Pick<TorusFabric, "link" | "wrapLengthMin" | "cubeLength" | "twisted">,
  place: { readonly shape: readonly number[]; readonly nodeFirst: number },
): Grid {
  const { shape, nodeFirst } = place;
  const twisted = fabric.twisted === true;
  const nodeCount = shape.reduce((a, b) => a * b, 1);
  const wraps = wrapsOf(fabric, shape);
  const links = new Int32Array(nodeCount * shape.length * 2).fill(-1);
  let stride = 1;
  for (const [d, size] of shape.entries()) {
    if (size > 1) {
      const tier = wiring.tier(gridTier(fabric, item(AXES, d)));
      for (let node = 0; node < nodeCount; node++) {
        const isLast = Math.floor(node / stride) % size === size - 1;
        if (isLast && wraps[d] !== true) continue;
        const next = isLast ? closing(node, { shape, d, stride, twisted }) : node + stride;
        const link = wiring.cable(tier, nodeFirst + node, nodeFirst + next);
        links[(node * shape.length + d) * 2] = link;
        links[(next * shape.length + d) * 2 + 1] = link + 1;
      }
    }
    stride *= size;
  }
  return { shape, wraps, nodeCount, nodeFirst, links };
}

/** Which dimensions close. A dimension of one would join a node to itself: it never does. */
export function wrapsOf(
  { wrapLengthMin, cubeLength }: Pick<TorusFabric, "wrapLengthMin" | "cubeLength">,
  shape: readonly number[],
): boolean[] {
  if (cubeLength === undefined) return shape.map((size) => size > 1 && size >= wrapLengthMin);
  const isOfCubes = shape.every((size) => size % cubeLength === 0);
  return shape.map(() => isOfCubes);
}

/** Where a closing link leads: to the first node of its row, or half a length further. */
function closing(
  node: number,
  place: {
    readonly shape: readonly number[];
    readonly d: number;
    readonly stride: number;
    readonly twisted: boolean;
  },
): number {
  const { shape, d, stride, twisted } = place;
  const first = node - (item(shape, d) - 1) * stride;
  if (!twisted || d === shape.length - 1) return first;
  const nodeCount = shape.reduce((a, b) => a * b, 1);
  return (first + nodeCount / 2) % nodeCount;
}

function gridTier(fabric: Pick<TorusFabric, "link">, axis: string) {
  return {
    kind: axis,
    name: `node to node along ${axis}`,
    ratePointer: "/fabric/link/rate",
    latencyPointer: "/fabric/link/latency",
    linkBytesPerS: fabric.link.rateBytesPerS.value,
    latencyS: fabric.link.latencyS.value,
  };
}

/** Hops from a to b along one dimension; negative means the way "−". */
export function signedHops(a: number, b: number, size: number, wraps: boolean): number {
  if (!wraps || a === b) return b - a;
  const forward = (b - a + size) % size;
  const backward = size - forward;
  if (forward !== backward) return forward < backward ? forward : -backward;
  return 2 * a === size ? -backward : forward;
}

export function gridRoutes(grid: Grid): Graph["route"] {
  const { shape, wraps, links } = grid;
  const dimensions = shape.length;
  return (source, target, out, at) => {
    let end = at;
    let node: number = source;
    let stride = 1;
    for (let d = 0; d < dimensions; d++) {
      const size = shape[d]!;
      const a = Math.floor(node / stride) % size;
      const b = Math.floor(target / stride) % size;
      const hops = signedHops(a, b, size, wraps[d]!);
      const way = hops < 0 ? 1 : 0;
      let place = a;
      for (let hop = Math.abs(hops); hop > 0; hop--) {
        out[end++] = links[(node * dimensions + d) * 2 + way]!;
        const next = way === 0 ? (place + 1) % size : (place + size - 1) % size;
        node += (next - place) * stride;
        place = next;
      }
      stride *= size;
    }
    return end;
  };
}

/** Out by the NIC, over the grid, in by the NIC; within a node by its own links, if it has any. */
function nodeRoutes(
  perNode: number,
  links: {
    readonly scaleUp: ScaleUp | undefined;
    readonly nicFirst: number;
    /** From node to node. */
    readonly between: Graph["route"];
  },
): Graph["route"] {
  const { scaleUp, nicFirst, between } = links;
  return (source, target, out, at) => {
    if (source === target) return at;
    if (scaleUp !== undefined && sameNode(perNode, source, target)) {
      return scaleUp.route(source, target, out, at);
    }
    out[at] = nicFirst + 2 * source;
    const sourceNode = Math.floor(source / perNode) as typeof source;
    const targetNode = Math.floor(target / perNode) as typeof target;
    const end = between(sourceNode, targetNode, out, at + 1);
    out[end] = nicFirst + 2 * target + 1;
    return end + 1;
  };
}

function vertexNames(cluster: Cluster, grid: Grid): (vertex: VertexId) => string {
  const perNode = cluster.node.acceleratorCount;
  const nodeName = (node: number): string => {
    let rest = node;
    const coordinates = grid.shape.map((size) => {
      const coordinate = rest % size;
      rest = Math.floor(rest / size);
      return coordinate;
    });
    return `(${coordinates.join(",")})`;
  };
  const boxName = boxNames(cluster);
  return (vertex) => {
    if (vertex < grid.nodeFirst) {
      return `${nodeName(Math.floor(vertex / perNode))}/gpu-${vertex % perNode}`;
    }
    const node = vertex - grid.nodeFirst;
    return node < grid.nodeCount ? nodeName(node) : boxName(node - grid.nodeCount);
  };
}
