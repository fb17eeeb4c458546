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
