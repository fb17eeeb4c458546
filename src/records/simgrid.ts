/** A platform of SimGrid as its network models need it, and messages over it. */

export interface SimgridLink {
  readonly id: string;
  readonly bytesPerS: number;
  readonly latencyS: number;
  /** Each flow sees the whole rate: the greatest counts, not the sum. */
  readonly isFatpipe: boolean;
}

/** What SimGrid's flags set, its names in the comments. */
export interface SimgridSettings {
  /** network/latency-factor */
  readonly latencyFactor: number;
  /** network/bandwidth-factor */
  readonly bandwidthFactor: number;
  /** network/weight-S */
  readonly weightBytes: number;
  /** network/TCP-gamma; 0: none */
  readonly windowBytes: number;
  /** network/crosstraffic */
  readonly isCrossed: boolean;
}

export interface SimgridPlatform {
  readonly links: readonly SimgridLink[];
  readonly hosts: readonly string[];
  /** Numbers of the links from host to host. */
  readonly route: (source: number, target: number) => readonly number[];
  /** What the file's config sets. */
  readonly settings: Partial<SimgridSettings>;
}

export interface SimgridMessage {
  readonly id: string;
  readonly sourceIndex: number;
  readonly targetIndex: number;
  readonly sizeBytes: number;
  readonly startS: number;
  /** Places of messages that must have arrived before. */
  readonly afterIndices: readonly number[];
}
