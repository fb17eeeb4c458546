/** A workload by SimAI's analytical formula, marked as such, under its own names. */
import { fixed, percent } from "../base/format.ts";
import type { SimaiMachine, SimaiWorkload } from "../records/simai.ts";
import type { SimaiLayerTime } from "../network/compat/simai.ts";
import { simaiTime } from "../network/compat/simai.ts";

export interface SimaiReplayed {
  readonly compat: "simai-analytical";
  readonly totalS: number;
  readonly microseconds: Readonly<Record<string, number>>;
  readonly machine: SimaiMachine;
  readonly layers: readonly SimaiLayerTime[];
  /** For the terminal. */
  readonly words: readonly string[];
}

/** A server of eight H100 with CX7, as the program computes them. */
export const SIMAI_MACHINE: Omit<SimaiMachine, "rankCount"> = {
  ...{ ranksPerServer: 8, nicsPerServer: 8, nvlinkGibPerS: 20.6 * 18, nicGibPerS: 48.5 },
  overlaps: { TP: 0, EP: 0, DP: 0, PP: 1 },
};

export function replaySimai(workload: SimaiWorkload, given: Partial<SimaiMachine>): SimaiReplayed {
  const machine = { ...SIMAI_MACHINE, rankCount: workload.rankCount, ...given };
  const { microseconds, layers } = simaiTime(workload, machine);
  const totalUs = microseconds["Total time"] ?? 0;
  const { ranksPerServer, nicsPerServer, nvlinkGibPerS, nicGibPerS } = machine;
  const words = [
    `${fixed(layers.length)} layers on ${fixed(machine.rankCount)} ranks, by SimAI's analytical ` +
      "formula (simai-analytical)",
    `servers of ${ranksPerServer} ranks and ${nicsPerServer} NICs; NVLink ${nvlinkGibPerS}, ` +
      `NIC ${nicGibPerS} of its GB/s`,
    ...Object.entries(microseconds).map(
      ([name, us]) => `  ${name}: ${fixed(us)} µs (${percent(us / totalUs, 2)})`,
    ),
    "A gigabyte is 2^30 bytes there; below a mebibyte times are fixed; no link is shared.",
  ];
  return {
    compat: "simai-analytical",
    totalS: totalUs / 1e6,
    microseconds,
    machine,
    layers,
    words,
  };
}
