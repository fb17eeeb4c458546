/** What a profiler recorded on the accelerator of one rank: kernels and collectives, by time. */

export interface ProfiledRank {
  readonly file: string;
  /** Undefined where the file does not say. */
  readonly rank: number | undefined;
  readonly worldRankCount: number | undefined;
  readonly eventCount: number;
  /** In the order of their start. */
  readonly kernels: readonly ProfiledKernel[];
}

export interface ProfiledKernel {
  readonly kind: "compute" | "copy" | "collective";
  /** After that of the first kernel in the file. */
  readonly startS: number;
  readonly durationS: number;
  /** Of a collective. */
  readonly call?: ProfiledCall;
}

export interface ProfiledCall {
  /** As in TRACE_COLLECTIVES, or "send" and "receive". */
  readonly name: string;
  readonly group: string;
  readonly groupRankCount: number;
  /** Absent where the list was cut short. */
  readonly ranks?: readonly number[];
  readonly dtype: string;
  /** What a rank brings; of an all-gather its part, as Chakra counts. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Of a message. */
  readonly peerRank?: number;
}
