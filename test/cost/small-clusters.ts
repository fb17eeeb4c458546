/** Clusters with round prices, and graphs that hold only the counts a bill reads. */
import type { Accelerator, BillParts, Cluster, Fabric, Site } from "../../src/records/cluster.ts";
import type { PartClass, PricedPart } from "../../src/records/cost.ts";
import type { Graph, LinkTier, VertexTier } from "../../src/records/graph.ts";
import type { Sourced } from "../../src/records/sourced.ts";

export function given(value: number): Sourced {
  return { value, source: "this test", date: "2026-01-01", provenance: "yours" };
}

export function part(
  id: string,
  partClass: PartClass,
  figures: { readonly priceUsd?: number; readonly powerW?: number },
): PricedPart {
  const { priceUsd, powerW } = figures;
  return {
    id,
    name: id.toUpperCase(),
    partClass,
    ...(priceUsd === undefined ? {} : { priceUsd: given(priceUsd) }),
    ...(powerW === undefined ? {} : { powerW: given(powerW) }),
  };
}

/** 1,000 W at the wall; 2 USD an hour. */
export const ACCELERATOR: Accelerator = {
  id: "h100",
  name: "H100 SXM",
  vendor: "NVIDIA",
  peakBf16FlopPerS: given(989e12),
  matmulBf16FlopPerS: given(794.5e12),
  memoryBytes: given(80e9),
  memoryBytesPerS: given(3.35e12),
  allInW: given(1000),
  rents: [{ kind: "on-demand", usdPerS: given(2 / 3600) }],
};

/** Ten million seconds of life; the other factors are powers of two, exact in doubles. */
export const SITE: Site = {
  id: "site",
  name: "Site",
  energyUsdPerJ: given(2 ** -25),
  pue: given(1.25),
  loadShare: given(0.5),
  lifeS: given(1e7),
};

export const PARTS: BillParts = {
  node: part("node", "node", { priceUsd: 300_000 }),
  leafSwitch: part("leaf", "switch", { priceUsd: 40_000, powerW: 1500 }),
  spineSwitch: part("spine", "switch", { priceUsd: 50_000, powerW: 2000 }),
  link: part("cable", "link", { priceUsd: 1_000 }),
  site: SITE,
};

const LINK = { rateBytesPerS: given(5e10), latencyS: given(5e-7) };

const FAT_TREE: Fabric = {
  kind: "fat-tree",
  portCount: 1024,
  portsPerLeaf: 32,
  uplinksPerLeaf: 16,
  spineRadix: 64,
  size: "grows",
  link: LINK,
  uplink: LINK,
  switchLatencyS: given(0),
};

export function cluster(bill: BillParts, accelerator?: Accelerator): Cluster {
  return {
    id: "c",
    name: "C",
    summary: "",
    node: {
      name: "box of eight",
      acceleratorCount: 8,
      ...(accelerator === undefined ? {} : { accelerator }),
    },
    fabric: FAT_TREE,
    endpoint: {
      scaleUpMessageS: given(0),
      scaleOutMessageS: given(0),
      collectiveStartS: given(0),
    },
    bill,
  };
}

/** 64 accelerators in 8 nodes: 2 leaves of 32 ports with 16 uplinks each, on one spine. */
export const FAT_TREE_64 = graph("fat-tree", {
  vertices: { accelerator: 64, "scale-up switch": 8, leaf: 2, spine: 1 },
  links: { "scale-up": 128, host: 128, uplink: 64 },
});

/** 64 accelerators in 8 nodes, a 2×2×2 mesh: 4 edges a dimension, each two directed links. */
export const TORUS_64 = graph("torus", {
  vertices: { accelerator: 64, node: 8 },
  links: { "scale-up": 128, nic: 16, x: 8, y: 8, z: 8 },
});

export function graph(
  family: Graph["family"],
  counts: {
    readonly vertices: Readonly<Record<string, number>>;
    readonly links: Readonly<Record<string, number>>;
  },
): Graph {
  const vertexTiers: VertexTier[] = Object.entries(counts.vertices).map(([kind, vertexCount]) => ({
    kind,
    vertexCount,
  }));
  const linkTiers: LinkTier[] = Object.entries(counts.links).map(([kind, linkCount]) => ({
    kind,
    name: kind,
    ratePointer: "",
    linkCount,
    linkBytesPerS: 5e10,
    latencyS: 5e-7,
  }));
  const unused = () => {
    throw new Error("a bill asks for no route");
  };
  return {
    clusterId: "c",
    family,
    rankCount: 64,
    ranksPerNode: 8,
    nodeCount: 8,
    shape: [],
    wraps: [],
    vertexTiers,
    linkTiers,
    vertexCount: 0,
    linkCount: 0,
    linkSource: new Int32Array(0),
    linkTarget: new Int32Array(0),
    linkBytesPerS: new Float64Array(0),
    linkLatencyS: new Float64Array(0),
    linkTier: new Uint8Array(0),
    collectiveStartS: 0,
    routeLengthMax: 0,
    route: unused,
    messageOverheadS: unused,
    vertexName: unused,
    linkName: unused,
  };
}
