/**
 * What a plan chooses from: accelerators in their hosts, joined by fabrics one can order, each
 * at any size as the data of a cluster file. So what is planned is what `bom` counts.
 *
 * Of the 64 ports of a leaf 32 go down and 32 up, or 40 and 20, or 48 and 12, so the accelerators
 * of a node stay on one leaf. Beyond what two tiers reach a third joins pods of half as many
 * leaves as a spine has ports, with spines and cores that do not block.
 */
import { assert, present } from "../base/assert.ts";

export type Tree = "1:1" | "2:1" | "4:1";

export interface Family {
  readonly id: string;
  /** Also the id of its rates in the step-time model. */
  readonly acceleratorId: string;
  readonly vendor: string;
  readonly host: string;
  /** As a buyer says it: "DGX H200". */
  readonly hostName: string;
  readonly acceleratorsPerNode: number;
  readonly fabric: Tree | "torus";
  /** Sizes are multiples of so many nodes. */
  readonly nodeStepCount: number;
  readonly switchId: string;
  readonly switchName: string;
  readonly hostLink: string;
  readonly switchLink: string;
  readonly linkName: string;
}

const QM9700 = {
  ...{ switchId: "qm9700", switchName: "Quantum-2 QM9700", linkName: "400 Gb/s" },
  ...{ hostLink: "link-400g-host", switchLink: "link-400g-switch" },
};
const Q3400 = {
  ...{ switchId: "q3400", switchName: "Quantum-X800 Q3400", linkName: "800 Gb/s" },
  ...{ hostLink: "link-800g-host", switchLink: "link-800g-switch" },
};

type Box = Pick<Family, "acceleratorId" | "vendor" | "host" | "hostName" | "acceleratorsPerNode">;

const box = (acceleratorId: string, host: string, hostName: string, vendor = "NVIDIA"): Box => ({
  ...{ acceleratorId, vendor, host, hostName, acceleratorsPerNode: 8 },
});

const BOXES: readonly Box[] = [
  box("h100-sxm", "hgx-h100", "HGX H100"),
  box("h200-sxm", "dgx-h200", "DGX H200"),
  box("b200-sxm", "dgx-b200", "DGX B200"),
  box("mi300x", "hgx-mi300x", "MI300X server", "AMD"),
];

const trees: readonly Tree[] = ["1:1", "2:1", "4:1"];

export const FAMILIES: readonly Family[] = [
  ...BOXES.flatMap((one) =>
    trees.map((fabric) => ({
      ...{ ...one, ...QM9700, fabric, nodeStepCount: 4 },
      id: `${one.host}-${fabric.replace(":", "to")}`,
    })),
  ),
  {
    ...{ ...box("b300-sxm", "dgx-b300", "DGX B300"), ...Q3400, fabric: "1:1", nodeStepCount: 4 },
    id: "dgx-b300-1to1",
  },
  {
    ...{ ...box("gb200-nvl72", "gb200-nvl72-rack", "GB200 NVL72 rack"), ...QM9700 },
    ...{ acceleratorsPerNode: 72, fabric: "1:1", nodeStepCount: 1, id: "gb200-nvl72-1to1" },
  },
  {
    ...{ acceleratorId: "tpu-v5p", vendor: "Google", host: "tpu-v5p-chip", hostName: "TPU v5p" },
    ...{ acceleratorsPerNode: 1, fabric: "torus", nodeStepCount: 1, id: "tpu-v5p-torus" },
    ...{ switchId: "", switchName: "", hostLink: "ici-v5p", switchLink: "" },
    linkName: "90 GB/s a link",
  },
];

/** Slices one can rent; larger ones are several. */
const TORUS_SHAPES: readonly (readonly number[])[] = [
  ...[4, 8, 12, 16].map((x) => [x, x, x]),
  ...[
    [8, 8, 16],
    [8, 16, 16],
    [12, 12, 16],
    [12, 12, 20],
    [12, 16, 16],
    [12, 16, 20],
  ],
  ...[
    [12, 16, 24],
    [16, 16, 20],
    [16, 16, 24],
    [16, 20, 28],
  ],
];

/** Sizes in accelerators, smallest first, from a size on up to another. */
export function sizesOf(family: Family, fromCount: number, toCount: number): readonly number[] {
  if (family.fabric === "torus") {
    const sizes = TORUS_SHAPES.map((shape) => shape.reduce((product, side) => product * side, 1));
    return [...new Set(sizes)].filter((n) => n >= fromCount && n <= toCount).sort((a, b) => a - b);
  }
  const unit = family.nodeStepCount * family.acceleratorsPerNode;
  const sizes: number[] = [];
  let size = Math.ceil(fromCount / unit) * unit;
  while (size <= Math.min(toCount, portsMax(family)) && sizes.length < 200) {
    sizes.push(size);
    size = Math.max(size + unit, Math.ceil((size * 1.015) / unit) * unit);
  }
  return sizes;
}

const radixOf = ({ switchId }: Pick<Family, "switchId">): number =>
  switchId === "q3400" ? 144 : 64;

function portsMax(family: Family): number {
  const radix = radixOf(family);
  return ((radix * radix) / 2) * leafPorts(family).down;
}

function leafPorts(family: Pick<Family, "fabric" | "switchId">): {
  readonly down: number;
  readonly up: number;
} {
  const half = radixOf(family) / 2;
  if (family.fabric === "4:1") return { down: 48, up: 12 };
  return family.fabric === "2:1" ? { down: 40, up: 20 } : { down: half, up: half };
}

/** Cables of all tiers for each accelerator: what can break. */
export function cablesPerAccelerator(family: Family, acceleratorCount: number): number {
  if (family.fabric === "torus") return 3;
  const tiers = tierCount(family, acceleratorCount);
  const { down, up } = leafPorts(family);
  return 1 + ((tiers - 1) * up) / down;
}

function tierCount(family: Family, acceleratorCount: number): 2 | 3 {
  return Math.ceil(acceleratorCount / leafPorts(family).down) <= radixOf(family) ? 2 : 3;
}

/** Fabric and parts in words: what the answer calls the cluster. */
export function clusterName(family: Family, acceleratorCount: number): string {
  const { hostName, switchName, linkName, fabric } = family;
  if (fabric === "torus") return `${hostName}, 3D torus, ${linkName}`;
  const tiers = tierCount(family, acceleratorCount) === 2 ? "two-tier" : "three-tier";
  return `${hostName}, ${tiers} fat tree ${fabric} of ${switchName}, ${linkName} an accelerator`;
}

/** The data of a cluster file, as `bom` and `simulate` read it. */
export function clusterData(
  family: Family,
  acceleratorCount: number,
  site: string,
): Readonly<Record<string, unknown>> {
  const nodeCount = acceleratorCount / family.acceleratorsPerNode;
  assert(Number.isInteger(nodeCount), "a cluster has whole nodes");
  const head = {
    id: `${family.id}-${acceleratorCount}`,
    name: `${acceleratorCount} × ${family.hostName}, ${family.fabric}`.slice(0, 100),
    summary: clusterName(family, acceleratorCount),
    node: family.host,
  };
  const tail = { software: family.fabric === "torus" ? "xla-2026" : "fused-2026", site };
  return { ...head, fabric: fabricData(family, acceleratorCount), ...tail };
}

function fabricData(family: Family, ports: number): Record<string, unknown> {
  const { switchId, hostLink, switchLink, fabric } = family;
  if (fabric === "torus") {
    const shape = TORUS_SHAPES.find(([x = 1, y = 1, z = 1]) => x * y * z === ports);
    return { kind: "torus", shapes: [shape], wrapLengthMin: 4, link: hostLink };
  }
  const links = { link: hostLink, uplink: switchLink, cable: switchLink };
  const { down, up } = leafPorts(family);
  const radix = radixOf(family);
  const tree = {
    ...{ kind: "fat-tree", ports, portsPerLeaf: down, uplinksPerLeaf: up, spineRadix: radix },
    ...{ size: "grows", ...links, leafSwitch: switchId, spineSwitch: switchId },
  };
  if (tierCount(family, ports) === 2) return tree;
  const core = {
    ...{ leavesPerPod: radix / 2, uplinksPerSpine: radix / 2, coreRadix: radix },
    ...{ link: switchLink, coreSwitch: switchId },
  };
  return { ...tree, spines: up, core };
}

/** Vendors of all families. */
export function knownVendors(): readonly string[] {
  return [...new Set(FAMILIES.map(({ vendor }) => vendor))];
}

export function familyOf(id: string): Family {
  return present(
    FAMILIES.find((family) => family.id === id),
    "a family by its id",
  );
}
