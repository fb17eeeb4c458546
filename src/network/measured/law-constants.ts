/** The fitted constants of collectives as libraries run them, each with its meaning. */

export interface CollectiveLaw {
  /** A pipeline that starts slowly: F and τ of U(L, T) = L + T + F L T / (T + τ L). */
  readonly fillFactor: number;
  readonly fillTurnFactor: number;
  /** Set-up of in-switch reduction, for each rank. */
  readonly inSwitchRankS: number;
  /** One more local step of a ring that no link carries, and the size at which it is drained. */
  readonly localStepShare: number;
  readonly localStepBytes: number;
  /** Up to so many bytes a rank the low-latency protocol is taken. */
  readonly lowLatencyBytes: number;
  /** Payload rate of the low-latency tree between nodes. */
  readonly treeLowLatencyBytesPerS: number;
  /** Payload share of a NIC under a library. */
  readonly nicShare: number;
  /** Start of a ring over parts wired to each other, whose stream fills like the others. */
  readonly meshStartS: number;
}

export const LAW: CollectiveLaw = {
  fillFactor: 4.5,
  fillTurnFactor: 1.9,
  inSwitchRankS: 1.8e-6,
  localStepShare: 0.8,
  localStepBytes: 1e9,
  lowLatencyBytes: 65_536,
  treeLowLatencyBytesPerS: 0.62e9,
  nicShare: 0.87,
  meshStartS: 10e-6,
};

/** What each constant means, in the order of the page. */
export const LAW_MEANINGS: Readonly<Record<keyof CollectiveLaw, string>> = {
  fillFactor: "pipeline fill: how much of its start a stream waits in all",
  fillTurnFactor: "pipeline fill: how soon",
  inSwitchRankS: "set-up of in-switch reduction, a rank",
  localStepShare: "undrained local step of a ring",
  localStepBytes: "size at which that step is drained",
  lowLatencyBytes: "limit of the low-latency protocol, a rank",
  treeLowLatencyBytesPerS: "payload rate of the low-latency tree between nodes",
  nicShare: "payload share of a NIC under a library",
  meshStartS: "start of a ring over parts wired to each other",
};
