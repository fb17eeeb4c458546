import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { FairShares } from "../../../src/network/engine/fair-shares.ts";

/** Flows given by the links they cross. */
function sharesOf(ways: readonly (readonly number[])[], capacity: readonly number[]): FairShares {
  const entryStart = new Int32Array(ways.length + 1);
  for (const [flow, way] of ways.entries()) {
    entryStart[flow + 1] = at(entryStart, flow) + way.length;
  }
  return new FairShares(entryStart, Int32Array.from(ways.flat()), Float64Array.from(capacity));
}

function add(shares: FairShares, flows: readonly number[]): void {
  for (const flow of flows) shares.add(flow);
  shares.solve();
  shares.verify();
}

function remove(shares: FairShares, flows: readonly number[]): void {
  for (const flow of flows) shares.remove(flow);
  shares.solve();
  shares.verify();
}

test("one link is shared equally", () => {
  const shares = sharesOf([[0], [0], [0]], [6]);
  add(shares, [0, 1, 2]);
  deepEqual([...shares.level], [2, 2, 2]);
  remove(shares, [1]);
  deepEqual([...shares.level], [3, 0, 3]);
});

test("the long flow of a line gets the least share, and the short ones what it leaves", () => {
  // Links of 1 and 2. Flow 0 crosses both, 1 the first, 2 the second.
  // First link: 1/2 for flows 0 and 1. Second: 2 − 1/2 = 3/2 for flow 2.
  const shares = sharesOf([[0, 1], [0], [1]], [1, 2]);
  add(shares, [0, 1, 2]);
  deepEqual([...shares.level], [0.5, 0.5, 1.5]);
  // Without flow 1 the first link gives flow 0 all of its 1, and flow 2 falls to 1.
  remove(shares, [1]);
  deepEqual([...shares.level], [1, 0, 1]);
});

test("five flows on four links fill in two levels", () => {
  // Four links of 1. Link 0 carries flows 0, 1, 2: a third each. Link 2 carries 3 and 4: a
  // half each. Link 1 carries 2 and 3, 1/3 + 1/2 < 1, and link 3 only flow 1: both have room.
  const shares = sharesOf([[0], [0, 3], [0, 1], [1, 2], [2]], [1, 1, 1, 1]);
  add(shares, [0, 1, 2, 3, 4]);
  deepEqual(
    [...shares.level].map((rate) => Math.round(rate * 6)),
    [2, 2, 2, 3, 3],
  );
});

test("a departure can slow a third flow down, by letting its rival grow", () => {
  // 0 crosses a (1) and b (10); 1 crosses a; 2 crosses b with 0. Without 1, flow 0 takes a.
  const shares = sharesOf([[0, 1], [0], [1]], [1, 1.2]);
  add(shares, [0, 1, 2]);
  deepEqual([...shares.level], [0.5, 0.5, 0.7]);
  remove(shares, [1]);
  deepEqual([...shares.level], [0.6, 0, 0.6]);
});

test("a flow joins when its own link gets room that only faster flows would take", () => {
  // Link 0 of 2.8 carries flows 0, 1 and 2. Link 2 of 0.9 holds flow 0 at 0.9, link 1 of 1.8
  // holds flows 1 and 3 at 0.9 each, so flow 2 has 2.8 − 1.8 = 1. Now 3 leaves and eight
  // flows join link 2: flow 0 falls to 0.1 and link 0 leaves 2.7 to flows 1 and 2, 1.35 each.
  const joining = Array.from({ length: 8 }, () => [2]);
  const shares = sharesOf([[0, 2], [0, 1], [0], [1], ...joining], [2.8, 1.8, 0.9]);
  add(shares, [0, 1, 2, 3]);
  near(shares, [0.9, 0.9, 1, 0.9]);
  shares.remove(3);
  add(shares, [4, 5, 6, 7, 8, 9, 10, 11]);
  near(shares, [0.1, 1.35, 1.35, 0, 0.1]);
});

function near(shares: FairShares, expected: readonly number[]): void {
  for (const [flow, rate] of expected.entries()) {
    ok(Math.abs(at(shares.level, flow) - rate) < 1e-12, `flow ${flow}: ${at(shares.level, flow)}`);
  }
}

test("only flows whose rate moved are reported, with the rate they had", () => {
  const shares = sharesOf([[0], [0], [1]], [4, 9]);
  add(shares, [0, 1, 2]);
  shares.remove(0);
  equal(shares.solve(), 1);
  equal(at(shares.changed, 0), 1);
  equal(at(shares.levelBefore, 0), 2);
  equal(at(shares.level, 1), 4);
});

test("the proof of fairness fails on a rate that is not fair", () => {
  const shares = sharesOf([[0], [0]], [2]);
  add(shares, [0, 1]);
  shares.level[0] = 0.5;
  throws(() => shares.verify(), /every flow has a full link/);
  shares.level[0] = 1.5;
  throws(() => shares.verify(), /no link carries more than its capacity/);
});

/** The definition, without any cleverness: raise all, freeze on the first full link. */
function naive(
  ways: readonly (readonly number[])[],
  active: readonly number[],
  capacity: number[],
) {
  const rate = new Map<number, number>();
  const room = [...capacity];
  let open = [...active];
  while (open.length > 0) {
    const on = room.map((_, link) => open.filter((flow) => at(ways, flow).includes(link)).length);
    const shares = room.map((left, link) => (on[link] === 0 ? Infinity : left / at(on, link)));
    const level = Math.min(...shares);
    const full = shares.map((share) => share <= level * (1 + 1e-12));
    const frozen = open.filter((flow) => at(ways, flow).some((link) => at(full, link)));
    for (const flow of frozen) {
      rate.set(flow, level);
      for (const link of at(ways, flow)) room[link] = at(room, link) - level;
    }
    open = open.filter((flow) => !frozen.includes(flow));
  }
  return rate;
}

test("flows that share nothing get their tightest link, and hold it when others come", () => {
  // Flow 0 alone on links of 4, 2 and 2; flow 1 alone on 3; then flow 2 on links 1 and 3.
  const shares = sharesOf([[0, 1, 2], [3], [1, 3]], [4, 2, 2, 3]);
  add(shares, [0, 1]);
  deepEqual([...shares.level], [2, 3, 0]);
  // Link 1 is shared by 0 and 2: 1 each; link 3 leaves 2 for flow 1.
  add(shares, [2]);
  deepEqual([...shares.level], [1, 2, 1]);
  remove(shares, [0]);
  // Now link 3 binds both of its flows, at 1.5.
  deepEqual([...shares.level], [0, 1.5, 1.5]);
  remove(shares, [1]);
  deepEqual([...shares.level], [0, 0, 2]);
});

test("after any sequence of arrivals and departures the rates are those of a full solve", () => {
  const linkCount = 8;
  const way = fc.uniqueArray(fc.nat({ max: linkCount - 1 }), { minLength: 1, maxLength: 4 });
  const capacity = fc.array(fc.constantFrom(1, 1, 1, 0.25, 3), {
    minLength: linkCount,
    maxLength: linkCount,
  });
  const ways = fc.array(way, { minLength: 1, maxLength: 24 });
  const moves = fc.array(fc.array(fc.nat({ max: 23 }), { maxLength: 6 }), { maxLength: 12 });
  fc.assert(
    fc.property(ways, capacity, moves, (drawn, room, batches) => {
      const shares = sharesOf(drawn, room);
      const active = new Set<number>();
      for (const batch of batches) {
        for (const flow of new Set(batch.map((index) => index % drawn.length))) {
          if (active.delete(flow)) shares.remove(flow);
          else {
            active.add(flow);
            shares.add(flow);
          }
        }
        shares.solve();
        shares.verify();
        for (const [flow, rate] of naive(drawn, [...active], room)) {
          ok(Math.abs(at(shares.level, flow) - rate) <= 1e-9 * rate);
        }
      }
    }),
    { seed: 10, numRuns: 400 },
  );
});

test("a link that never empties stays exact over thousands of changes", () => {
  // Two flows of a third each stay; one comes and goes 5,000 times.
  const shares = sharesOf([[0], [0], [0]], [1]);
  add(shares, [0, 1]);
  for (let i = 0; i < 5000; i++) {
    shares.add(2);
    shares.solve();
    shares.remove(2);
    shares.solve();
  }
  shares.verify();
  deepEqual([...shares.level], [0.5, 0.5, 0]);
});
