/** A vendor's quote beside the bill that is needed. */
export interface QuoteLine {
  readonly partNumber: string;
  readonly description: string;
  readonly count: number;
  readonly unitUsd?: number;
  /** In the quote's file. */
  readonly line: number;
}

export type QuoteFindingKind = "missing" | "surplus" | "incompatible" | "not modeled" | "agrees";

export interface QuoteFinding {
  readonly kind: QuoteFindingKind;
  readonly partNumber: string;
  readonly neededCount: number;
  readonly quotedCount: number;
  /** Of what is missing (at list price) or too much (at the quoted price); absent: no price. */
  readonly totalUsd?: number;
  readonly why: string;
}

export interface QuoteAnswer {
  readonly clusterId: string;
  readonly findings: readonly QuoteFinding[];
  readonly quotedUsd: number;
  readonly surplusUsd: number;
}
