/** Fabrics without tiers above, as a cluster file has them after conversion. */
import type { LinkSpec } from "../records/cluster.ts";
import type { GlobalArrangement } from "../records/fabric.ts";
import type { Sourced } from "../records/sourced.ts";
import type { LinkFile, SwitchFile } from "./parts.ts";

interface DirectHead {
  readonly link: string | LinkFile;
  readonly switchLatency?: Sourced;
  readonly switch?: string | SwitchFile;
  readonly cable?: string | LinkFile;
}

interface Joined extends DirectHead {
  readonly localLink: string | LinkFile;
}

interface Grouped extends Joined {
  readonly groups: number;
  readonly arrangement?: GlobalArrangement;
  readonly globalLink: string | LinkFile;
}

export interface DragonflyFile extends Grouped {
  readonly kind: "dragonfly";
  readonly switchesPerGroup: number;
  readonly hostsPerSwitch: number;
  readonly globalLinksPerSwitch: number;
  readonly localLinksPerPair?: number;
}

export interface DragonflyPlusFile extends Grouped {
  readonly kind: "dragonfly-plus";
  readonly leavesPerGroup: number;
  readonly spinesPerGroup: number;
  readonly hostsPerLeaf: number;
  readonly globalLinksPerSpine: number;
}

export interface HyperXFile extends Joined {
  readonly kind: "hyperx";
  readonly shape: readonly number[];
  readonly widths?: readonly number[];
  readonly hostsPerSwitch: number;
}

export interface SlimFlyFile extends Joined {
  readonly kind: "slim-fly";
  readonly q: number;
  readonly hostsPerSwitch: number;
}

export interface SlicesFile extends DirectHead {
  readonly kind: "slices";
  readonly shape: readonly number[];
  readonly slices: number;
  readonly acceleratorsPerLink: number;
  readonly sliceLink: string | LinkFile;
  readonly wrapLengthMin?: number;
  readonly cubeLength?: number;
}

export interface CustomFile extends DirectHead {
  readonly kind: "custom";
  readonly switches?: readonly { readonly name: string; readonly hosts?: number }[];
  readonly cables?: readonly CableFile[];
  /** A CSV file with the same. */
  readonly table?: string;
  /** A module that makes the same. */
  readonly module?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface CableFile {
  readonly from: string;
  readonly to: string;
  readonly count?: number;
  readonly rate?: Sourced;
  readonly latency?: Sourced;
}

export type DirectFabricFile =
  DragonflyFile | DragonflyPlusFile | HyperXFile | SlimFlyFile | SlicesFile | CustomFile;

/** Switches by name with their hosts, and cables between them. */
export interface DrawnGraph {
  readonly switches: readonly string[];
  readonly hostCounts: readonly number[];
  readonly cables: readonly {
    readonly aId: number;
    readonly bId: number;
    readonly count: number;
    readonly link: Partial<LinkSpec>;
  }[];
}
