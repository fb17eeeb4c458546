/**
 * The graph on which messages travel: vertices, directed links, and a route for any pair.
 * Built by `network/topology`, never edited. Routes are made on demand, not stored.
 */
import type { LinkId, RankId, VertexId } from "../base/ids.ts";

/** Names of a grid's dimensions, in their order. */
export const AXES: readonly string[] = ["x", "y", "z", "w", "v", "u"];

/** Links of one sort: all have the same rate and latency at build time. */
export interface LinkTier {
  /** The field's word: "scale-up", "host", "uplink", "x", "y", "z". */
  readonly kind: string;
  /** "node to leaf" — for tables and drawings. */
  readonly name: string;
  /** JSON pointer of its rate in the cluster file, so that a reader can change it. */
  readonly ratePointer: string;
  /** The same for the greater part of its latency: the link's own or its switches'. */
  readonly latencyPointer?: string;
  /** Directed links of this tier. */
  readonly linkCount: number;
  readonly linkBytesPerS: number;
  readonly latencyS: number;
}

export interface VertexTier {
  /** "accelerator", "scale-up switch", "node", "leaf", "spine", "host", "switch". */
  readonly kind: string;
  readonly vertexCount: number;
  /** Switches that one vertex stands for: one in each plane; absent: one. */
  readonly planeCount?: number;
}

/** Which of so many uplinks a message takes: level 0 from its leaf, 1 from its spine. */
export type PickUplink = (level: number, source: number, target: number, uplinks: number) => number;

export type FabricFamily =
  | "switch"
  | "fat-tree"
  | "torus"
  | "dragonfly"
  | "dragonfly-plus"
  | "hyperx"
  | "slim-fly"
  | "slices"
  | "custom";

export interface VertexGroups {
  /** "group", "row", "switch". */
  readonly kind: string;
  readonly groupCount: number;
  groupOf(vertex: number): number;
}

export interface Graph {
  readonly clusterId: string;
  readonly family: FabricFamily;
  readonly rankCount: number;
  readonly ranksPerNode: number;
  readonly nodeCount: number;
  /** Torus: nodes per dimension and whether each closes. Fat tree: empty. */
  readonly shape: readonly number[];
  readonly wraps: readonly boolean[];
  readonly vertexTiers: readonly VertexTier[];
  readonly linkTiers: readonly LinkTier[];

  readonly vertexCount: number;
  readonly linkCount: number;
  readonly linkSource: Int32Array;
  readonly linkTarget: Int32Array;
  readonly linkBytesPerS: Float64Array;
  readonly linkLatencyS: Float64Array;
  /** Index into linkTiers. */
  readonly linkTier: Uint8Array;
  /** Added once to every collective. */
  readonly collectiveStartS: number;

  /**
   * Writes the links from source to target into `out` from `at` on and returns the end.
   * `routeLengthMax` bounds the number of links written.
   */
  readonly routeLengthMax: number;
  route(source: RankId, target: RankId, out: Int32Array, at: number): number;
  /** 1 for links that are down; absent where all work. */
  readonly deadLinks?: Uint8Array;
  /** The same ways with another choice among equal ones. */
  readonly routeBy?: (pick: PickUplink) => Graph["route"];
  /** Ways over a switch (or a group) in between, picked out of so many: Valiant's. */
  readonly routeVia?: (pick: PickUplink) => Graph["route"];
  /** Adaptive routing: ways for messages that start together, in their order. */
  readonly stepRoute?: (messageCount: number) => Graph["route"];
  /** Whether accelerators pass on what is not for them. */
  readonly ranksForward?: boolean;
  /** Orders of a node's ranks whose rings share no link, where its own network is a mesh. */
  readonly nodeRings?: readonly (readonly number[])[];
  /** Known by a formula of the family; absent: to be measured on the graph. */
  readonly bisectionBytesPerS?: number;
  readonly diameterHopCount?: number;
  /** Boxes that belong together, for drawings: the group of a vertex, −1 for none. */
  readonly groups?: VertexGroups;
  /** Endpoint time of one message, besides the latencies of its links. */
  messageOverheadS(source: RankId, target: RankId): number;
  vertexName(vertex: VertexId): string;
  /** "leaf-3 → spine-5" */
  linkName(link: LinkId): string;
}
