/**
 * What collectives reach inside one domain, by part: usable rate of a link under a library,
 * links, in-switch reduction, and the low-latency protocol. NCCL planner's values unless noted.
 */

export interface DomainRates {
  readonly id: string;
  /** Usable rate of all links together. */
  readonly usableBytesPerS: number;
  /** Share of it that in-switch reduction moves; 0: the part has none. */
  readonly inSwitchShare: number;
  readonly lowLatencyBytesPerS: number;
  /** Local step of a ring that no link carries; 0 on parts wired directly. */
  readonly localStepShare: number;
  readonly isMesh: boolean;
  readonly isMeasured: boolean;
}

const G = 1e9;

function switched(
  id: string,
  [linkG, links, lowLatencyG]: readonly [number, number, number],
  inSwitchShare: number,
): DomainRates {
  const usableBytesPerS = linkG * links * G;
  return {
    ...{ id, usableBytesPerS, inSwitchShare: (inSwitchShare * 23) / 24 },
    lowLatencyBytesPerS: Math.min(lowLatencyG * G, usableBytesPerS / 2),
    ...{ localStepShare: 0.8, isMesh: false, isMeasured: true },
  };
}

export const DOMAIN_RATES: readonly DomainRates[] = [
  { ...switched("v100-sxm2-32", [22.5, 6, 39], 0), localStepShare: 0, isMesh: false },
  switched("a100-sxm-40", [20, 12, 87.7], 0),
  switched("a100-sxm-80", [20, 12, 87.7], 0),
  switched("h100-sxm", [20.6, 18, 141], 0.85),
  switched("h100-sxm-500w", [20.6, 18, 141], 0.85),
  switched("h200-sxm", [20.6, 18, 141], 0.85),
  { ...switched("h800-sxm", [20.6, 8, 141], 0.85), isMeasured: false },
  switched("b200-sxm", [40.1, 18, 282], 0.74),
  { ...switched("b300-sxm", [40.1, 18, 282], 0.74), isMeasured: false },
  // The rack needs 0.89 of the efficiency of one node.
  switched("gb200-nvl72", [40.1, 18, 282], 0.656),
  switched("gb300-nvl72", [40.1, 18, 282], 0.656),
  mesh("mi300x", 448),
  mesh("mi325x", 448),
  mesh("mi350x", 538),
  mesh("mi355x", 538),
  // One link of the torus in one direction, 100 GB/s, of which a gather over four chips gets 0.9.
  { ...mesh("tpu-v7", 90), isMesh: false },
];

/** Links to every other rank, without a switch: rings reach 0.70 of them all. */
function mesh(id: string, lineG: number): DomainRates {
  return {
    ...{ id, usableBytesPerS: lineG * G, inSwitchShare: 0, lowLatencyBytesPerS: 100 * G },
    ...{ localStepShare: 0, isMesh: true, isMeasured: false },
  };
}

/** Without a row of its own: the part's ring, as its data sheet lets one expect. */
export function domainRates(id: string, ringBytesPerS = 200 * G): DomainRates {
  const found = DOMAIN_RATES.find((rates) => rates.id === id);
  if (found !== undefined) return found;
  const lowLatencyBytesPerS = ringBytesPerS / 2;
  return { ...mesh(id, ringBytesPerS / G), lowLatencyBytesPerS, isMesh: false };
}

/** Over a PCIe bus of 16 lanes: 12, 24 and 48 GB/s for generations 3 to 5 (NCCL's planner). */
export function pcieRates(id: string, generation: number): DomainRates {
  const usableBytesPerS = 12 * G * 2 ** (generation - 3);
  return { ...domainRates(`${id} over PCIe`, usableBytesPerS), localStepShare: 0.8 };
}

/** The same part as if nobody had measured it: the planner's values of its generation. */
export function unmeasuredRates(rates: DomainRates): DomainRates {
  const { id, usableBytesPerS } = rates;
  if (id === "v100-sxm2-32") return { ...rates, usableBytesPerS: (usableBytesPerS / 22.5) * 20 };
  if (/^gb[23]00/.test(id)) return { ...rates, inSwitchShare: (0.74 * 23) / 24 };
  return rates;
}
