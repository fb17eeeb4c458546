/**
 * Exact summation: the correctly rounded sum of any list of doubles, in any order.
 * Source: Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic", section 2.
 */
export function exactSum(values: Iterable<number>): number {
  const partials: number[] = [];
  for (const value of values) {
    let x = value;
    let kept = 0;
    for (const partial of partials) {
      let y = partial;
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    partials.length = kept;
    partials.push(x);
  }
  return roundedOnce(partials);
}

/** The partials do not overlap, so adding from the largest down rounds only once. */
function roundedOnce(partials: number[]): number {
  let high = partials.pop() ?? 0;
  while (partials.length > 0) {
    const x = high;
    const y = partials.pop() ?? 0;
    high = x + y;
    const low = y - (high - x);
    if (low === 0) continue;
    // Half-way cases: the next partial decides which neighbor is nearer.
    const next = partials.at(-1) ?? 0;
    if ((low < 0 && next < 0) || (low > 0 && next > 0)) {
      const doubled = low * 2;
      const moved = high + doubled;
      if (doubled === moved - high) high = moved;
    }
    break;
  }
  return high;
}
