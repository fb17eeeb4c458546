/**
 * Fabrics whose switches are joined to each other, without tiers above: hosts sit on every
 * switch (or on every leaf), their ports filled in rank order.
 */
import type { LinkSpec, TorusFabric } from "./cluster.ts";
import type { Sourced } from "./sourced.ts";

export type DirectFabric =
  | DragonflyFabric
  | DragonflyPlusFabric
  | HyperXFabric
  | SlimFlyFabric
  | SlicesFabric
  | CustomFabric;

interface DirectHead {
  /** Host to switch. */
  readonly link: LinkSpec;
  readonly switchLatencyS: Sourced;
}

/** How the global ports of a group are counted: see `network/topology/global-links.ts`. */
export type GlobalArrangement = "palmtree" | "absolute";

/** Groups of switches all joined to each other; every two groups joined by global links. */
export interface DragonflyFabric extends DirectHead {
  readonly kind: "dragonfly";
  readonly groupCount: number;
  readonly switchesPerGroup: number;
  readonly hostsPerSwitch: number;
  readonly globalLinksPerSwitch: number;
  /** Parallel cables between two switches of a group; absent: one. */
  readonly localLinksPerPair?: number;
  readonly arrangement: GlobalArrangement;
  readonly localLink: LinkSpec;
  readonly globalLink: LinkSpec;
}

/** A group is leaves with hosts below spines; global links leave from the spines. */
export interface DragonflyPlusFabric extends DirectHead {
  readonly kind: "dragonfly-plus";
  readonly groupCount: number;
  readonly leavesPerGroup: number;
  readonly spinesPerGroup: number;
  readonly hostsPerLeaf: number;
  readonly globalLinksPerSpine: number;
  readonly arrangement: GlobalArrangement;
  readonly localLink: LinkSpec;
  readonly globalLink: LinkSpec;
}

/** Switches on a grid; all on one line of a dimension are joined to each other. */
export interface HyperXFabric extends DirectHead {
  readonly kind: "hyperx";
  /** Switches per dimension. */
  readonly shape: readonly number[];
  /** Cables between two switches of a line, per dimension. */
  readonly widths: readonly number[];
  readonly hostsPerSwitch: number;
  readonly localLink: LinkSpec;
}

/** 2·q² switches of which every two are at most two cables apart. */
export interface SlimFlyFabric extends DirectHead {
  readonly kind: "slim-fly";
  /** q, of the field it is made from: a prime power from 3 on. */
  readonly elementCount: number;
  readonly hostsPerSwitch: number;
  readonly localLink: LinkSpec;
}

/** Several torus slices of one shape, joined by a data-center network without blocking. */
export interface SlicesFabric extends DirectHead {
  readonly kind: "slices";
  readonly slice: Pick<TorusFabric, "link" | "wrapLengthMin" | "cubeLength">;
  /** Of one slice. */
  readonly shape: readonly number[];
  readonly sliceCount: number;
  /** Accelerators that share one `link` to the data-center network. */
  readonly acceleratorsPerLink: number;
}

/** Whatever the reader draws: switches by name, cables between them, hosts on them. */
export interface CustomFabric extends DirectHead {
  readonly kind: "custom";
  readonly switches: readonly string[];
  /** Host ports on each switch, in the order of `switches`. */
  readonly hostCounts: readonly number[];
  readonly cables: readonly CustomCable[];
}

export interface CustomCable {
  /** Numbers of switches. */
  readonly aId: number;
  readonly bId: number;
  readonly count: number;
  readonly link: LinkSpec;
}

/** Ports of hosts at full size. */
export function directPortCount(fabric: DirectFabric): number {
  switch (fabric.kind) {
    case "dragonfly":
      return fabric.groupCount * fabric.switchesPerGroup * fabric.hostsPerSwitch;
    case "dragonfly-plus":
      return fabric.groupCount * fabric.leavesPerGroup * fabric.hostsPerLeaf;
    case "hyperx":
      return fabric.shape.reduce((a, b) => a * b, fabric.hostsPerSwitch);
    case "slim-fly":
      return 2 * fabric.elementCount ** 2 * fabric.hostsPerSwitch;
    case "slices":
      return fabric.shape.reduce((a, b) => a * b, fabric.sliceCount);
    case "custom":
      return fabric.hostCounts.reduce((a, b) => a + b, 0);
  }
}
