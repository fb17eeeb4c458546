/** What changes from one result to another. */
export interface ResultMetric {
  /** As `--until` and `--fail-on` name it. */
  readonly id: string;
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Which way is good. */
  readonly better: "less" | "more";
}

export interface DifferenceRow {
  readonly metric: ResultMetric;
  readonly from: number;
  readonly to: number;
  /** to / from − 1. */
  readonly changeRatio: number;
  readonly verdict: "better" | "worse" | "same";
}

export interface InputChange {
  readonly name: string;
  readonly pointer: string;
  readonly from: string;
  readonly to: string;
}

export interface Difference {
  readonly names: readonly [string, string];
  readonly rows: readonly DifferenceRow[];
  readonly inputs: readonly InputChange[];
  readonly cause: string;
  /** Rules that do not hold. */
  readonly failed: readonly string[];
}
