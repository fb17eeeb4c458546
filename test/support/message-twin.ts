/**
 * Messages with dependencies, as plainly as can be: no ticks, no heap, no pruning, no local
 * solves. At each instant all rates anew by naive filling.
 */
import { at } from "../../src/base/assert.ts";
import { fillNaively } from "../../src/network/engine/twin.ts";
import { pathOf } from "../../src/network/routing/path.ts";
import type { Graph } from "../../src/records/graph.ts";
import type { Messages } from "../../src/records/traffic.ts";

export function messageTwin(graph: Graph, messages: Messages, share = "equal"): number[] {
  const { source, target, sizeBytes, startS, afterStart, after } = messages;
  const count = source.length;
  const flows = Array.from({ length: count }, (_, m) => {
    const path = pathOf(graph, at(source, m), at(target, m));
    const weight = share === "rtt" ? 1 / path.latencyS : 1;
    return { ...path, weight, bytesPerS: 0, remaining: at(sizeBytes, m), beginS: NaN };
  });
  const finishS = Array.from({ length: count }, () => NaN);
  const moving = new Set<number>();
  let nowS = 0;
  for (;;) {
    for (const [m, flow] of flows.entries()) {
      if (!Number.isNaN(flow.beginS)) continue;
      const waited = [...after.slice(at(afterStart, m), at(afterStart, m + 1))];
      if (waited.some((one) => Number.isNaN(at(finishS, one)))) continue;
      const ready = waited.reduce((last, one) => Math.max(last, at(finishS, one)), at(startS, m));
      flow.beginS = ready + flow.latencyS;
    }
    flows.forEach((flow, m) => {
      if (flow.beginS <= nowS * (1 + 1e-13) && Number.isNaN(at(finishS, m))) moving.add(m);
    });
    const active = [...moving].map((m) => at(flows, m));
    fillNaively(
      active.filter(({ links }) => links.length > 0),
      graph,
    );
    const dueS = (m: number): number => {
      const { links, remaining, bytesPerS } = at(flows, m);
      return links.length === 0 ? nowS : nowS + remaining / bytesPerS;
    };
    const waiting = flows.flatMap(({ beginS }, m) =>
      moving.has(m) || Number.isNaN(beginS) || !Number.isNaN(at(finishS, m)) ? [] : [beginS],
    );
    const nextS = Math.min(...waiting, ...[...moving].map(dueS));
    if (nextS === Infinity) return finishS;
    const done = [...moving].filter((m) => dueS(m) <= nextS * (1 + 1e-13));
    for (const m of moving) {
      const flow = at(flows, m);
      if (flow.links.length > 0) flow.remaining -= flow.bytesPerS * (nextS - nowS);
    }
    for (const m of done) {
      moving.delete(m);
      finishS[m] = nextS;
    }
    nowS = nextS;
  }
}
