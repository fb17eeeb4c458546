import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { collectiveTime } from "../../../src/network/collective-time.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { wrapsOf } from "../../../src/network/topology/torus.ts";
import type { SlicesFabric } from "../../../src/records/fabric.ts";
import { direct, link } from "../../support/clusters.ts";
import { longestWay, wayOf } from "../../support/ways.ts";

const SLICES = direct<SlicesFabric>({
  kind: "slices",
  shape: [4, 2],
  sliceCount: 3,
  acceleratorsPerLink: 4,
  slice: { link: link(100e9, 1e-6), wrapLengthMin: 4 },
});

test("within a slice ways go over the torus, between slices over two hosts", () => {
  const graph = buildGraph(SLICES, 24);
  // 24 accelerators, 2 hosts a slice, one network. Per slice 8 links in x, 4 in y.
  equal(graph.vertexCount, 24 + 6 + 1);
  equal(graph.linkCount, 2 * (3 * 12 + 24 + 6));
  const kinds = (pair: readonly [number, number]): string[] =>
    wayOf(graph, pair).map((l) => at(graph.linkTiers, at(graph.linkTier, l)).kind);
  deepEqual(kinds([0, 5]), ["x", "y"]);
  deepEqual(kinds([0, 8]), ["nic", "host", "host", "nic"]);
  longestWay(graph, 1);
});

test("slices come whole", () => {
  throws(() => buildGraph(SLICES, 12), /12 ranks/);
  deepEqual(buildGraph(SLICES, 16).shape, [4, 2, 2]);
});

test("four chips share their host's link: all crossing at once take four times as long", () => {
  const graph = buildGraph(SLICES, 16);
  const time = (sizeBytes: number): number =>
    collectiveTime(graph, { collective: "all-reduce", algorithm: "torus", sizeBytes }).timeline
      .durationS;
  // Last dimension: two slices, line of 2: S/8 over two halves, four chips on 50 GB/s.
  const S = 8e6;
  const inSlice = 2 * (3 * (S / 2 / 4 / 100e9 + 1e-6) + 1 * (S / 4 / 2 / 100e9 + 1e-6));
  const between = 2 * ((4 * (S / 8 / 2)) / 50e9 + 2 * 500e-9);
  const expected = inSlice + between;
  ok(Math.abs(time(S) - expected) < 1e-9 * expected, `${time(S)} and ${expected}`);
});

test("rings of cubes close in whole cubes, and not at all below", () => {
  const cubes = (shape: number[]): boolean[] => wrapsOf({ wrapLengthMin: 1, cubeLength: 4 }, shape);
  deepEqual(cubes([4, 4, 4]), [true, true, true]);
  deepEqual(cubes([4, 4, 8]), [true, true, true]);
  deepEqual(cubes([2, 4, 4]), [false, false, false]);
  deepEqual(wrapsOf({ wrapLengthMin: 16 }, [8, 16]), [false, true]);
});
