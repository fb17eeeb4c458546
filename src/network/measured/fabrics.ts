/**
 * What a fabric between nodes adds to a collective, by its words: time of a crossing over the
 * planner's, payload share of a NIC, and where a library takes lines of 128 bytes.
 *
 * Times of EFA and TCPXO follow from the smallest messages of one published sweep each. The
 * share of InfiniBand is that of its pair benchmarks (HDR 0.94, NDR 0.97: the lower); of EFA
 * and TCPXO the law's own. TCPXO ships with a tuning that takes lines up to 16 MiB; they reach
 * 0.82 of one 200 Gb/s NIC.
 */

export interface FabricRow {
  readonly name: string;
  readonly pattern: RegExp;
  readonly crossingS: number;
  /** Absent: the law's. */
  readonly nicShare?: number;
  readonly lines?: { readonly mostBytes: number; readonly bytesPerS: number };
}

/** First match wins: the narrower words stand first. */
export const FABRIC_ROWS: readonly FabricRow[] = [
  {
    ...{ name: "GPUDirect-TCPXO", pattern: /tcpxo|fastrak/i, crossingS: 49e-6 },
    lines: { mostBytes: 2 ** 24, bytesPerS: 0.82 * 25e9 },
  },
  { name: "EFA", pattern: /efa/i, crossingS: 22e-6 },
  { name: "RoCE", pattern: /roce/i, crossingS: 2e-6, nicShare: 0.92 },
  {
    ...{ name: "InfiniBand", crossingS: 0, nicShare: 0.94 },
    pattern: /\bib\b|infiniband|[hnxe]dr\d*|quantum|rdma|mlx5|connectx|cx-?[678]|sharp/i,
  },
  { name: "Omni-Path", pattern: /omni-?path|opa\b/i, crossingS: 5e-6 },
  { name: "TCP", pattern: /tcp|ethernet|gbe/i, crossingS: 49e-6, nicShare: 0.7 },
];

/** EFA of the first generation, beside A100 and older. */
const FIRST_EFA_S = 68e-6;

export function fabricRow(words: string, isOldHost: boolean): FabricRow | undefined {
  const found = FABRIC_ROWS.find(({ pattern }) => pattern.test(words));
  return found?.name === "EFA" && isOldHost ? { ...found, crossingS: FIRST_EFA_S } : found;
}
