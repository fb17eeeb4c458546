/** A measured sweep against what its machine should do. */

export interface VerdictRow {
  readonly sizeBytes: number;
  readonly measuredS: number;
  readonly expectedS: number;
}

export interface RangeVerdict {
  readonly name: string;
  readonly rows: number;
  /** Measured / expected time. */
  readonly ratio: number;
  readonly verdict: "normal" | "slow" | "fast";
}

/** A fault, and how far its simulated curve lies from the measured one. */
export interface FaultFit {
  readonly fault: string;
  readonly words: string;
  readonly errorShare: number;
}

export interface MeasuredVerdict {
  readonly file: string;
  readonly sentence: string;
  readonly rows: readonly VerdictRow[];
  readonly ranges: readonly RangeVerdict[];
  /** The best first; empty where nothing is slow. */
  readonly faults: readonly FaultFit[];
  /** What was taken because nobody said it. */
  readonly assumed: readonly string[];
}
