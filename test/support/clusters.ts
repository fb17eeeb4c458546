/** Clusters as records, for tests of rooms that read no files. */
import type { Cluster, Endpoint, Fabric, LinkSpec, NodeSpec } from "../../src/records/cluster.ts";
import type { DirectFabric, DragonflyFabric } from "../../src/records/fabric.ts";
import type { Sourced } from "../../src/records/sourced.ts";

export function sourced(value: number): Sourced {
  return { value, source: "test", date: "", provenance: "assumed" };
}

/** 400 Gb/s and 500 ns, as on all bare clusters. */
export const BARE_LINK = link(50e9, 500e-9);

export function link(rateBytesPerS: number, latencyS: number): LinkSpec {
  return { rateBytesPerS: sourced(rateBytesPerS), latencyS: sourced(latencyS) };
}

export const BARE_HOST: NodeSpec = { name: "host", acceleratorCount: 1 };

/** Eight ranks on a star of 450 GB/s links. */
export const H100_NODE: NodeSpec = {
  name: "HGX H100",
  acceleratorCount: 8,
  scaleUp: link(450e9, 250e-9),
};

export function endpoint(
  times: { scaleUpMessageS?: number; scaleOutMessageS?: number; collectiveStartS?: number } = {},
): Endpoint {
  return {
    scaleUpMessageS: sourced(times.scaleUpMessageS ?? 0),
    scaleOutMessageS: sourced(times.scaleOutMessageS ?? 0),
    collectiveStartS: sourced(times.collectiveStartS ?? 0),
  };
}

export function cluster(
  id: string,
  parts: { fabric: Fabric; node?: NodeSpec; endpoint?: Endpoint },
): Cluster {
  return {
    id,
    name: id,
    summary: id,
    node: parts.node ?? BARE_HOST,
    fabric: parts.fabric,
    endpoint: parts.endpoint ?? endpoint(),
    bill: {},
  };
}

export function bareSwitch(hostCount: number): Cluster {
  const fabric: Fabric = {
    kind: "switch",
    hostCount,
    link: BARE_LINK,
    switchLatencyS: sourced(0),
  };
  return cluster(`bare-switch-${hostCount}`, { fabric });
}

/** Ports, leaves and uplinks of a small or large two-tier tree; 1,024 hosts by default. */
export interface TreeShape {
  readonly portCount?: number;
  readonly portsPerLeaf?: number;
  readonly uplinksPerLeaf?: number;
  readonly spineRadix?: number;
  readonly size?: "whole" | "grows";
}

export function bareFatTree(shape: TreeShape = {}): Cluster {
  const fabric: Fabric = {
    kind: "fat-tree",
    portCount: 1024,
    portsPerLeaf: 32,
    uplinksPerLeaf: 32,
    spineRadix: 32,
    size: "whole",
    ...shape,
    link: BARE_LINK,
    uplink: BARE_LINK,
    switchLatencyS: sourced(0),
  };
  return cluster(`bare-fat-tree-${fabric.portCount}`, { fabric });
}

/** Every dimension closes, unless a wrap length is given. */
export function bareTorus(shape: readonly number[], wrapLengthMin = 1): Cluster {
  const fabric: Fabric = { kind: "torus", shapes: [shape], wrapLengthMin, link: BARE_LINK };
  return cluster(`bare-torus-${shape.join("x")}`, { fabric });
}

const H100_ENDPOINT = endpoint({
  scaleUpMessageS: 2e-6,
  scaleOutMessageS: 5e-6,
  collectiveStartS: 10e-6,
});

/** Eight 400 Gb/s ports a node, 32 a leaf; 32/oversubscription uplinks. Grows with the job. */
export function h100FatTree(oversubscription: number): Cluster {
  const fabric: Fabric = {
    kind: "fat-tree",
    portCount: 2048,
    portsPerLeaf: 32,
    uplinksPerLeaf: 32 / oversubscription,
    spineRadix: 64,
    size: "grows",
    link: link(50e9, 200e-9),
    uplink: link(50e9, 200e-9),
    switchLatencyS: sourced(300e-9),
  };
  const id = `h100-fat-tree-${oversubscription}-1`;
  return cluster(id, { fabric, node: H100_NODE, endpoint: H100_ENDPOINT });
}

/** A node's 3.2 Tb/s split evenly over six directions; 1 … 128 nodes. */
export function h100Torus(): Cluster {
  const fabric: Fabric = {
    kind: "torus",
    shapes: [
      [1, 1, 1],
      [2, 1, 1],
      [2, 2, 1],
      [2, 2, 2],
      [4, 2, 2],
      [4, 4, 2],
      [4, 4, 4],
      [8, 4, 4],
    ],
    wrapLengthMin: 3,
    link: link(400e9 / 6, 200e-9),
  };
  return cluster("h100-torus", { fabric, node: H100_NODE, endpoint: H100_ENDPOINT });
}

/** 4 hosts a leaf, 4 leaves and 4 spines a pod, 4 pods, 4 planes of 4 cores: non-blocking. */
export function barePods(
  shape: TreeShape & {
    readonly leavesPerPod?: number;
    readonly uplinksPerSpine?: number;
    readonly coreRadix?: number;
  } = {},
): Cluster {
  const { leavesPerPod = 4, uplinksPerSpine = 4, coreRadix = 4, ...tree } = shape;
  const fabric: Fabric = {
    kind: "fat-tree",
    portCount: 64,
    portsPerLeaf: 4,
    uplinksPerLeaf: 4,
    spineRadix: 4 + uplinksPerSpine,
    size: "whole",
    ...tree,
    core: { leavesPerPod, uplinksPerSpine, coreRadix, link: BARE_LINK },
    link: BARE_LINK,
    uplink: BARE_LINK,
    switchLatencyS: sourced(0),
  };
  return cluster("bare-pods", { fabric });
}

/** Fabrics without tiers above, of bare hosts on links of 400 Gb/s and 500 ns. */
export function direct<F extends DirectFabric>(
  fabric: Omit<F, "link" | "switchLatencyS" | "localLink" | "globalLink">,
  node?: NodeSpec,
): Cluster {
  const links = { link: BARE_LINK, localLink: BARE_LINK, globalLink: BARE_LINK };
  const whole = { ...links, switchLatencyS: sourced(0), ...fabric } as unknown as F;
  return cluster(`bare-${whole.kind}`, { fabric: whole, ...(node ? { node } : {}) });
}

/** Groups of four switches with two hosts and so many global links each. */
export function dragonfly(groupCount: number, globalLinksPerSwitch: number): Cluster {
  return direct<DragonflyFabric>({
    kind: "dragonfly",
    groupCount,
    switchesPerGroup: 4,
    hostsPerSwitch: 2,
    globalLinksPerSwitch,
    arrangement: "palmtree",
  });
}
