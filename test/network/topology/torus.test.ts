import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { linkId, vertexId } from "../../../src/base/ids.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { pathOf } from "../../../src/network/routing/path.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { signedHops } from "../../../src/network/topology/torus.ts";
import { bareTorus, h100Torus } from "../../support/clusters.ts";

test("4×4×4 has 64 nodes and one link a neighbor and direction", () => {
  const graph = buildGraph(bareTorus([4, 4, 4]), 64);
  equal(graph.vertexCount, 64);
  equal(graph.linkCount, 64 * 6);
  deepEqual(
    graph.linkTiers.map(({ kind, linkCount }) => [kind, linkCount]),
    [
      ["x", 128],
      ["y", 128],
      ["z", 128],
    ],
  );
});

test("rank = x + X·(y + Y·z)", () => {
  const graph = buildGraph(bareTorus([4, 3, 2]), 24);
  equal(graph.vertexName(vertexId(1 + 4 * (2 + 3 * 1))), "(1,2,1)");
});

test("links follow the closed form: 2·N closed, 2·N·(s−1)/s open, none along one", () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(size, size, size, fc.integer({ min: 1, max: 7 }), (x, y, z, wrapLengthMin) => {
      const shape = [x, y, z];
      const n = x * y * z;
      const graph = buildGraph(bareTorus(shape, wrapLengthMin), n);
      const expected = shape.map((s) => {
        if (s === 1) return 0;
        return s >= wrapLengthMin ? 2 * n : (2 * n * (s - 1)) / s;
      });
      equal(
        graph.linkCount,
        expected.reduce((a, b) => a + b, 0),
      );
    }),
    { seed: 5, numRuns: 100 },
  );
});

test("half way round goes positive, unless the source's coordinate is size/2", () => {
  equal(signedHops(0, 2, 4, true), 2);
  equal(signedHops(1, 3, 4, true), 2);
  equal(signedHops(2, 0, 4, true), -2);
  equal(signedHops(3, 1, 4, true), 2);
  equal(signedHops(0, 1, 2, true), 1);
  equal(signedHops(1, 0, 2, true), -1);
});

test("otherwise the shorter way round, and straight ahead on a line", () => {
  equal(signedHops(0, 3, 4, true), -1);
  equal(signedHops(3, 0, 4, true), 1);
  equal(signedHops(1, 3, 5, true), 2);
  equal(signedHops(0, 3, 5, true), -2);
  equal(signedHops(0, 3, 4, false), 3);
  equal(signedHops(3, 0, 4, false), -3);
});

test("ways are contiguous, in dimension order and as short as can be", () => {
  const size = fc.integer({ min: 1, max: 5 });
  fc.assert(
    fc.property(
      size,
      size,
      size,
      fc.integer({ min: 1, max: 6 }),
      fc.nat(),
      fc.nat(),
      (...drawn) => {
        const [x, y, z, wrapLengthMin, a, b] = drawn;
        const graph = buildGraph(bareTorus([x, y, z], wrapLengthMin), x * y * z);
        const source = a % (x * y * z);
        const target = b % (x * y * z);
        const { links } = pathOf(graph, source, target);
        let vertex = source;
        for (const link of links) {
          equal(graph.linkSource[link], vertex);
          vertex = at(graph.linkTarget, link);
        }
        equal(vertex, target);
        const kinds = [...links].map((link) => at(graph.linkTier, link));
        deepEqual(
          kinds,
          kinds.toSorted((p, q) => p - q),
        );
        equal(links.length, distance(source, target, { shape: [x, y, z], wraps: graph.wraps }));
      },
    ),
    { seed: 6, numRuns: 300 },
  );
});

function distance(
  source: number,
  target: number,
  grid: { shape: readonly number[]; wraps: readonly boolean[] },
): number {
  let [a, b, hops] = [source, target, 0];
  for (const [d, size] of grid.shape.entries()) {
    const apart = Math.abs((a % size) - (b % size));
    hops += grid.wraps[d] === true ? Math.min(apart, size - apart) : apart;
    a = Math.floor(a / size);
    b = Math.floor(b / size);
  }
  return hops;
}

test("a dimension of two that closes has two cables, told apart", () => {
  const graph = buildGraph(bareTorus([2]), 2);
  equal(graph.linkCount, 4);
  deepEqual(
    [0, 1, 2, 3].map((link) => graph.linkName(linkId(link))),
    ["(0) → (1)", "(1) → (0) (way −)", "(1) → (0)", "(0) → (1) (way −)"],
  );
  equal(buildGraph(bareTorus([2], 3), 2).linkCount, 2);
});

test("accelerators in a node share its six ports through NICs of their own", () => {
  const graph = buildGraph(h100Torus(), 512);
  // 512 accelerators with a star link and a NIC each, 64 nodes with 6 links each.
  equal(graph.vertexCount, 512 + 64);
  equal(graph.linkCount, 2 * 512 + 2 * 512 + 64 * 6);
  const nic = graph.linkTiers.find((tier) => tier.kind === "nic");
  // 6 · (400 Gb/s · 8 / 6) / 8 accelerators = 400 Gb/s each.
  ok(Math.abs((nic?.linkBytesPerS ?? 0) - 50e9) < 1);
  const out = pathOf(graph, 3, 8 * 5 + 3); // (0,0,0) to (1,1,0)
  deepEqual(
    [...out.links].map((link) => graph.linkName(linkId(link))),
    [
      "(0,0,0)/gpu-3 → (0,0,0) (NIC)",
      "(0,0,0) → (1,0,0)",
      "(1,0,0) → (1,1,0)",
      "(1,1,0) → (1,1,0)/gpu-3 (NIC)",
    ],
  );
  const within = pathOf(graph, 0, 7);
  equal(within.links.length, 2);
  equal(within.bytesPerS, 450e9);
});

test("one node alone has no torus links", () => {
  const graph = buildGraph(h100Torus(), 8);
  deepEqual(
    graph.linkTiers.map((tier) => tier.kind),
    ["scale-up", "nic"],
  );
  equal(graph.nodeCount, 1);
});

test("four dimensions: a ring a dimension, and the torus algorithm's closed form", () => {
  const shape = [3, 4, 3, 3];
  const graph = buildGraph(bareTorus(shape), 108);
  // A link a neighbor and direction, in each of four dimensions.
  equal(graph.linkCount, 108 * 8);
  deepEqual(
    graph.linkTiers.map(({ kind }) => kind),
    ["x", "y", "z", "w"],
  );
  const S = 108e6;
  const request = { collective: "all-reduce", algorithm: "torus", sizeBytes: S } as const;
  const { durationS } = collectiveTime(graph, request).timeline;
  // Σ_d 2(X_d−1)·(S_d/(2·X_d·B) + a), each next S_d divided by X_d.
  let expected = 0;
  let rest = S;
  for (const size of shape) {
    expected += 2 * (size - 1) * (rest / (2 * size * 50e9) + 500e-9);
    rest /= size;
  }
  ok(Math.abs(durationS - expected) <= 1e-12 * expected, `${durationS} is ${expected}`);
});
