/**
 * The parts among which plans choose without being told. All others are shown, simulated and
 * compared by name; a plan takes a node among them only at a price that the buyer was quoted.
 * They are sold new at a current price, or rented, and the law of large models was checked
 * against published runs of theirs; what else is carried in the catalog is older, announced,
 * or has no price a buyer could order by.
 */
export const PLANNED_ACCELERATORS: readonly string[] = [
  ...["a100-sxm-80", "b200-sxm", "b300-sxm", "gb200-nvl72", "h100-sxm", "h200-sxm"],
  ...["mi300x", "mi355x", "tpu-v5p", "tpu-v6e"],
];

export const PLANNED_NODES: readonly string[] = [
  ...["dgx-1-v100", "dgx-b200", "dgx-b300", "dgx-h100", "dgx-h200", "gb200-nvl72-rack"],
  ...["hgx-h100", "hgx-mi300x", "mi300x-platform", "pcie-8-host"],
  ...["tpu-v5p-chip", "tpu-v6e-chip"],
];
