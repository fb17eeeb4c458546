/** What is left of a fabric when cables fail. */

export interface TopologyCheck {
  readonly clusterId: string;
  readonly name: string;
  readonly rankCount: number;
  readonly failedCount: number;
  readonly cableCount: number;
  /** All ways to choose so many cables. */
  readonly possibleCount: number;
  readonly triedCount: number;
  /** Present where not all were tried. */
  readonly seed?: number;
  readonly cutCount: number;
  /** The first few failures that part ranks. */
  readonly cuts: readonly Cut[];
  /** Of the whole fabric; absent where it is too large to be measured. */
  readonly bisectionBytesPerS?: number;
  /** Of the failures whose flow was measured; absent where the fabric is too large for that. */
  readonly leastBisectionBytesPerS?: number;
  readonly flowCount: number;
}

export interface Cut {
  readonly cables: readonly string[];
  readonly ranks: readonly [number, number];
}
