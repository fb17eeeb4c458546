import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { fieldOf, primeOf } from "../../../src/network/topology/galois.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { measuredDiameter } from "../../../src/network/topology/measure.ts";
import {
  generatorSets,
  isSlimFlySize,
  slimFlyRadix,
} from "../../../src/network/topology/slim-fly.ts";
import type { SlimFlyFabric } from "../../../src/records/fabric.ts";
import type { Graph } from "../../../src/records/graph.ts";
import { direct } from "../../support/clusters.ts";
import { longestWay } from "../../support/ways.ts";

function slimFly(q: number, hostsPerSwitch: number): Graph {
  const made = direct<SlimFlyFabric>({ kind: "slim-fly", elementCount: q, hostsPerSwitch });
  return buildGraph(made, 2 * q * q * hostsPerSwitch);
}

const SIZES = [3, 4, 5, 7, 8, 9, 11, 13];

test("2·q² switches with (3q − δ)/2 cables each, and no two further apart than two", () => {
  for (const q of SIZES) {
    const graph = slimFly(q, 1);
    const radix = slimFlyRadix(q);
    const cables = new Map<number, number>();
    const first = 2 * q * q;
    const seen = new Set<string>();
    for (let link = 0; link < graph.linkCount; link += 2) {
      const [a, b] = [graph.linkSource[link] ?? -1, graph.linkTarget[link] ?? -1];
      if (a < first) continue;
      ok(a !== b && !seen.has(`${a} ${b}`) && !seen.has(`${b} ${a}`), "every cable once");
      seen.add(`${a} ${b}`);
      for (const end of [a, b]) cables.set(end, (cables.get(end) ?? 0) + 1);
    }
    deepEqual([cables.size, ...new Set(cables.values())], [2 * q * q, radix], `q = ${q}`);
    equal(measuredDiameter(graph), 4, `q = ${q}`);
    equal(graph.diameterHopCount, 4);
  }
});

test("q = 5 is the Hoffman-Singleton graph, which meets the Moore bound of diameter 2", () => {
  // 1 + 7 + 7·6 = 50: no graph of 7 cables a switch and two hops can have more.
  equal(slimFlyRadix(5), 7);
  equal(2 * 5 * 5, 1 + 7 + 7 * 6);
});

test("all ways are contiguous, minimal ones at most two cables between switches", () => {
  for (const q of [3, 4, 5]) equal(longestWay(slimFly(q, 2), q === 5 ? 3 : 1), 4);
});

test("generator sets hold the negative of each of their elements", () => {
  for (const q of SIZES) {
    const field = fieldOf(q);
    for (const set of generatorSets(field)) {
      deepEqual(new Set(set.map((element) => field.negate(element))), new Set(set), `q = ${q}`);
    }
  }
});

test("fields obey their laws, also those of prime powers", () => {
  for (const q of [2, 4, 5, 8, 9, 25, 27]) {
    const field = fieldOf(q);
    const elements = Array.from({ length: q }, (_, i) => i);
    for (const a of elements) {
      equal(field.add(a, field.negate(a)), 0);
      equal(field.multiply(a, 1), a);
      for (const b of elements.slice(0, 9)) {
        equal(field.multiply(a, b), field.multiply(b, a));
        const c = (a * 7 + b) % q;
        equal(
          field.multiply(a, field.add(b, c)),
          field.add(field.multiply(a, b), field.multiply(a, c)),
        );
      }
      // No zero divisors: a times all elements is all elements.
      if (a !== 0) equal(new Set(elements.map((b) => field.multiply(a, b))).size, q);
    }
  }
});

test("prime powers are told from other numbers", () => {
  deepEqual(
    [2, 4, 6, 9, 12, 49, 1].map((q) => primeOf(q)),
    [2, 2, undefined, 3, undefined, 7, undefined],
  );
  deepEqual([2, 3, 4, 6, 8, 15].map(isSlimFlySize), [false, true, true, false, true, false]);
});
