/** The backends that the tests of tensor, models and training run on. */
import { buildNative } from "../../scripts/build-native.mjs";
import type { Backend, Numbers } from "../../src/tensor/arithmetic.ts";
import { normal, seeded } from "../../src/base/random.ts";
import { loadBackend } from "../../src/tensor/backend.ts";

/** Instant when the binary is newer than its sources, as after `npm run build`. */
export const nativeIsBuilt = (await buildNative({ quiet: true })) !== "no-compiler";

export const reference: Backend = loadBackend("typescript");

/** Native first where there is a compiler; a test of its own says when there is none. */
export const backends: readonly Backend[] = nativeIsBuilt
  ? [loadBackend("native"), loadBackend("wasm"), reference]
  : [loadBackend("wasm"), reference];

export function drawn(seed: number, count: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from({ length: count }, () => normal(random));
}

/** The largest difference, relative to the largest entry of `expected`. */
export function relativeError(found: Numbers, expected: ArrayLike<number>): number {
  let difference = found.length === expected.length ? 0 : Infinity;
  let largest = 0;
  for (let i = 0; i < found.length; i++) {
    const error = Math.abs((found[i] ?? NaN) - (expected[i] ?? NaN));
    difference = Number.isNaN(error) ? Infinity : Math.max(difference, error);
    largest = Math.max(largest, Math.abs(expected[i] ?? NaN));
  }
  return difference === 0 ? 0 : difference / largest;
}
