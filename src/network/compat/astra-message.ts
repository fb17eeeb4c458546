/**
 * One message as ASTRA-sim's analytical backends time it, in whole nanoseconds. A gigabyte of
 * bandwidth is 2^30 bytes there:
 *
 *     unaware of congestion:  ⌊hops · L + m / B⌋, in the lowest dimension that differs, only there
 *     aware:                  at each hop ⌊L + m / B⌋, one after another
 */
import { at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import type { AstraDimension, AstraNetwork } from "../../records/astra.ts";

export type AstraBackend = "astra-unaware" | "astra-aware";

export function bytesPerNs({ bandwidthGibPerS }: AstraDimension): number {
  return (bandwidthGibPerS * 2 ** 30) / 1e9;
}

/** Links between two places of a dimension. */
export function hopCount({ topology, npuCount }: AstraDimension, from: number, to: number): number {
  if (topology === "FullyConnected") return 1;
  if (topology === "Switch") return 2;
  const way = Math.abs(to - from);
  return Math.min(way, npuCount - way);
}

/** Time of one hop, ns. */
export function hopNs(dimension: AstraDimension, bytes: number): number {
  return Math.floor(dimension.latencyNs + bytes / bytesPerNs(dimension));
}

/** Time of a message over so many links of a dimension, ns. */
export function messageNs(
  backend: AstraBackend,
  dimension: AstraDimension,
  hops: number,
  bytes: number,
): number {
  if (backend === "astra-aware") return hops * hopNs(dimension, bytes);
  return Math.floor(hops * dimension.latencyNs + bytes / bytesPerNs(dimension));
}

/** Time from one rank to another with nothing else on the way, ns. */
export function rankMessageNs(
  backend: AstraBackend,
  { dimensions }: AstraNetwork,
  from: number,
  to: number,
  bytes: number,
): number {
  const rankCount = dimensions.reduce((product, { npuCount }) => product * npuCount, 1);
  const outside = [from, to].find((rank) => rank >= rankCount);
  if (outside !== undefined) {
    throw new Refusal({
      code: "out-of-range",
      pointer: "",
      found: `rank ${outside}`,
      expected: `ranks 0 to ${rankCount - 1}`,
      nextStep: "name ranks of this network",
    });
  }
  refuseDimensions(backend, dimensions);
  let [a, b] = [from, to];
  for (const dimension of dimensions) {
    const { npuCount } = dimension;
    const [placeA, placeB] = [a % npuCount, b % npuCount];
    if (placeA !== placeB) {
      return messageNs(backend, dimension, hopCount(dimension, placeA, placeB), bytes);
    }
    [a, b] = [(a - placeA) / npuCount, (b - placeB) / npuCount];
  }
  return 0;
}

/** The backend that knows of congestion knows one dimension only. */
export function refuseDimensions(
  backend: AstraBackend,
  dimensions: readonly AstraDimension[],
): AstraDimension {
  if (backend === "astra-unaware" || dimensions.length === 1) return at(dimensions, 0);
  throw new Refusal({
    code: "not-simulated",
    pointer: "/topology",
    found: `${dimensions.length} dimensions with astra-aware`,
    expected: "one dimension, as that backend has it",
    nextStep: "use astra-unaware, or one dimension",
  });
}
