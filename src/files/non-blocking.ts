/** Fat trees given by their hosts and one switch: the rule that counts, and the tree it makes. */
import { present } from "../base/assert.ts";
import type { FatTreeFabric, NonBlockingRule } from "../records/cluster.ts";
import type { ResolvedCluster } from "./cluster-file.ts";
import { linkOf, NOT_GIVEN } from "./parts.ts";

export function ruleOf(parts: ResolvedCluster): NonBlockingRule | undefined {
  const { fabric } = parts.file;
  if (fabric.kind !== "non-blocking") return undefined;
  return {
    nodeCount: fabric.nodes,
    otherPortCount: fabric.otherPorts ?? 0,
    planeCount: fabric.planes ?? 1,
    switchRadix: present(parts.leafSwitch, "the switch of the tree").ports,
    linkBytesPerS: parts.link.rate,
  };
}

/**
 * Ports of hosts are filled in rank order, half of every switch's ports look up. Where two
 * tiers do not reach, cores join pods of half as many leaves as a switch has ports. Planes
 * multiply a switch's ports and take as much from the rate of each.
 */
export function treeByRule(parts: ResolvedCluster): FatTreeFabric {
  const rule = present(ruleOf(parts), "a tree by rule");
  const portCount = rule.nodeCount * parts.host.accelerators;
  const radix = rule.switchRadix * rule.planeCount;
  const half = radix / 2;
  const uplink = linkOf(parts.uplink ?? parts.link);
  const isThreeTiers = portCount + rule.otherPortCount > radix * half;
  return {
    kind: "fat-tree",
    portCount,
    portsPerLeaf: half,
    uplinksPerLeaf: half,
    spineRadix: radix,
    ...(rule.planeCount > 1 ? { planeCount: rule.planeCount } : {}),
    ...(isThreeTiers
      ? { core: { leavesPerPod: half, uplinksPerSpine: half, coreRadix: radix, link: uplink } }
      : {}),
    size: "whole",
    link: linkOf(parts.link),
    uplink,
    switchLatencyS: parts.leafSwitch?.latency ?? NOT_GIVEN,
  };
}
