/** What is said about one cell of a table: a value, its range, and how sure the reading was. */

export interface Prediction {
  readonly id: string;
  readonly column: string;
  /** In the column's unit; null only when refused. */
  readonly predicted: number | null;
  /** Tenth and ninetieth percentile, in the same unit. */
  readonly low: number | null;
  readonly high: number | null;
  readonly status: "ok" | "incomplete" | "refused";
  /** What was assumed, or why it was refused; empty when all was read. */
  readonly reason: string;
}
