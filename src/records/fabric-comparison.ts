/** Families of fabrics side by side, sized alike. */

export type EqualIn = "cost" | "bisection" | "ports";

export interface FabricRow {
  readonly family: string;
  /** As `--cluster` takes it. */
  readonly cluster: string;
  readonly rankCount: number;
  /** Switches and cables; nodes with their cards are the same for all. */
  readonly fabricUsd?: number;
  readonly bisectionBytesPerS: number;
  /** Ends of cables, at cards and switches. */
  readonly portCount: number;
  /** How far it misses what is made equal: (own − first's) / first's. */
  readonly missShare: number;
  readonly routing: string;
  readonly allReduceS: number;
  readonly allReduceAlgorithm: string;
  readonly allReduceWorstS: number;
  readonly exchangeS: number;
  readonly deliveredBytesPerS: number;
  readonly failed: {
    readonly box: string;
    readonly lostCount: number;
    readonly bisectionShare: number;
  };
  /** Fabric money over GB/s delivered in the exchange. */
  readonly usdPerGBPerS?: number;
}

export interface FabricComparison {
  readonly equal: EqualIn;
  readonly sizeBytes: number;
  readonly seedCount: number;
  readonly groupRankCount: number;
  readonly rows: readonly FabricRow[];
}
