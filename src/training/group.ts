/** The processes that train one model together, as each of them sees the others. */
import type { Numbers } from "../tensor/arithmetic.ts";
import type { Share } from "./batches.ts";
import { WHOLE } from "./batches.ts";

export interface Group {
  readonly share: Share;
  /** Bytes that this process has sent in collectives so far. */
  readonly sentBytes: number;
  /** Each process ends with the sum over all, the same bits everywhere. */
  allReduce(numbers: Numbers): Promise<void>;
  /** One number of each process, in the order of ranks. */
  allGather(value: number): Promise<readonly number[]>;
}

/** A process alone: nothing to exchange. */
export const ALONE: Group = {
  share: WHOLE,
  sentBytes: 0,
  allReduce: () => Promise.resolve(),
  allGather: (value) => Promise.resolve([value]),
};
