/**
 * Fat trees given by their hosts and one switch. Those of two tiers in one plane become a
 * fabric that can be simulated; all of them have counts and a bill.
 */
import { present } from "../base/assert.ts";
import type { Design, Fabric, NonBlockingRule } from "../records/cluster.ts";
import type { ResolvedCluster } from "./cluster-file.ts";
import type { Document } from "./document.ts";
import { refuse } from "./issue.ts";
import { linkOf, NOT_GIVEN } from "./parts.ts";
import { shippedIds, shippedRoot } from "./shipped.ts";

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

/** Ports of hosts are filled in rank order; undefined where two tiers do not reach. */
export function treeByRule(parts: ResolvedCluster): Fabric | undefined {
  const rule = present(ruleOf(parts), "a tree by rule");
  const portCount = rule.nodeCount * parts.host.accelerators;
  if (!isTwoTiersInOnePlane(rule, portCount)) return undefined;
  return {
    kind: "fat-tree",
    portCount,
    portsPerLeaf: rule.switchRadix / 2,
    uplinksPerLeaf: rule.switchRadix / 2,
    spineRadix: rule.switchRadix,
    size: "whole",
    link: linkOf(parts.link),
    uplink: linkOf(parts.uplink ?? parts.link),
    switchLatencyS: parts.leafSwitch?.latency ?? NOT_GIVEN,
  };
}

function isTwoTiersInOnePlane(
  { planeCount, switchRadix, otherPortCount }: NonBlockingRule,
  portCount: number,
): boolean {
  return planeCount === 1 && portCount + otherPortCount <= switchRadix ** 2 / 2;
}

/** Names the nearest shipped cluster that can be simulated: of the same node, if there is one. */
export async function refuseToSimulate(
  design: Design,
  document: Document,
  path: string,
  read: (id: string) => Promise<Design>,
): Promise<never> {
  const { planeCount, switchRadix } = present(design.rule, "the rule of a tree");
  const near = await nearest(design, read);
  const inPlanes = planeCount > 1 ? `${planeCount} planes` : "three tiers";
  const most = Math.floor(switchRadix ** 2 / 2 / design.node.acceleratorCount);
  const name = path.startsWith(shippedRoot()) ? design.id : path;
  return refuse(document.place("/fabric", "key"), {
    code: "not-simulated",
    found: `a non-blocking fabric of ${inPlanes}`,
    expected: `one of two tiers in one plane (at most ${most} nodes with this switch)`,
    nextStep:
      `${near === undefined ? "take fewer nodes" : `take ${near}`}; ` +
      `\`fabricast bom ${name}\` answers for this one`,
  });
}

async function nearest(
  design: Design,
  read: (id: string) => Promise<Design>,
): Promise<string | undefined> {
  const nodeCount = design.rule?.nodeCount ?? 0;
  const found: { readonly id: string; readonly rank: readonly [number, number] }[] = [];
  for (const id of await shippedIds("cluster")) {
    const { rule, cluster, node } = await read(id);
    if (rule === undefined || cluster === undefined) continue;
    const isOther = node.name === design.node.name ? 0 : 1;
    found.push({ id, rank: [isOther, Math.abs(rule.nodeCount - nodeCount)] });
  }
  found.sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1]);
  return found[0]?.id;
}
