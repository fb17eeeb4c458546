/** One question answered by several engines: times side by side, and why they differ. */
export interface EngineRow {
  readonly engine: string;
  /** Absent where the engine cannot express the question; `why` then says so. */
  readonly timeS?: number;
  /** The time over that of flows. */
  readonly ratio?: number;
  readonly why: string;
}

export interface EngineComparison {
  readonly kind: "engines";
  readonly clusterId: string;
  readonly rankCount: number;
  readonly question: string;
  readonly rows: readonly EngineRow[];
}
