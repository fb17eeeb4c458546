/** A cable of a fabric and the two ports it joins. */

export interface Cable {
  readonly cableId: string;
  readonly tier: string;
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  readonly rateBytesPerS: number;
}
