/** What parameters say of themselves, held against what the ranks of a layout really hold. */
import { ok } from "node:assert/strict";
import type { GroupKind } from "../../src/records/trace.ts";
import type { Parameter } from "../../src/tensor/tensor.ts";
import { relativeError } from "../tensor/backends.ts";
import type { Degrees } from "./ranks.ts";
import { AXES } from "./ranks.ts";

/** Of two stages, those that share a table are the group "embedding". */
const groupOf = (axis: (typeof AXES)[number]): GroupKind =>
  axis === "pipeline" ? "embedding" : axis;

/**
 * Along each way of dividing: ranks that hold the same part of a parameter say that gradients are
 * summed or numbers are the same there, and say so only if all of them hold it. Where nothing is
 * summed, gradients are equal.
 */
export function checkClaims(ranks: readonly (readonly Parameter[])[], degrees: Degrees): void {
  let stride = 1;
  for (const axis of AXES) {
    const size = degrees[axis] ?? 1;
    for (const [rank, own] of ranks.entries()) {
      const place = Math.floor(rank / stride) % size;
      if (place === 0) continue;
      const first = ranks[rank - place * stride]!;
      for (const parameter of own) checkPair(parameter, first, groupOf(axis));
    }
    stride *= size;
  }
}

function checkPair(own: Parameter, others: readonly Parameter[], group: GroupKind): void {
  const { name, slice, sumOver, sameOver } = own;
  const other = others.find(
    (one) => one.name === name && JSON.stringify(one.slice) === JSON.stringify(slice),
  );
  const isClaimed = sumOver.includes(group) || sameOver.includes(group);
  ok((other !== undefined) === isClaimed, `${name} is shared over ${group}, as it says`);
  if (other === undefined) return;
  ok(relativeError(own.data, other.data) === 0, `${name} starts alike over ${group}`);
  if (sumOver.includes(group)) return;
  const error = relativeError(own.gradient, other.gradient);
  ok(error < 1e-10, `gradients of ${name} are the same over ${group}, but for ${error}`);
}
