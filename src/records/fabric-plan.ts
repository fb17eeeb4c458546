/**
 * A fabric as counts: how many switches and cables each tier has. A plan needs no graph, so
 * it also tells what fabrics hold that are too large to simulate.
 */
export interface FabricPlan {
  /** Ports of hosts at their full rate, one cable each. */
  readonly endpointCount: number;
  /** Networks that share nothing but the hosts: 2 where each NIC port is split in two. */
  readonly planeCount: number;
  /** Ports of a switch at the rate at which it is wired (doubled where planes halve it). */
  readonly switchRadix: number;
  /** All planes together. */
  readonly leafCount: number;
  readonly spineCount: number;
  readonly coreCount: number;
  /** Cables as one buys them: one that carries two planes counts once. */
  readonly hostLeafCableCount: number;
  readonly leafSpineCableCount: number;
  readonly spineCoreCableCount: number;
}

/** What a cluster holds, from its graph or by rule. */
export interface FabricCounts {
  readonly acceleratorCount: number;
  readonly hostCount: number;
  readonly leafCount: number;
  readonly spineCount: number;
  readonly coreCount: number;
  readonly hostLeafCableCount: number;
  readonly leafSpineCableCount: number;
  readonly spineCoreCableCount: number;
  /** Cables of a torus. */
  readonly neighborCableCount: number;
  /** Switch cages that hold a transceiver: each serves two ports. */
  readonly switchCageCount: number;
  /** One direction, through the middle of the fabric, all planes together. */
  readonly bisectionBytesPerS: number;
  /** Links between the two accelerators that are furthest apart, each at its own port. */
  readonly diameterHopCount: number;
}
