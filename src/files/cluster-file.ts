/** The shape of a cluster file after conversion, and with its references followed. */
import type { DirectFabricFile, DrawnGraph } from "./direct-file.ts";
import type { Sourced } from "../records/sourced.ts";
import type { AcceleratorFile, EndpointFile, HostFile, LinkFile } from "./parts.ts";
import type { NicFile, SiteFile, SoftwareFile, SwitchFile } from "./parts.ts";

interface SwitchFabricFile {
  readonly kind: "switch";
  readonly hosts: number;
  readonly link: string | LinkFile;
  readonly switchLatency?: Sourced;
  readonly switch?: string | SwitchFile;
  readonly cable?: string | LinkFile;
}

interface FatTreeFabricFile {
  readonly kind: "fat-tree";
  readonly ports: number;
  readonly portsPerLeaf: number;
  readonly uplinksPerLeaf: number;
  readonly spineRadix: number;
  readonly spines?: number;
  readonly rails?: boolean;
  readonly railOnly?: boolean;
  readonly planes?: number;
  readonly core?: CoreFile;
  readonly size?: "whole" | "grows";
  readonly link: string | LinkFile;
  readonly uplink: string | LinkFile;
  readonly switchLatency?: Sourced;
  readonly leafSwitch?: string | SwitchFile;
  readonly spineSwitch?: string | SwitchFile;
  readonly cable?: string | LinkFile;
}

export interface CoreFile {
  readonly leavesPerPod: number;
  readonly uplinksPerSpine: number;
  readonly coreRadix: number;
  readonly link: string | LinkFile;
  readonly coreSwitch?: string | SwitchFile;
}

interface TorusFabricFile {
  readonly kind: "torus";
  readonly shapes: readonly (readonly number[])[];
  readonly twisted?: boolean;
  readonly wrapLengthMin?: number;
  readonly cubeLength?: number;
  readonly link: string | LinkFile;
  readonly cable?: string | LinkFile;
  readonly cablesPerNode?: number;
}

export interface NonBlockingFabricFile {
  readonly kind: "non-blocking";
  readonly nodes: number;
  readonly otherPorts?: number;
  readonly planes?: number;
  readonly switch: string | SwitchFile;
  readonly link: string | LinkFile;
  readonly uplink: string | LinkFile;
  readonly cable?: string | LinkFile;
}

export type FabricFile =
  SwitchFabricFile | FatTreeFabricFile | TorusFabricFile | NonBlockingFabricFile | DirectFabricFile;

export interface Knob {
  readonly name: string;
  readonly sets: readonly string[];
}

export interface ClusterFile {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly node: string | HostFile;
  readonly fabric: FabricFile;
  /** Short names for --set; each sets several fields at once. */
  readonly knobs?: readonly Knob[];
  readonly endpoint?: EndpointFile;
  readonly software?: string | SoftwareFile;
  readonly site?: string | SiteFile;
}

/** A cluster file with what it refers to beside it. */
export interface ResolvedCluster {
  readonly file: ClusterFile;
  readonly host: HostFile;
  readonly nic: NicFile | undefined;
  readonly accelerator: AcceleratorFile | undefined;
  readonly link: LinkFile;
  readonly uplink: LinkFile | undefined;
  readonly coreLink: LinkFile | undefined;
  readonly localLink: LinkFile | undefined;
  readonly globalLink: LinkFile | undefined;
  readonly sliceLink: LinkFile | undefined;
  /** A custom fabric's switches and cables, from wherever they come. */
  readonly drawn: DrawnGraph | undefined;
  readonly cable: LinkFile | undefined;
  readonly oneSwitch: SwitchFile | undefined;
  readonly leafSwitch: SwitchFile | undefined;
  readonly spineSwitch: SwitchFile | undefined;
  readonly coreSwitch: SwitchFile | undefined;
  readonly software: SoftwareFile | undefined;
  readonly site: SiteFile | undefined;
}
