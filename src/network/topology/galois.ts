/**
 * Finite fields of q = p^k elements, as tables. Element e is a polynomial over the integers
 * modulo p whose coefficients are the digits of e in base p; a primitive polynomial is found
 * by trying all, so that the powers of x are all elements but zero.
 */
import { assert } from "../../base/assert.ts";

export interface Field {
  readonly elementCount: number;
  add(a: number, b: number): number;
  multiply(a: number, b: number): number;
  negate(a: number): number;
  /** The i-th power of the generator. */
  power(i: number): number;
}

/** p of a prime power; undefined for all other numbers. */
export function primeOf(q: number): number | undefined {
  if (!Number.isInteger(q) || q < 2) return undefined;
  let p = 2;
  while (q % p !== 0) p++;
  let rest = q;
  while (rest % p === 0) rest /= p;
  return rest === 1 ? p : undefined;
}

export function fieldOf(q: number): Field {
  const p = primeOf(q);
  assert(p !== undefined, "a field has a prime power of elements");
  const powers = generatorPowers(q, p);
  const logs = new Map(powers.map((element, i) => [element, i]));
  const digitwise = (a: number, b: number, sign: number): number => {
    let sum = 0;
    for (let place = 1; place < q; place *= p) {
      const digit = Math.floor(a / place) + sign * Math.floor(b / place);
      sum += place * (((digit % p) + p) % p);
    }
    return sum;
  };
  const power = (i: number): number => powers[i % (q - 1)] ?? 1;
  return {
    elementCount: q,
    add: (a, b) => digitwise(a, b, 1),
    negate: (a) => digitwise(0, a, -1),
    power,
    multiply: (a, b) => {
      const [i, j] = [logs.get(a), logs.get(b)];
      return i === undefined || j === undefined ? 0 : power(i + j);
    },
  };
}

/** Powers 0 … q−2 of a generator: of a number for primes, of x modulo a polynomial else. */
function generatorPowers(q: number, p: number): number[] {
  for (let candidate = q === p ? 1 : 0; candidate < q; candidate++) {
    const powers = q === p ? numberPowers(q, candidate) : polynomialPowers(q, p, candidate);
    if (new Set(powers).size === q - 1 && !powers.includes(0)) return powers;
  }
  throw new Error(`no generator of ${q} elements`);
}

function numberPowers(q: number, base: number): number[] {
  let element = 1;
  return Array.from({ length: q - 1 }, () => {
    const here = element;
    element = (element * base) % q;
    return here;
  });
}

/** Times x is a shift; what grows out at the top comes back as −tail, digit by digit. */
function polynomialPowers(q: number, p: number, tail: number): number[] {
  let element = 1;
  return Array.from({ length: q - 1 }, () => {
    const here = element;
    const top = Math.floor((element * p) / q);
    let next = 0;
    for (let place = 1; place < q; place *= p) {
      const shifted = Math.floor((element * p) / place) % p;
      const back = top * (Math.floor(tail / place) % p);
      next += place * ((((shifted - back) % p) + p) % p);
    }
    element = next;
    return here;
  });
}
