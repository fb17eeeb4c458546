/** A node as it was found, in numbers and in words. */
import { significant } from "../base/format.ts";
import type { FoundNode } from "../records/found-node.ts";

/** No accelerator has more NVLinks than this: eighteen since Hopper. */
const NVLINKS_MOST = 18;

/** Bytes a second of a link and direction that NCCL reckons with (NVIDIA/nccl, graph/topo.h). */
const LINK_RATES: readonly (readonly [string, number])[] = [
  ["60", 18e9],
  ["70", 20e9],
  ["80", 20e9],
  ["86", 12e9],
  ["90", 20.6e9],
];

export interface FoundNodeCounts {
  readonly format: string;
  readonly acceleratorCount: number;
  readonly adapterCount: number;
  readonly socketCount: number;
  /** Of the accelerator with most. */
  readonly linkCount: number;
  readonly scaleUp: "none" | "switched" | "mesh" | "partial mesh";
  readonly capability?: string;
  readonly scaleUpBytesPerS?: number;
  readonly adapterBytesPerS?: number;
}

export function foundNodeCounts(node: FoundNode): FoundNodeCounts {
  const { accelerators, adapters, links, format, socketCount } = node;
  const capabilities = [...new Set(accelerators.flatMap(({ capability }) => capability ?? []))];
  const [capability] = capabilities;
  const isOne = capabilities.length === 1 && capability !== undefined;
  const perLink = LINK_RATES.find(([known]) => known === capability)?.[1];
  const { scaleUp, linkCount } = joinedBy(node);
  const rates = [...new Set(adapters.map(({ rateBytesPerS }) => rateBytesPerS))];
  const [rate] = rates;
  return {
    ...{ format, acceleratorCount: accelerators.length, adapterCount: adapters.length },
    ...{ socketCount, linkCount: links.length === 0 ? 0 : linkCount, scaleUp },
    ...(isOne ? { capability } : {}),
    ...(isOne && perLink !== undefined && linkCount > 0
      ? { scaleUpBytesPerS: perLink * linkCount }
      : {}),
    ...(rates.length === 1 && rate !== undefined ? { adapterBytesPerS: rate } : {}),
  };
}

function joinedBy({ accelerators, links }: FoundNode) {
  const totals = accelerators.map(({ name }) =>
    links
      .filter(({ from, to }) => from === name || to === name)
      .reduce((sum, { linkCount }) => sum + linkCount, 0),
  );
  const most = Math.max(0, ...totals);
  const pairs = (accelerators.length * (accelerators.length - 1)) / 2;
  const isSwitched = links.some(({ to }) => to === undefined);
  if (links.length === 0) return { scaleUp: "none", linkCount: 0 } as const;
  if (isSwitched) return { scaleUp: "switched", linkCount: most } as const;
  if (most > NVLINKS_MOST) {
    // A table shows each pair all links of a switched accelerator.
    const linkCount = Math.max(...links.map((link) => link.linkCount));
    return { scaleUp: "switched", linkCount } as const;
  }
  const scaleUp = links.length === pairs ? "mesh" : "partial mesh";
  return { scaleUp, linkCount: most } as const;
}

export function foundNodeLines(node: FoundNode): string[] {
  const counts = foundNodeCounts(node);
  const { scaleUp, linkCount, scaleUpBytesPerS, adapterBytesPerS, capability } = counts;
  const giga = (bytesPerS: number): string => `${significant(bytesPerS / 1e9, 4)} GB/s`;
  return [
    `${node.format}: one node of ${counts.acceleratorCount} accelerators, ` +
      `${counts.adapterCount} network ports, ${counts.socketCount} sockets`,
    scaleUp === "none"
      ? "accelerators are not joined by NVLink: messages take PCIe"
      : `NVLink: ${scaleUp}, ${linkCount} links an accelerator` +
        (scaleUpBytesPerS === undefined ? "" : `, ${giga(scaleUpBytesPerS)} a direction`),
    ...(adapterBytesPerS === undefined
      ? []
      : [`network: ${significant(adapterBytesPerS * 8e-9, 4)} Gb/s a port`]),
    ...node.notes.map((note) => `note: ${note}`),
    ...assumptionsOf(counts, capability).map((note) => `assumed: ${note}`),
  ];
}

function assumptionsOf(counts: FoundNodeCounts, capability: string | undefined): string[] {
  return [
    ...(counts.scaleUpBytesPerS === undefined
      ? []
      : [`a link moves what NCCL reckons with for capability ${capability ?? ""}`]),
    ...(counts.scaleUp === "switched" && counts.capability === undefined
      ? [`more than ${NVLINKS_MOST} links by pairs are those of a switch, shown to each pair`]
      : []),
    "one node says nothing of the fabric between nodes, and nothing of latencies",
  ];
}
