/** How a network of packets behaves, and what became of them. */

export interface PacketOptions {
  /** Payload of a full packet. */
  readonly payloadMaxBytes: number;
  /** Sent with each packet besides its payload. */
  readonly headerBytes: number;
  /** Lossless: a full input stops its sender (PFC). Lossy: a full queue drops, and says so. */
  readonly isLossless: boolean;
  /** Of each queue; packets beyond are dropped where the network is lossy. */
  readonly queueMaxBytes: number;
  /** An input that holds more stops the link that feeds it, and below half lets it go on. */
  readonly pauseBytes: number;
  /** Queues longer than this mark packets (ECN). */
  readonly markBytes: number;
  readonly control: "window" | "dcqcn";
  /** Unacknowledged bytes of a message: so many times what its way holds in a round trip. */
  readonly windowFactor: number;
  /** Each packet takes the next of the equal ways. */
  readonly isSprayed: boolean;
  readonly seed: number;
}

export const PACKET_DEFAULTS: PacketOptions = {
  ...{ payloadMaxBytes: 4096, headerBytes: 64, isLossless: true },
  ...{ queueMaxBytes: 1_000_000, pauseBytes: 100_000, markBytes: 100_000 },
  ...{ control: "window", windowFactor: 1.5, isSprayed: false, seed: 1 },
};

export interface PacketCounts {
  readonly eventCount: number;
  readonly packetCount: number;
  readonly dropCount: number;
  readonly markCount: number;
  readonly pauseCount: number;
  readonly queueMaxBytes: number;
}
