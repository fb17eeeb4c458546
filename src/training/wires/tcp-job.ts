/** What a process and its thread for TCP say to each other. */

/** At the start of an exchange's memory: its state, and from byte 8 on the seconds it took. */
export const HEADER_BYTES = 64;
export const [JOB_WAITING, JOB_DONE, JOB_LOST] = [0, 1, 2] as const;

/** Bytes in the memory of one exchange. */
export interface Span {
  readonly startBytes: number;
  readonly bytes: number;
}

export interface PeerSpan {
  readonly peer: number;
  readonly span: Span;
}

/** In this order: sends, a reduction, its results, what is received. */
export interface TcpJob {
  /** Exchanges of one lane run one after the other. */
  readonly lane: 0 | 1;
  readonly sends: readonly PeerSpan[];
  readonly reduction?: {
    readonly members: readonly number[];
    /** What this rank adds. */
    readonly source: Span;
    readonly target: Span;
    readonly isDouble: boolean;
    readonly how: "sum" | "max";
  };
  readonly results: readonly PeerSpan[];
  readonly receives: readonly PeerSpan[];
  /** Without: later exchanges do not wait for this one, whose sends are on their way. */
  readonly waits?: false;
}

/** To the thread. */
export type TcpMessage =
  | {
      readonly kind: "connect";
      readonly rank: number;
      readonly ports: readonly number[];
      readonly token: string;
    }
  | { readonly kind: "job"; readonly job: TcpJob; readonly memory: SharedArrayBuffer }
  | { readonly kind: "close" };

/** From the thread. */
export type TcpReport =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "connected" }
  | { readonly kind: "lost"; readonly message: string };
