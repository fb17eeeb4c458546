/** The hash by which switches pick one of several equal ways. */
import type { PickUplink } from "../../records/graph.ts";

/** With a salt each level draws anew; without, all levels repeat one draw. */
export function hashed(seed: number, isSalted: boolean): PickUplink {
  return (level, source, target, uplinks) =>
    mixed(mixed(mixed(seed ^ (isSalted ? 0x51ed27 * (level + 1) : 0)) ^ source) ^ target) % uplinks;
}

/** Thirty-two bits well mixed (the finalizer of MurmurHash3, public domain). */
function mixed(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
