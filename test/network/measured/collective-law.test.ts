/** The closed form of collectives: its limits, its choices, and published sweeps. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { predictTable } from "../../../src/answers/accuracy/predict.ts";
import type { CollectiveCase } from "../../../src/network/measured/collective-case.ts";
import { collectiveS } from "../../../src/network/measured/collective-law.ts";
import { domainRates } from "../../../src/network/measured/rates.ts";
import { table } from "../../answers/accuracy/tables.ts";

const GIB = 2 ** 30;

const H100: CollectiveCase = {
  ...{ kind: "all_reduce", sizeBytes: GIB, ranks: 8, domains: 1 },
  ...{ rates: domainRates("h100-sxm"), nodeBytesPerS: 400e9, crossingS: 0, harnessS: 0 },
  ...{ allowsInSwitch: true, isOneKernel: false },
};

test("a ring of one step less its latency moves its share at the usable rate", () => {
  // All-gather, 2 ranks, k = 1: 8.4 + 3.4 us and (S + x S / (1 + S/1e9)) / (2 B).
  const size = 8 * GIB;
  const B = 20.6e9 * 18;
  const expected = 11.8e-6 + (size + (0.8 * size) / (1 + size / 1e9)) / (2 * B);
  const found = collectiveS({ ...H100, kind: "all_gather", ranks: 2, sizeBytes: size });
  ok(Math.abs(found / expected - 1) < 1e-12);
});

test("a large in-switch all-reduce moves S (1 + 1/n) at 0.85 · 23/24 of the links", () => {
  // n = 8 and 1 TiB: start and fill are below 0.1 %; rings would move 2 · 7/8.
  const size = 1024 * GIB;
  const wire = (size * (9 / 8)) / (20.6e9 * 18 * 0.85 * (23 / 24));
  ok(Math.abs(collectiveS({ ...H100, sizeBytes: size }) / wire - 1) < 1e-3);
});

test("in-switch reduction serves five ranks and more, all-reduce only", () => {
  const gain = (change: Partial<CollectiveCase>) =>
    collectiveS({ ...H100, ...change, allowsInSwitch: false }) /
    collectiveS({ ...H100, ...change });
  ok(gain({}) > 1.15);
  equal(gain({ ranks: 4 }), 1);
  equal(gain({ kind: "all_gather" }), 1);
});

test("more bytes, ranks, crossing time and harness never shorten a collective", () => {
  const two = { ...H100, ranks: 16, domains: 2 };
  for (const given of [H100, two, { ...two, kind: "all_to_all" as const }]) {
    let before = 0;
    for (let size = 8; size <= 16 * GIB; size *= 2) {
      const seconds = collectiveS({ ...given, sizeBytes: size });
      ok(seconds >= before * 0.75, `${size}`);
      before = seconds;
    }
    ok(collectiveS({ ...given, harnessS: 1e-5 }) > collectiveS(given));
  }
  ok(collectiveS({ ...two, crossingS: 7e-5 }) > collectiveS(two));
  equal(collectiveS({ ...H100, ranks: 1 }), 0);
});

test("published sweeps from 1 MiB on are met within 9 % on average", () => {
  const { columns, rows } = table("scenarios/validation/collectives.csv");
  const large = rows.filter((row) => Number(row["size_bytes"]) >= 2 ** 20);
  const timed = large.filter((row) => Number(row["time_us"]) > 0);
  const said = predictTable({ columns, rows: timed }).filter(({ column }) => column === "time_us");
  const errors = said.map(({ predicted }, i) =>
    Math.abs(Math.log((predicted ?? 0) / Number(timed[i]?.["time_us"]))),
  );
  ok(errors.length > 120);
  ok(errors.reduce((sum, error) => sum + error, 0) / errors.length < 0.09);
});

test("bandwidths follow from the time by the factors of nccl-tests", () => {
  const row = { id: "a", collective: "all_reduce", gpu: "H100", ranks: "8", size_bytes: "1e9" };
  const columns = [...Object.keys(row), "time_us", "algbw_GBps", "busbw_GBps"];
  const [time, algorithm, bus] = predictTable({ columns, rows: [row] });
  ok(Math.abs((algorithm?.predicted ?? 0) - (1e6 / (time?.predicted ?? 1) / 1000) * 1e3) < 1e-6);
  ok(Math.abs((bus?.predicted ?? 0) / (algorithm?.predicted ?? 1) - 1.75) < 1e-12);
});

test("lines of 128 bytes hold up to their size, at the planner's start and their own rate", () => {
  // 16 ranks in two nodes: 14 + 2 · 7 · 1.25 + 2 · 8.5 = 48.5 us, and 8 MiB at 20.5 GB/s.
  const given = { ...H100, ranks: 16, domains: 2, nodeBytesPerS: 200e9 };
  const lines = { mostBytes: 2 ** 24, bytesPerS: 20.5e9 };
  const at = (sizeBytes: number) => collectiveS({ ...given, lines, sizeBytes });
  ok(Math.abs(at(2 ** 23) / (48.5e-6 + 2 ** 23 / 20.5e9) - 1) < 1e-12);
  equal(at(2 ** 25), collectiveS({ ...given, sizeBytes: 2 ** 25 }));
});

test("a broadcast moves all bytes to every rank, a message between two all of its own", () => {
  const size = 64 * GIB;
  const B = 20.6e9 * 18;
  for (const domains of [1, 2]) {
    const given = { ...H100, ranks: 16, domains, nodeBytesPerS: 400e9, sizeBytes: size };
    for (const kind of ["broadcast", "send_receive"] as const) {
      ok(collectiveS({ ...given, kind }) > size / B, `${kind} ${domains}`);
    }
  }
});
