/**
 * Slices: tori of accelerators, all of one shape, joined by a data-center network. A few
 * accelerators share a host, whose link leads to that network; the network itself does not
 * block, and is one switch here.
 *
 * Within a slice messages go over the torus, between slices out by the host, over the
 * network, and in by the target's host. Rank = accelerator + slice size · slice.
 */
import type { VertexId } from "../../base/ids.ts";
import { assert, at as item } from "../../base/assert.ts";
import type { Cluster } from "../../records/cluster.ts";
import type { SlicesFabric } from "../../records/fabric.ts";
import type { Graph, VertexGroups } from "../../records/graph.ts";
import { linkNames } from "./names.ts";
import { endpointOf, rankKind } from "./node.ts";
import { gridRoutes, layGrid } from "./torus.ts";
import { switchedTier, Wiring } from "./wiring.ts";

interface Place {
  readonly sliceSize: number;
  readonly acceleratorCount: number;
  readonly hostCount: number;
}

export function slicesGraph(cluster: Cluster, fabric: SlicesFabric, rankCount: number): Graph {
  assert(cluster.node.acceleratorCount === 1, "the nodes of a slice are single accelerators");
  const { shape, sliceCount } = fabric;
  const sliceSize = shape.reduce((a, b) => a * b, 1);
  const acceleratorCount = sliceSize * sliceCount;
  const hostCount = Math.ceil(sliceSize / fabric.acceleratorsPerLink) * sliceCount;
  const place = { sliceSize, acceleratorCount, hostCount };
  const wiring = new Wiring(4 * acceleratorCount);
  const grids = Array.from({ length: sliceCount }, (_, slice) =>
    layGrid(wiring, fabric.slice, { shape, nodeFirst: slice * sliceSize }),
  );
  const outFirst = layHosts(wiring, fabric, place);
  const arrays = wiring.arrays();
  const within = grids.map((grid) => gridRoutes(grid));
  const vertexName = namesOf(fabric, place);
  return {
    ...endpointOf(cluster, rankCount),
    family: "slices",
    // Over the network every slice is as near as any other: a ring of slices closes.
    shape: [...shape, rankCount / sliceSize],
    wraps: [...item(grids, 0).wraps, true],
    vertexCount: acceleratorCount + hostCount + 1,
    vertexTiers: [
      { kind: rankKind(cluster), vertexCount: acceleratorCount },
      { kind: "slice host", vertexCount: hostCount },
      { kind: "network", vertexCount: 1 },
    ],
    ...arrays,
    ranksForward: true,
    routeLengthMax: shape.reduce((a, b) => a + b, 4),
    route: routes(fabric, place, { within, outFirst }),
    vertexName,
    linkName: linkNames(arrays, vertexName),
    groups: groupsOf(fabric, place),
  };
}

function routes(
  fabric: SlicesFabric,
  { sliceSize, acceleratorCount }: Place,
  links: { readonly within: readonly Graph["route"][]; readonly outFirst: number },
): Graph["route"] {
  const { within, outFirst } = links;
  const hostOf = hostOfRank(fabric, sliceSize);
  const upFirst = outFirst + 2 * acceleratorCount;
  return (source, target, out, at) => {
    const slice = Math.floor(source / sliceSize);
    if (slice === Math.floor(target / sliceSize)) {
      const first = slice * sliceSize;
      const [from, to] = [source - first, target - first];
      return within[slice]!(from as typeof source, to as typeof target, out, at);
    }
    out[at] = outFirst + 2 * source;
    out[at + 1] = upFirst + 2 * hostOf(source);
    out[at + 2] = upFirst + 2 * hostOf(target) + 1;
    out[at + 3] = outFirst + 2 * target + 1;
    return at + 4;
  };
}

/** The network is a group of its own, the last. */
function groupsOf({ sliceCount }: SlicesFabric, place: Place): VertexGroups {
  const { sliceSize, acceleratorCount, hostCount } = place;
  return {
    kind: "slice",
    groupCount: sliceCount + 1,
    groupOf: (vertex) => {
      if (vertex < acceleratorCount) return Math.floor(vertex / sliceSize);
      const host = vertex - acceleratorCount;
      return host < hostCount ? Math.floor((host * sliceCount) / hostCount) : sliceCount;
    },
  };
}

function hostOfRank(fabric: SlicesFabric, sliceSize: number): (rank: number) => number {
  const { acceleratorsPerLink } = fabric;
  const perSlice = Math.ceil(sliceSize / acceleratorsPerLink);
  return (rank) =>
    Math.floor(rank / sliceSize) * perSlice + Math.floor((rank % sliceSize) / acceleratorsPerLink);
}

/** Accelerator to host, then host to network; returns the link out of accelerator 0. */
function layHosts(wiring: Wiring, fabric: SlicesFabric, place: Place): number {
  const { acceleratorCount, hostCount, sliceSize } = place;
  const hostOf = hostOfRank(fabric, sliceSize);
  const first = wiring.linkCount;
  const { link } = fabric;
  const inHost = wiring.tier({
    kind: "nic",
    name: "accelerator to its host",
    ratePointer: "/fabric/link/rate",
    latencyPointer: "/fabric/link/latency",
    // One accelerator alone can fill the host's link.
    linkBytesPerS: link.rateBytesPerS.value,
    latencyS: 0,
  });
  for (let rank = 0; rank < acceleratorCount; rank++) {
    wiring.cable(inHost, rank, acceleratorCount + hostOf(rank));
  }
  const toNetwork = wiring.tier(
    switchedTier({
      kind: "host",
      name: "host to data-center network",
      pointer: "/fabric/link",
      link,
      switchEnds: 1,
      switchLatencyS: fabric.switchLatencyS.value,
    }),
  );
  for (let host = 0; host < hostCount; host++) {
    wiring.cable(toNetwork, acceleratorCount + host, acceleratorCount + hostCount);
  }
  return first;
}

function namesOf({ shape }: SlicesFabric, place: Place): (vertex: VertexId) => string {
  const { sliceSize, acceleratorCount, hostCount } = place;
  return (vertex) => {
    if (vertex === acceleratorCount + hostCount) return "network";
    if (vertex >= acceleratorCount) return `host-${vertex - acceleratorCount}`;
    let rest = vertex % sliceSize;
    const coordinates = shape.map((size) => {
      const coordinate = rest % size;
      rest = Math.floor(rest / size);
      return coordinate;
    });
    return `slice-${Math.floor(vertex / sliceSize)}/(${coordinates.join(",")})`;
  };
}
