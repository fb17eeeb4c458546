/** A number that remembers where it comes from. Every physical input of a record is one. */

/** How far a number can be trusted; shown beside it in every report. */
export type Provenance = "measured" | "fitted" | "vendor" | "assumed" | "yours";

/** `value` is in the SI unit that the name of the property holding it ends with. */
export interface Sourced {
  readonly value: number;
  readonly source: string;
  /** ISO date of the source: "2026-09-10", "2026-09" or "2026"; "" where none is known. */
  readonly date: string;
  readonly provenance: Provenance;
  readonly note?: string;
}

/** Tells the leaves of a record's input tree from its branches. */
export function isSourced(value: unknown): value is Sourced {
  return (
    typeof value === "object" &&
    value !== null &&
    "value" in value &&
    "provenance" in value &&
    typeof value.value === "number"
  );
}
