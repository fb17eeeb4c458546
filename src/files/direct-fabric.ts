/** Fabrics without tiers above, from their files; what no schema can say about them. */
import { present } from "../base/assert.ts";
import type { DirectFabric } from "../records/fabric.ts";
import type { ResolvedCluster } from "./cluster-file.ts";
import type { DirectFabricFile, DrawnGraph } from "./direct-file.ts";
import { linkOf, NOT_GIVEN } from "./parts.ts";

export function directFabricOf(fabric: DirectFabricFile, parts: ResolvedCluster): DirectFabric {
  const head = {
    link: linkOf(parts.link),
    switchLatencyS: fabric.switchLatency ?? parts.oneSwitch?.latency ?? NOT_GIVEN,
  };
  const local = () => linkOf(present(parts.localLink, "a local link"));
  const global = () => linkOf(present(parts.globalLink, "a global link"));
  switch (fabric.kind) {
    case "dragonfly":
      return {
        ...head,
        kind: fabric.kind,
        groupCount: fabric.groups,
        switchesPerGroup: fabric.switchesPerGroup,
        hostsPerSwitch: fabric.hostsPerSwitch,
        globalLinksPerSwitch: fabric.globalLinksPerSwitch,
        ...(fabric.localLinksPerPair === undefined
          ? {}
          : { localLinksPerPair: fabric.localLinksPerPair }),
        arrangement: fabric.arrangement ?? "palmtree",
        localLink: local(),
        globalLink: global(),
      };
    case "dragonfly-plus": {
      const { kind, groups: groupCount, arrangement = "palmtree" } = fabric;
      const { leavesPerGroup, spinesPerGroup, hostsPerLeaf, globalLinksPerSpine } = fabric;
      const counts = { leavesPerGroup, spinesPerGroup, hostsPerLeaf, globalLinksPerSpine };
      const links = { localLink: local(), globalLink: global() };
      return { ...head, kind, groupCount, ...counts, arrangement, ...links };
    }
    case "hyperx": {
      const { shape, widths = shape.map(() => 1), hostsPerSwitch } = fabric;
      return { ...head, kind: fabric.kind, shape, widths, hostsPerSwitch, localLink: local() };
    }
    case "slim-fly": {
      const { q, hostsPerSwitch } = fabric;
      const size = { elementCount: q, hostsPerSwitch };
      return { ...head, kind: fabric.kind, ...size, localLink: local() };
    }
    case "slices":
      return slicesOf(fabric, parts, head);
    case "custom":
      return { ...head, kind: fabric.kind, ...cabled(parts, head.link) };
  }
}

type Head = Pick<DirectFabric, "link" | "switchLatencyS">;

function slicesOf(
  fabric: Extract<DirectFabricFile, { readonly kind: "slices" }>,
  parts: ResolvedCluster,
  head: Head,
): DirectFabric {
  const { wrapLengthMin = 1, cubeLength, shape } = fabric;
  return {
    ...head,
    kind: fabric.kind,
    shape,
    sliceCount: fabric.slices,
    acceleratorsPerLink: fabric.acceleratorsPerLink,
    slice: {
      link: linkOf(present(parts.sliceLink, "a slice's link")),
      wrapLengthMin,
      ...(cubeLength === undefined ? {} : { cubeLength }),
    },
  };
}

/** Cables without rate or latency of their own are like the links of hosts. */
function cabled({ drawn }: ResolvedCluster, link: Head["link"]) {
  const { switches, hostCounts, cables }: DrawnGraph = present(drawn, "a drawn graph");
  return {
    switches,
    hostCounts,
    cables: cables.map((cable) => ({ ...cable, link: { ...link, ...cable.link } })),
  };
}
