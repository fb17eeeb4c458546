/**
 * Products of numbers rounded to bf16, the oracle of the native ones: the upper 16 bits of a
 * float, ties to even.
 */
import type { Backend, Numbers } from "../../src/tensor/arithmetic.ts";
import { reference } from "./backends.ts";

export const matmulBf16: Backend["matmul"] = (a, b, c, bias, shape) =>
  reference.matmul(roundedToBf16(a), roundedToBf16(b), c, bias, shape);

export function roundedToBf16(values: Numbers): Float32Array {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  for (const [i, word] of bits.entries()) {
    // NaN stays NaN, whatever its lower bits; all else goes up from more than half.
    const isNan = (word & 0x7fffffff) > 0x7f800000;
    bits[i] = isNan ? word | 0x400000 : word + 0x7fff + ((word >>> 16) & 1);
    bits[i] &= 0xffff0000;
  }
  return new Float32Array(bits.buffer);
}
