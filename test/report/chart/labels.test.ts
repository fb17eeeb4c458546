import { deepEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { shortNames, spread } from "../../../src/report/chart/labels.ts";
import { fitted, textWidth, wrapped } from "../../../src/report/chart/text-width.ts";

const positions = (wanted: readonly number[], room: { gap: number; low: number; high: number }) =>
  spread(
    wanted.map((wantedY) => ({ wantedY })),
    room,
  ).map((one) => one.position);

test("labels far enough apart stay where they want to be", () => {
  deepEqual(positions([10, 40, 90], { gap: 15, low: 0, high: 100 }), [10, 40, 90]);
});

test("two labels that touch part around their middle", () => {
  // Both want 50: 42.5 and 57.5 are 15 apart and 7.5 off each.
  deepEqual(positions([50, 50], { gap: 15, low: 0, high: 100 }), [42.5, 57.5]);
});

test("labels at the edge move inwards", () => {
  deepEqual(positions([98, 99], { gap: 15, low: 0, high: 100 }), [85, 100]);
});

test("any labels are in order, apart, and inside the room where there is room", () => {
  const wanted = fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { maxLength: 10 });
  fc.assert(
    fc.property(wanted, (list) => {
      const placed = positions(list, { gap: 15, low: 0, high: 200 });
      placed.forEach((position, index) => {
        ok(position >= -1e-9 && position <= 200 + 1e-9);
        if (index > 0) ok(position - (placed[index - 1] ?? 0) >= 15 - 1e-9);
      });
    }),
    { seed: 13, numRuns: 300 },
  );
});

test("a first word that names share is left out, unless names would become equal", () => {
  deepEqual(shortNames(["H100 fat tree 2:1", "H100 torus", "TPU v5p"]), [
    "fat tree 2:1",
    "torus",
    "TPU v5p",
  ]);
  deepEqual(shortNames(["A x", "A y", "B x", "B z"]), ["A x", "A y", "B x", "B z"]);
  deepEqual(shortNames(["same", "same"]), ["same", "same"]);
});

test("text is cut with an ellipsis so that it fits, and wrapped at spaces", () => {
  const long = "a very long name of a cluster that nobody can read";
  const cut = fitted(long, 100, 12, "regular");
  ok(cut.endsWith("…") && textWidth(cut, 12) <= 100);
  const lines = wrapped(long, 100, 12, "bold");
  ok(lines.length > 1 && lines.every((line) => textWidth(line, 12, "bold") <= 100));
  deepEqual(lines.join(" "), long);
});
