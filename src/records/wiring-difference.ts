/** Two fabrics by the names of their switches: what one lacks, has too much, or joins elsewhere. */
export interface NamedFabric {
  readonly name: string;
  /** Absent where hosts have numbers only: then they are counted by switch. */
  readonly hasHostNames: boolean;
  readonly hosts: readonly { readonly name: string; readonly switchName: string }[];
  readonly cables: readonly NamedCable[];
}

export interface NamedCable {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface WiringDifference {
  readonly missing: readonly NamedCable[];
  readonly surplus: readonly NamedCable[];
  readonly miscabled: readonly Miscabled[];
  readonly sameCount: number;
}

/** A cable that leaves the right box and ends at the wrong one. */
export interface Miscabled {
  readonly at: string;
  readonly designed: string;
  readonly found: string;
  readonly count: number;
}
