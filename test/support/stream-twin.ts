/**
 * Rings by dependency, as plainly as can be: no ticks, no heap, no local solves. Each member
 * is waiting for a date or moving; at each instant all rates anew.
 */
import { at } from "../../src/base/assert.ts";
import type { Dependency } from "../../src/network/engine/max-plus.ts";
import { fillNaively } from "../../src/network/engine/twin.ts";
import { pathOf } from "../../src/network/routing/path.ts";
import type { Graph } from "../../src/records/graph.ts";

interface Member {
  readonly links: Int32Array;
  readonly latencyS: number;
  readonly weight: number;
  readonly bytes: number;
  bytesPerS: number;
  remaining: number;
  isMoving: boolean;
  sent: number;
  /** When message k may put its first byte on the wire, as far as known. */
  readonly readyS: number[];
  readonly receivedS: number[];
}

/** The last arrival of rank order[i] → order[i+1], `stepCount` messages each. */
export function streamTwinS(
  graph: Graph,
  ring: { order: readonly number[]; bytes: readonly number[]; stepCount: number },
  semantics: Dependency,
): number {
  const n = ring.order.length;
  const members = ring.order.map((rank, i) =>
    memberOf(graph, { rank, next: at(ring.order, (i + 1) % n), bytes: at(ring.bytes, i) }),
  );
  let nowS = 0;
  for (;;) {
    const moving = members.filter((member) => member.isMoving);
    fillNaively(moving, graph);
    const dates = members.flatMap((member) => {
      if (member.isMoving) return [nowS + member.remaining / member.bytesPerS];
      const ready = member.sent < ring.stepCount ? member.readyS[member.sent] : undefined;
      return ready === undefined ? [] : [Math.max(nowS, ready)];
    });
    if (dates.length === 0) return nowS;
    const nextS = Math.min(...dates);
    const near = nextS * (1 + 1e-13);
    const done = moving.filter((member) => nowS + member.remaining / member.bytesPerS <= near);
    for (const member of moving) member.remaining -= member.bytesPerS * (nextS - nowS);
    nowS = nextS;
    for (const member of done) {
      member.isMoving = false;
      member.sent++;
      const next = at(members, (members.indexOf(member) + 1) % n);
      next.receivedS.push(nowS);
      if (semantics === "stream") next.readyS.push(nowS + next.latencyS);
    }
    if (semantics === "rendezvous") {
      for (const member of members) {
        const isFree = !member.isMoving && member.readyS.length === member.sent;
        if (isFree && member.receivedS.length >= member.sent) {
          member.readyS.push(nowS + member.latencyS);
        }
      }
    }
    for (const member of members) {
      const ready = member.sent < ring.stepCount ? member.readyS[member.sent] : undefined;
      if (member.isMoving || ready === undefined || ready > near) continue;
      member.isMoving = true;
      member.remaining = member.bytes;
    }
  }
}

function memberOf(
  graph: Graph,
  { rank, next, bytes }: { rank: number; next: number; bytes: number },
): Member {
  const { links, latencyS } = pathOf(graph, rank, next);
  const start = { bytesPerS: 0, remaining: 0, isMoving: false, sent: 0, receivedS: [] };
  return { links, latencyS, weight: 1, bytes, ...start, readyS: [latencyS] };
}
