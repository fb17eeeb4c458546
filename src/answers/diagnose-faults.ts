/**
 * What goes wrong with a machine's collectives, as changes of the case that the law times.
 * Each fault comes in several strengths; the one that fits best stands for it.
 */
import type { CollectiveCase } from "../network/measured/collective-case.ts";

export interface Machine {
  readonly given: CollectiveCase;
  /** NICs of a node. */
  readonly nicCount: number;
}

export interface Fault {
  readonly name: string;
  readonly words: string;
  /** None where the fault cannot be. */
  variants(machine: Machine): readonly CollectiveCase[];
}

const US = 1e-6;
const G = 1e9;
/** PCIe 3.0 ×16 to 5.0 ×16 as collectives reach it. */
const PCIE_BYTES_PER_S = [11 * G, 16 * G, 22 * G, 28 * G];
/** Bytes that pass through host memory: share of the NIC's rate, and time of the copies. */
const STAGED_SHARES = [0.3, 0.38, 0.46, 0.54];
const STAGED_S = [8 * US, 14 * US, 20 * US, 26 * US];

export const FAULTS: readonly Fault[] = [
  {
    name: "nic-down",
    words: "a NIC of a node is down: its share goes over the others",
    variants: ({ given, nicCount }) =>
      nicCount < 2 || given.domains < 2
        ? []
        : [1, 2]
            .filter((down) => down < nicCount && down / nicCount <= 0.25)
            .map((down) => withNics(given, 1 - down / nicCount)),
  },
  {
    name: "pcie",
    words: "the accelerators talk over PCIe instead of their own links",
    variants: ({ given }) =>
      PCIE_BYTES_PER_S.filter((rate) => rate < given.rates.usableBytesPerS / 2).map((rate) => ({
        ...given,
        rates: {
          ...given.rates,
          usableBytesPerS: rate,
          inSwitchShare: 0,
          isMesh: false,
          lowLatencyBytesPerS: Math.min(given.rates.lowLatencyBytesPerS, rate / 2),
        },
      })),
  },
  {
    name: "no-gpudirect",
    words: "bytes pass through host memory between accelerator and NIC (no GPUDirect)",
    variants: ({ given }) =>
      given.domains < 2
        ? []
        : STAGED_SHARES.flatMap((share) =>
            STAGED_S.map((seconds) => ({
              ...withNics(given, share),
              crossingS: given.crossingS + seconds,
            })),
          ),
  },
  {
    name: "hash-collision",
    words: "flows of one node share an uplink: their hashes collide",
    variants: ({ given }) =>
      given.domains < 2 ? [] : [1 / 2, 1 / 3].map((share) => withNics(given, share)),
  },
  {
    name: "wrong-algorithm",
    words: "the library is made to take one algorithm or protocol at all sizes",
    variants: ({ given }) =>
      (["ring", "low-latency"] as const).map((forced) => ({ ...given, forced })),
  },
];

function withNics(given: CollectiveCase, share: number): CollectiveCase {
  return { ...given, nodeBytesPerS: given.nodeBytesPerS * share };
}
