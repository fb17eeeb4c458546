/**
 * Chance, repeatable: xoshiro128** seeded through splitmix32. The only source of chance in
 * the product. Integer arithmetic only, so every machine draws the same numbers.
 * Source: Blackman & Vigna 2018, arXiv:1805.01407.
 */

/** A stream of numbers in [0, 1) with 32 random bits each. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed | 0;
  const splitmix = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix();
  return () => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result / 4294967296;
  };
}

/**
 * Standard normal numbers from uniform ones: the sum of twelve, less six (Irwin–Hall).
 * Chosen over Box–Muller because it needs no transcendental function, whose last bit
 * differs between engines.
 */
export function normal(random: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random();
  return sum;
}
