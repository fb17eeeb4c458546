/** Bounds alone: equal to the flows where nothing meets, below them elsewhere. */
import { ok } from "node:assert/strict";
import { test } from "vitest";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { ALGORITHMS } from "../../../src/network/collectives/table.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { Graph } from "../../../src/records/graph.ts";
import type { Semantics } from "../../../src/records/schedule.ts";
import { bareFatTree, bareSwitch, bareTorus, h100FatTree } from "../../support/clusters.ts";

const both = (
  graph: Graph,
  algorithm: string,
  semantics: Semantics,
): { readonly boundS: number; readonly flowS: number } => {
  const secondsOf = (fidelity: "analytical" | "flow"): number =>
    collectiveTime(graph, {
      ...{ collective: "all-reduce", algorithm, sizeBytes: 3e7 },
      run: { semantics, fidelity },
    }).timeline.durationS;
  return { boundS: secondsOf("analytical"), flowS: secondsOf("flow") };
};

test("no bound is above the simulated time, in any algorithm, fabric and semantics", () => {
  let isBelow = 0;
  for (const graph of [
    buildGraph(h100FatTree(4), 32),
    buildGraph(bareTorus([4, 3, 2]), 24),
    buildGraph(bareFatTree({ portCount: 16, portsPerLeaf: 4, uplinksPerLeaf: 1 }), 16),
  ]) {
    for (const { name, supports } of ALGORITHMS.map((one) => ({
      name: one.name,
      supports: one.supports(graph, "all-reduce"),
    }))) {
      if (supports !== undefined) continue;
      for (const semantics of ["barrier", "rendezvous", "stream"] as const) {
        const { boundS, flowS } = both(graph, name, semantics);
        ok(boundS > 0 && boundS <= flowS * (1 + 1e-9), `${name} ${semantics}`);
        if (boundS < flowS * 0.95) isBelow++;
      }
    }
  }
  ok(isBelow > 10, "shared links make a difference somewhere");
});

test("where no link is shared the bounds are the time", () => {
  const graph = buildGraph(bareSwitch(8), 8);
  for (const algorithm of ["ring", "halving-doubling", "bruck"]) {
    for (const semantics of ["barrier", "rendezvous", "stream"] as const) {
      const { boundS, flowS } = both(graph, algorithm, semantics);
      ok(Math.abs(boundS / flowS - 1) < 1e-9, `${algorithm} ${semantics}`);
    }
  }
});
