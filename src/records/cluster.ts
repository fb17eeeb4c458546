/**
 * A cluster: nodes with accelerators, and the fabric between them.
 *
 * Parametric: one record describes the cluster at every size it can be bought in; the
 * topology room builds the graph for a given number of ranks. Rates are one direction.
 */
import type { PricedPart } from "./cost.ts";
import type { DirectFabric } from "./fabric.ts";
import type { Sourced } from "./sourced.ts";

export interface Cluster {
  readonly id: string;
  /** How a command names it where the id does not do: the path of its file. */
  readonly reference?: string;
  readonly name: string;
  /** One line for tables: "rail fat tree 2:1, 400 Gb/s". */
  readonly summary: string;
  readonly node: NodeSpec;
  readonly fabric: Fabric;
  readonly endpoint: Endpoint;
  /** How well software uses the accelerator; absent on bare clusters. */
  readonly software?: SoftwareProfile;
  /** What one pays for; absent parts are not sold, or have no price here. */
  readonly bill: BillParts;
}

/** What sits at a vertex of the fabric. */
export interface NodeSpec {
  readonly name: string;
  /** Ranks per node: accelerators, or 1 for a bare host. */
  readonly acceleratorCount: number;
  /** Absent on bare clusters, which only carry messages. */
  readonly accelerator?: Accelerator;
  /** The network inside the node; absent for one rank. */
  readonly scaleUp?: ScaleUpSpec;
}

/**
 * The rate is that of one link: of an accelerator to the center of a star (NVSwitch), of a
 * pair in a full mesh, of one NVLink of a cube mesh (8 GPUs), of a card in a PCIe tree.
 */
export interface ScaleUpSpec extends LinkSpec {
  /** Absent: a star. */
  readonly shape?: "star" | "full-mesh" | "cube-mesh" | "pcie-tree";
  /** PCIe tree: below each switch, then below each socket; sockets are joined pairwise. */
  readonly fanouts?: readonly number[];
}

export interface LinkSpec {
  readonly rateBytesPerS: Sourced;
  readonly latencyS: Sourced;
}

/** Time per message and per collective that no link accounts for (NIC, driver, kernel). */
export interface Endpoint {
  /** Added to each message that stays inside a node. */
  readonly scaleUpMessageS: Sourced;
  /** Added to each message that leaves its node. */
  readonly scaleOutMessageS: Sourced;
  /** Added once to each collective. */
  readonly collectiveStartS: Sourced;
}

export type Fabric = SwitchFabric | FatTreeFabric | TorusFabric | DirectFabric;

/** Hosts on one switch. */
export interface SwitchFabric {
  readonly kind: "switch";
  readonly hostCount: number;
  readonly link: LinkSpec;
  readonly switchLatencyS: Sourced;
}

/**
 * Two or three tiers of switches. Every accelerator (or bare host) has a port of its own;
 * ports are filled in rank order, `portsPerLeaf` a leaf. Uplinks are spread evenly.
 */
export interface FatTreeFabric {
  readonly kind: "fat-tree";
  /** Ports of accelerators (or bare hosts) at full size. */
  readonly portCount: number;
  readonly portsPerLeaf: number;
  readonly uplinksPerLeaf: number;
  readonly spineRadix: number;
  /** Spines (of each pod); absent: as few as have ports for all uplinks. */
  readonly spines?: number;
  /**
   * Accelerator k of every node on the leaf of rail k: `portsPerLeaf` nodes share
   * accelerators-per-node leaves. A message to another rail first crosses the scale-up star.
   */
  readonly rails?: boolean;
  /** Rails do not meet: spines join leaves of one rail only, and rails only meet in nodes. */
  readonly railOnly?: boolean;
  /**
   * Trees side by side: every port of a host is split into so many, and every message spreads
   * over them in equal parts. Counts are those of one tree, rates those of all together.
   */
  readonly planeCount?: number;
  /** The third tier, which joins pods of leaves and spines; absent: one pod. */
  readonly core?: CoreTier;
  /** "whole": all of it is there whatever the job uses. "grows": bought for the job's size. */
  readonly size: "whole" | "grows";
  readonly link: LinkSpec;
  readonly uplink: LinkSpec;
  readonly switchLatencyS: Sourced;
}

/** Uplink c of spine s in every pod goes to core c mod cores of plane s. */
export interface CoreTier {
  readonly leavesPerPod: number;
  /** Of the spine's ports. */
  readonly uplinksPerSpine: number;
  readonly coreRadix: number;
  readonly link: LinkSpec;
}

/** A grid of nodes with one link a neighbor and direction, in 1 to 6 dimensions (x, y, z, …). */
export interface TorusFabric {
  readonly kind: "torus";
  /** The shapes it comes in, smallest first, in nodes: [[2,2,2],[4,4,4]]. */
  readonly shapes: readonly (readonly number[])[];
  /**
   * Closing links of all dimensions but the last also move half way along the last, which is
   * twice as long: such a torus has a smaller diameter and more bisection than a plain one.
   */
  readonly twisted?: boolean;
  /** A dimension closes to a ring only if it is at least this long (4 on TPU v5p; else 1). */
  readonly wrapLengthMin: number;
  /**
   * Optical switches close rings of cubes this long: a shape closes in all dimensions if
   * each is a multiple, in none otherwise (4 on TPU v4 and v5p). Stronger than wrapLengthMin.
   */
  readonly cubeLength?: number;
  readonly link: LinkSpec;
}

/** One chip as the framework schedules it. Peaks are dense, never sparse. */
export interface Accelerator {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly peakBf16FlopPerS: Sourced;
  /** Best large matmul ever measured (the ceiling), bf16. */
  readonly matmulBf16FlopPerS: Sourced;
  readonly memoryBytes: Sourced;
  readonly memoryBytesPerS: Sourced;
  /** Accelerator with its share of host and NICs, at the wall of the rack. */
  readonly allInW?: Sourced;
  readonly rents: readonly Rent[];
}

/** A price by the hour for one accelerator, fabric and host included, as listed. */
export interface Rent {
  readonly kind: "on-demand" | "reserved" | "spot" | "market" | "ownership";
  readonly usdPerS: Sourced;
}

/** Constants of the software that runs the ops; each is data with a source. */
export interface SoftwareProfile {
  readonly id: string;
  readonly name: string;
  /** Sustained share of the best matmul. */
  readonly matmulShare: Sourced;
  /** Attention kernel's rate at infinite length, as a share of the best matmul. */
  readonly attentionShare: Sourced;
  /** Attention reaches half its rate at this many tokens (a pure number). */
  readonly attentionHalfTokens: Sourced;
  /** Time per counted byte, over the memory's peak: passes over memory / efficiency. */
  readonly memoryPasses: Sourced;
  /** The same for the optimizer, whose accesses are long and regular. */
  readonly optimizerPasses: Sourced;
  /** Time between two kernels that no kernel accounts for. */
  readonly launchS: Sourced;
  /** Share of hidden communication that slows compute (it takes cores and memory). */
  readonly overlapSlowdown: Sourced;
  /** One standard deviation of log(predicted / measured) on steps left out of the fit. */
  readonly stepErrorShare: Sourced;
  /** Gradients are joined to buckets of this many bytes. */
  readonly bucketBytes: Sourced;
  /** Whether parameters are gathered behind the next forward pass. */
  readonly gatherOverlapsForward: boolean;
}

/** The parts one buys; counts follow from the graph. */
export interface BillParts {
  readonly node?: PricedPart;
  readonly leafSwitch?: PricedPart;
  readonly spineSwitch?: PricedPart;
  readonly coreSwitch?: PricedPart;
  /** Cable with the optics at both ends, per port-to-port link. */
  readonly link?: PricedPart;
  /** Port-to-port cables a node needs on a torus (half its ports); fat trees count links. */
  readonly cablesPerNode?: number;
  readonly site?: Site;
}

/** A cluster as one buys it. */
export interface Design {
  readonly id: string;
  readonly reference?: string;
  readonly name: string;
  readonly summary: string;
  readonly node: NodeSpec;
  readonly bill: BillParts;
  readonly equipment: NodeEquipment;
  /** Present where the counts follow by rule; a graph is counted otherwise. */
  readonly rule?: NonBlockingRule;
  /** What is simulated. */
  readonly cluster: Cluster;
}

/** What comes with a node, and what it stands in. Simulation needs none of it. */
export interface NodeEquipment {
  /** Is in the price of the node. */
  readonly nic?: PricedPart;
  readonly nicCount?: number;
  /** Transceivers that a node takes. */
  readonly cageCount?: number;
  readonly nodeMaxW?: Sourced;
  readonly perRackCount?: number;
  readonly pdusPerRackCount?: number;
}

/** A fat tree without blocking, given by its hosts and its switch. */
export interface NonBlockingRule {
  readonly nodeCount: number;
  /** Ports of leaves that managers of the fabric take. */
  readonly otherPortCount: number;
  readonly planeCount: number;
  /** Ports of a switch at the full rate of a host's port. */
  readonly switchRadix: number;
  /** Of a host's port. */
  readonly linkBytesPerS: Sourced;
}

/** Where it stands. */
export interface Site {
  readonly id: string;
  readonly name: string;
  readonly energyUsdPerJ: Sourced;
  /** Facility power over IT power (≥ 1). */
  readonly pue: Sourced;
  /** Share of full power drawn on average while training. */
  readonly loadShare: Sourced;
  /** Years over which capital is spread. */
  readonly lifeS: Sourced;
}
