/** What another tool says of the inside of one node: accelerators, adapters, what joins them. */
export interface FoundNode {
  /** "NCCL topology". */
  readonly format: string;
  readonly accelerators: readonly FoundAccelerator[];
  readonly adapters: readonly FoundAdapter[];
  /** Links between two accelerators, or of one to the switches. */
  readonly links: readonly FoundNodeLink[];
  readonly socketCount: number;
  readonly notes: readonly string[];
}

export interface FoundAccelerator {
  readonly name: string;
  /** NVIDIA's compute capability, "90"; absent where the file does not say. */
  readonly capability?: string;
}

export interface FoundAdapter {
  readonly name: string;
  readonly rateBytesPerS?: number;
}

export interface FoundNodeLink {
  readonly from: string;
  /** Absent: to the switches. */
  readonly to?: string;
  readonly linkCount: number;
}
