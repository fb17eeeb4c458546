/** What another tool's file says of a real fabric: switches, what hangs on them, cables. */
export interface FoundFabric {
  /** "Slurm topology.conf". */
  readonly format: string;
  readonly switches: readonly string[];
  readonly hosts: readonly FoundHost[];
  /** Between switches; cables of one pair and rate are one entry. */
  readonly cables: readonly FoundCable[];
  readonly notes: readonly string[];
}

/** One port of a host: a host with eight adapters is here eight times, by eight names. */
export interface FoundHost {
  readonly name: string;
  readonly switchName: string;
  readonly rateBytesPerS?: number;
}

export interface FoundCable {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly rateBytesPerS?: number;
}
