/** Collectives with a root, without data, uneven, or with help: carried out on real numbers. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { at, present } from "../../../src/base/assert.ts";
import { findAlgorithm } from "../../../src/network/collectives/table.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import type { Collective } from "../../../src/records/schedule.ts";
import { bareFatTree, barePods, bareSwitch, link } from "../../support/clusters.ts";
import { execute } from "../../support/execute.ts";

/** Any rank's own data: whole numbers, so that sums are exact in any order. */
const valueOf = (rank: number, element: number): number => (rank + 1) * 1000 + element;

const numbered = (n: number, length: number): Float64Array[] =>
  Array.from({ length: n }, (_, rank) => Float64Array.from({ length }, (_, e) => valueOf(rank, e)));

const programOf = (n: number, name: string, collective: Collective, sizeBytes = 1e6) =>
  present(findAlgorithm(name), name).program(buildGraph(bareSwitch(n), n), collective, sizeBytes);

const COUNTS = [1, 2, 3, 5, 6, 8, 13, 32];

test("gather and scatter: block r is rank r's, at once and by a binomial tree", () => {
  for (const n of COUNTS) {
    for (const name of ["direct", "binomial"]) {
      const gathered = numbered(n, n);
      execute(programOf(n, name, "gather"), gathered);
      deepEqual(
        [...at(gathered, 0)],
        [...Array(n).keys()].map((r) => valueOf(r, r)),
      );
      const scattered = numbered(n, n);
      execute(programOf(n, name, "scatter"), scattered);
      for (const [rank, buffer] of scattered.entries()) equal(at(buffer, rank), valueOf(0, rank));
    }
  }
});

test("reduce: rank 0 ends with all sums, by three algorithms", () => {
  for (const n of COUNTS) {
    for (const [name, sizeBytes] of [
      ["binomial", 1e6],
      ["scatter-all-gather", 1e6],
      ["chain", 1e3],
      ["chain", 3 * 2 ** 19],
    ] as const) {
      const buffers = numbered(n, 3 * n);
      const sums = [...at(buffers, 0).keys()].map((e) =>
        buffers.reduce((sum, buffer) => sum + at(buffer, e), 0),
      );
      execute(programOf(n, name, "reduce", sizeBytes), buffers);
      deepEqual([...at(buffers, 0)], sums);
    }
  }
});

test("broadcast along a chain in chunks", () => {
  for (const n of COUNTS) {
    const buffers = numbered(n, 3);
    const first = [...at(buffers, 0)];
    execute(programOf(n, "chain", "broadcast", 3 * 2 ** 19), buffers);
    for (const buffer of buffers) deepEqual([...buffer], first);
  }
});

test("send and receive: everybody gets the buffer of the rank before", () => {
  for (const n of COUNTS.slice(1)) {
    const received = numbered(n, 4);
    execute(programOf(n, "direct", "send-receive"), numbered(n, 4), received);
    for (const [rank, buffer] of received.entries())
      equal(at(buffer, 0), valueOf((rank + n - 1) % n, 0));
  }
});

test("after a barrier everybody has heard of everybody, in ⌈log₂ n⌉ steps without bytes", () => {
  for (const n of COUNTS) {
    const { steps } = programOf(n, "dissemination", "barrier");
    equal(steps.length, Math.ceil(Math.log2(n)));
    let heard = Array.from({ length: n }, (_, rank) => new Set([rank]));
    for (const { source, target, messageBytes } of steps) {
      ok(messageBytes.every((bytes) => bytes === 0));
      const next = heard.map((known) => new Set(known));
      source.forEach((from, m) => {
        for (const one of at(heard, from)) at(next, at(target, m)).add(one);
      });
      heard = next;
    }
    for (const known of heard) equal(known.size, n);
  }
});

test("uneven all-to-all: every block arrives whole, whatever its size", () => {
  for (const n of COUNTS) {
    for (const name of ["direct", "pairwise"]) {
      const length = 8 * n;
      const buffers = numbered(n, length);
      const received = Array.from({ length: n }, () => new Float64Array(n * length).fill(-1));
      const program = programOf(n, name, "uneven-all-to-all");
      execute(program, buffers, received);
      // Every element of every other rank lies on exactly one rank, at its source's place.
      for (let source = 0; source < n; source++) {
        for (let e = 0; e < length; e++) {
          const holders = received.filter((r) => at(r, source * length + e) === valueOf(source, e));
          ok(holders.length <= 1);
        }
      }
      const bytes = program.steps.flatMap((step) => [...step.messageBytes]);
      const own = n * 1e6 - bytes.reduce((sum, one) => sum + one, 0);
      const arrived = received.flatMap((r) => [...r]).filter((value) => value !== -1).length;
      ok(Math.abs(arrived / length - (n * 1e6 - own) / 1e6) < 1e-6);
      ok(n < 5 || new Set(bytes.filter((one) => one > 0)).size > 1, "blocks differ");
    }
  }
});

test("hierarchical in four parts that follow each other sums on every rank", () => {
  const node = { name: "node", acceleratorCount: 4, scaleUp: link(450e9, 0) };
  for (const nodes of [2, 3, 5]) {
    const graph = buildGraph({ ...bareSwitch(nodes), node }, 4 * nodes);
    const buffers = numbered(4 * nodes, 4 * 4 * nodes);
    const sums = [...at(buffers, 0).keys()].map((e) =>
      buffers.reduce((sum, buffer) => sum + at(buffer, e), 0),
    );
    const algorithm = present(findAlgorithm("hierarchical-pipelined"), "it");
    execute(algorithm.program(graph, "all-reduce", 1e6), buffers);
    for (const buffer of buffers) deepEqual([...buffer], sums);
  }
});

test("switches that add: in a node, over one switch, and over two and three tiers", () => {
  const node = { name: "node", acceleratorCount: 4, scaleUp: link(450e9, 0) };
  const tree = bareFatTree({ portCount: 16, portsPerLeaf: 8, uplinksPerLeaf: 4 });
  for (const [name, made, n] of [
    ["nvls", { ...bareSwitch(1), node }, 4],
    ["sharp", bareSwitch(6), 6],
    ["sharp", { ...bareSwitch(3), node }, 12],
    ["sharp", bareFatTree({ portCount: 16, portsPerLeaf: 4, uplinksPerLeaf: 2 }), 16],
    ["sharp", { ...tree, node }, 16],
    ["sharp", barePods(), 64],
  ] as const) {
    const graph = buildGraph(made, n);
    const algorithm = present(findAlgorithm(name), name);
    equal(algorithm.supports(graph, "all-reduce"), undefined);
    const length = 12 * 4;
    const buffers = Array.from({ length: graph.vertexCount }, (_, vertex) =>
      Float64Array.from({ length }, (_, e) => (vertex < n ? valueOf(vertex, e) : 0)),
    );
    const sums = [...at(buffers, 0).keys()].map((e) =>
      buffers.slice(0, n).reduce((sum, buffer) => sum + at(buffer, e), 0),
    );
    execute(algorithm.program(graph, "all-reduce", 3 * 2 ** 19), buffers);
    for (const buffer of buffers.slice(0, n)) deepEqual([...buffer], sums, name);
  }
});
