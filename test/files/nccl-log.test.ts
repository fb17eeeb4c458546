/** Logs of nccl-tests, text and JSON, and what is none. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import { parseNcclJson, parseNcclText } from "../../src/files/formats/nccl-tests.ts";
import { readNcclLog } from "../../src/files/nccl-log.ts";
import { overlayText, readOverlay } from "../../src/files/overlay.ts";
import { freshFolder } from "../support/cli.ts";
import { ncclText } from "../support/nccl-logs.ts";
import type { MadeRun } from "../support/nccl-logs.ts";

const RUN: MadeRun = {
  ...{ collective: "all-gather", test: "all_gather", rankCount: 16, perNode: 8 },
  device: "NVIDIA H100 80GB HBM3",
  rows: [
    { sizeBytes: 1024, timeS: 20e-6 },
    { sizeBytes: 2 ** 30, timeS: 3e-3 },
  ],
};

test("text: collective, ranks, hosts, device and times of the header and the rows", () => {
  const log = parseNcclText("a.log", ncclText(RUN));
  equal(log.collective, "all-gather");
  equal(log.rankCount, 16);
  equal(log.nodeCount, 2);
  equal(log.device, "NVIDIA H100 80GB HBM3");
  equal(log.library, "22803");
  deepEqual(log.rows, RUN.rows);
});

test("older text names no collective: the ratio of the bandwidths does, where it can", () => {
  const old = (factor: number, redop: string): string => {
    const devices = [0, 1, 2, 3].map(
      (rank) => `#   Rank  ${rank} Pid   1 on   host device  ${rank} [0x0f] Tesla V100`,
    );
    const busbw = (100 * factor).toFixed(2);
    return [...devices, `1048576 262144 float ${redop} 10.49 100.00 ${busbw} 0e+00`].join("\n");
  };
  equal(parseNcclText("a", old(1.5, "sum")).collective, "all-reduce");
  equal(parseNcclText("a", old(0.75, "sum")).collective, "reduce-scatter");
  equal(parseNcclText("a", old(0.75, "none")).collective, undefined);
  equal(parseNcclText("a", old(1.5, "sum")).rows[0]?.timeS, 10.49e-6);
});

test("JSON as -J writes it, out of place, else in place", () => {
  const device = (rank: number) => ({ rank, hostname: "a", device_info: "NVIDIA H200" });
  const body = (time: number) => ({ time, alg_bw: 1, bus_bw: 1.5, nwrong: 0 });
  const data = {
    version: 1,
    args: ["./build/all_reduce_perf", "-b", "8"],
    nccl_version: 22803,
    config: { devices: [0, 1, 2, 3].map(device) },
    results: [
      { size: 64, count: 16, type: "float", redop: "sum", root: "-1", out_of_place: body(9) },
      { size: 128, count: 32, redop: "sum", out_of_place: null, in_place: body(10) },
    ],
  };
  const log = parseNcclJson("a.json", data);
  equal(log.collective, "all-reduce");
  equal(log.rankCount, 4);
  deepEqual(
    log.rows.map(({ timeS }) => Math.round(timeS * 1e6)),
    [9, 10],
  );
});

test("a log of another format is refused", async () => {
  throws(() => parseNcclText("x.log", "hello\nworld\n"), /x\.log: found no line of nccl-tests/);
  throws(() => parseNcclJson("x.json", { results: [] }), /unknown-log/);
  const folder = freshFolder();
  const path = join(folder, "x.json");
  await writeFile(path, "{ not json");
  await rejects(readNcclLog(path), /x\.json/);
});

test("an overlay is read back as the settings that were written", async () => {
  const path = join(freshFolder(), "o.yaml");
  const set = { "endpoint.collectiveStart": "7.25 us", "fabric.link.rate": "45 GB/s" };
  await writeFile(path, overlayText("bare", set, "Fitted\nhere"));
  deepEqual(await readOverlay(path), [
    { path: "endpoint.collectiveStart", value: "7.25 us" },
    { path: "fabric.link.rate", value: "45 GB/s" },
  ]);
  await writeFile(path, "a: 1\n");
  await rejects(readOverlay(path), /no group `set`/);
  ok(overlayText("bare", set, "x").startsWith("# x\n"));
});
