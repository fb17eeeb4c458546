/**
 * Ways on a twisted torus: closing links of the short dimensions also move half way along
 * the last one, which is twice as long.
 *
 * So a closing link crossed an odd number of times shifts the target's place in the last
 * dimension by half. For each short dimension either way round is tried; the least sum of
 * hops wins, at equal sums the plain torus' way. Then dimension order, the last one last.
 * Source: Cámara et al. 2010, "Twisted torus topologies for enhanced interconnection
 * networks", IEEE TPDS 21(12).
 */
import type { Graph } from "../../records/graph.ts";

export interface TwistedGrid {
  readonly shape: readonly number[];
  /** Vertex of node 0. */
  readonly firstNodeId: number;
  /** Link out of (node, dimension, way): [(node·dimensions + d)·2 + way], way 0 is "+". */
  readonly links: Int32Array;
  readonly linkTarget: Int32Array;
  /** Hops from a to b along one closed dimension; negative means the way "−". */
  readonly signedHops: (a: number, b: number, size: number) => number;
}

export function twistedRoutes(grid: TwistedGrid): Graph["route"] {
  const { shape, firstNodeId, links, linkTarget } = grid;
  const dimensions = shape.length;
  const hops = new Int32Array(dimensions);
  return (source, target, out, at) => {
    if (source === target) return at;
    planHops(grid, source, target, hops);
    let end = at;
    let node: number = source;
    for (let d = 0; d < dimensions; d++) {
      const way = hops[d]! < 0 ? 1 : 0;
      for (let hop = Math.abs(hops[d]!); hop > 0; hop--) {
        const link = links[(node * dimensions + d) * 2 + way]!;
        out[end++] = link;
        node = linkTarget[link]! - firstNodeId;
      }
    }
    return end;
  };
}

/** Fills in the hops of each dimension. Bit d of a choice: the long way round dimension d. */
function planHops(grid: TwistedGrid, source: number, target: number, hops: Int32Array): void {
  const last = grid.shape.length - 1;
  let least = Infinity;
  let best = 0;
  for (let choice = 0; choice < 2 ** last; choice++) {
    const sum = hopsOf(grid, source, target, { choice, hops });
    if (sum >= least) continue;
    least = sum;
    best = choice;
  }
  hopsOf(grid, source, target, { choice: best, hops });
}

function hopsOf(
  { shape, signedHops }: Pick<TwistedGrid, "shape" | "signedHops">,
  source: number,
  target: number,
  plan: { readonly choice: number; readonly hops: Int32Array },
): number {
  const { choice, hops } = plan;
  const last = shape.length - 1;
  let stride = 1;
  let shifts = 0;
  let sum = 0;
  for (let d = 0; d <= last; d++) {
    const size = shape[d]!;
    const b = Math.floor(target / stride) % size;
    let a = Math.floor(source / stride) % size;
    if (d === last && shifts % 2 === 1) a = (a + size / 2) % size;
    let signed = signedHops(a, b, size);
    const isLong = d < last && ((choice >> d) & 1) === 1 && signed !== 0;
    if (isLong) signed += signed > 0 ? -size : size;
    if (d < last && (a + signed < 0 || a + signed >= size)) shifts++;
    hops[d] = signed;
    sum += Math.abs(signed);
    stride *= size;
  }
  return sum;
}
