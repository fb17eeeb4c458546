/**
 * Packet spraying: every message uses all ways up at once, in equal parts. So all uplinks of
 * a leaf carry the same at all times, and are one bundle of their summed rate: the tree with
 * one fat spine a pod and one fat core is exactly the sprayed tree. Only for intact trees.
 */
import type { Cluster, FatTreeFabric, LinkSpec } from "../../records/cluster.ts";
import type { Graph } from "../../records/graph.ts";
import { fatTreePlan } from "./fat-tree-plan.ts";
import { fatTreeGraph } from "./fat-tree.ts";

/** More ports than any plan asks for: a bundle ends at no single switch. */
const NO_LIMIT = 2 ** 30;

export function sprayedGraph(cluster: Cluster, fabric: FatTreeFabric, rankCount: number): Graph {
  const { spinesPerPod } = fatTreePlan(cluster, fabric, rankCount);
  const { core, uplinksPerLeaf } = fabric;
  const graph = fatTreeGraph(
    cluster,
    {
      ...fabric,
      uplinksPerLeaf: 1,
      spines: 1,
      spineRadix: NO_LIMIT,
      uplink: bundled(fabric.uplink, uplinksPerLeaf),
      ...(core === undefined
        ? {}
        : {
            core: {
              ...core,
              uplinksPerSpine: 1,
              coreRadix: NO_LIMIT,
              link: bundled(core.link, spinesPerPod * core.uplinksPerSpine),
            },
          }),
    },
    rankCount,
  );
  return {
    ...graph,
    linkName: (link) =>
      graph.linkName(link).replace("spine-0", "all spines").replace("core-0", "all cores"),
  };
}

function bundled(link: LinkSpec, count: number): LinkSpec {
  const { rateBytesPerS } = link;
  return { ...link, rateBytesPerS: { ...rateBytesPerS, value: count * rateBytesPerS.value } };
}
