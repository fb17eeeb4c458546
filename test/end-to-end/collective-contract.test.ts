/** The closed forms that anyone can check on the bare clusters, through the real command. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import type { CollectiveRow } from "../../src/records/result.ts";
import { fabricast } from "../support/cli.ts";

const LINK_BYTES_PER_S = 50e9; // 400 Gb/s
const GIB = 2 ** 30;

function rowsOf(words: readonly string[]): readonly CollectiveRow[] {
  const { code, stdout, stderr } = fabricast(["collective", ...words, "--json"]);
  equal(code, 0, stderr);
  return (JSON.parse(stdout) as { rows: CollectiveRow[] }).rows;
}

const near = (actual: number, expected: number): void =>
  ok(Math.abs(actual / expected - 1) < 1e-9, `${actual} is not ${expected}`);

test("a ring on the bare switch takes 2(n−1)·(S/n/50e9 + 1e-6)", () => {
  for (const n of [2, 3, 7, 64]) {
    const [row] = rowsOf([
      ...["all_reduce", "--cluster", "bare-switch-64", "--ranks", String(n)],
      ...["-b", "1G", "-e", "1G", "--algorithm", "ring"],
    ]);
    // Each of 2(n−1) steps sends S/n over a link of 50e9 B/s after two links of 500 ns.
    near(row?.timeS ?? 0, 2 * (n - 1) * (GIB / n / LINK_BYTES_PER_S + 1e-6));
  }
});

test("a ring in natural order on the bare fat tree waits for the pair across two leaves", () => {
  // Ranks 31 → 32 cross leaf, spine, leaf: four links, 2e-6 s; no link is shared.
  const rows = rowsOf([
    ...["all_reduce_perf", "--cluster", "bare-fat-tree-1024", "--ranks", "1024"],
    ...["-b", "1M", "-e", "1G", "-f", "32", "--algorithm", "ring"],
  ]);
  deepEqual(
    rows.map((row) => row.sizeBytes),
    [2 ** 20, 2 ** 25, 2 ** 30],
  );
  for (const { timeS, sizeBytes } of rows) {
    near(timeS, 2 * 1023 * (sizeBytes / 1024 / LINK_BYTES_PER_S + 2e-6));
  }
});

test("a torus all-reduce takes its closed form, dimension by dimension", () => {
  for (const [cluster, sizes] of [
    ["bare-torus-4x4x4", [4, 4, 4]],
    ["bare-torus-8x8x8", [8, 8, 8]],
  ] as const) {
    const [row] = rowsOf([
      ...["allreduce", "--cluster", cluster, "-b", "256M", "-e", "256M"],
      ...["--algorithm", "torus"],
    ]);
    // Σ_d 2(X_d − 1)·(S_d/(2·X_d·50e9) + 5e-7): half the chunk goes each way round.
    let bytes = 2 ** 28;
    let expected = 0;
    for (const size of sizes) {
      expected += 2 * (size - 1) * (bytes / (2 * size * LINK_BYTES_PER_S) + 5e-7);
      bytes /= size;
    }
    near(row?.timeS ?? 0, expected);
  }
});

test("bus bandwidth is 2(n−1)/n of the algorithm bandwidth, which is size over time", () => {
  const [row] = rowsOf([
    ...["all_reduce", "--cluster", "bare-switch-64", "--ranks", "8"],
    ...["-b", "64M", "-e", "64M"],
  ]);
  near(row?.algbwBytesPerS ?? 0, 2 ** 26 / (row?.timeS ?? 0));
  near(row?.busbwBytesPerS ?? 0, ((2 * 7) / 8) * (row?.algbwBytesPerS ?? 0));
});

test("every row names what binds it, between 0 and 1", () => {
  const rows = rowsOf([
    ...["reduce_scatter", "--cluster", "bare-fat-tree-1024", "--ranks", "64"],
    ...["-b", "8", "-e", "8G", "-f", "1024"],
  ]);
  ok(rows.length > 1);
  for (const { limit } of rows) {
    ok(limit.kind !== "" && limit.id !== "");
    ok(limit.utilization >= 0 && limit.utilization <= 1 + 1e-9);
  }
  equal(rows[0]?.limit.kind, "latency");
});

test("auto is never slower than any algorithm that can be named", () => {
  const words = [
    "all_reduce",
    "--cluster",
    "bare-torus-4x4x4",
    "-b",
    "1K",
    "-e",
    "1G",
    "-f",
    "1024",
  ];
  const auto = rowsOf(words);
  for (const algorithm of ["ring", "halving-doubling", "torus"]) {
    const named = rowsOf([...words, "--algorithm", algorithm]);
    named.forEach((row, i) => {
      ok((auto[i]?.timeS ?? Infinity) <= row.timeS * (1 + 1e-12), algorithm);
    });
  }
});
