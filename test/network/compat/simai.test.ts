/** SimAI's analytical mode: the example it ships, whose summary a run of the program printed. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { at } from "../../../src/base/assert.ts";
import { SIMAI_MACHINE, replaySimai } from "../../../src/answers/replay-simai.ts";
import { replayModes } from "../../../src/cli/replay-modes.ts";
import { parseSimaiWorkload } from "../../../src/files/formats/simai-analytical.ts";
import { simaiRatio } from "../../../src/network/compat/simai-ratios.ts";
import { simaiCollectiveNs } from "../../../src/network/compat/simai.ts";
import type { SimaiColumn } from "../../../src/records/simai.ts";

const FILE = "scenarios/neighbors/simai/workload.txt";
const shipped = readFileSync(FILE, "utf8");

/** The program's example: the shipped file is its first of 24 micro-batches. */
function example(): string {
  const [head = "", , ...rows] = shipped.trimEnd().split("\n");
  const [before, batch, after] = [rows.slice(0, 6), rows.slice(6, 80), rows.slice(80)];
  const later = batch.map((row) => row.replace("15091072", "875420"));
  const all = [...before, ...batch, ...Array.from({ length: 23 }, () => later).flat(), ...after];
  return [head.replace("ga: 1", "ga: 24"), String(all.length), ...all].join("\n");
}

const MACHINE = { ranksPerServer: 8, nicsPerServer: 8, nvlinkGibPerS: 360, nicGibPerS: 48.5 };

test("its example with -nv 360 -nic 48.5 gives the summary that the program printed", () => {
  // A run of `SimAI_analytical -w example/workload_analytical.txt -g 9216 -nv 360 -nic 48.5
  // -n_p_s 8 -g_p_s 8 -r example-` as its report quotes it, microseconds.
  const { microseconds, layers } = replaySimai(parseSimaiWorkload(example(), "e.txt"), MACHINE);
  equal(layers.length, 1789);
  const printed = Object.fromEntries(
    Object.entries(microseconds).map(([name, us]) => [name, us.toFixed(0)]),
  );
  deepEqual(printed, {
    "Expose DP comm": "40332",
    "Expose DP_EP comm": "1067010",
    "Expose TP comm": "326686",
    Expose_EP_comm: "1222811",
    Expose_PP_comm: "0",
    // What is left of the total, whose parts are rounded each.
    "bubble time": "345984",
    "total comp": "4542795",
    "total exposed comm": "2656839",
    "Total time": "7545619",
  });
  const exposed = (name: string) => {
    const layer = layers.find((one) => one.name === name);
    return ((layer?.exposedNs ?? 0) / 1000).toFixed(0);
  };
  deepEqual(["grad_gather", "grad_param_comm", "moe_grad_norm1", "moe_grad_norm2"].map(exposed), [
    "13444",
    "26888",
    "355670",
    "711340",
  ]);
});

const column = (op: SimaiColumn["op"], group: SimaiColumn["group"], sizeBytes: number) => ({
  ...{ computeNs: 0, op, group, sizeBytes },
});
const machine = { ...SIMAI_MACHINE, ...MACHINE, rankCount: 64 };
const degrees = { tensorRanks: 8, expertRanks: 1, pipelineRanks: 1 };
const GIB = 2 ** 30;

test("a ring inside a server runs at NVLink's rate, twice (n−1)/n of the bytes", () => {
  // 1 GiB at 360 GiB/s: 10^9/360 ns · 2·7/8.
  const ns = simaiCollectiveNs(column("allreduce", "TP", GIB), degrees, machine);
  equal(ns, Math.trunc(((1e9 / 360) * 2 * 7) / 8));
});

test("below a mebibyte a fixed time by ranks, nothing for other counts; one byte counts", () => {
  const small = (ranks: number) =>
    simaiCollectiveNs(column("allreduce", "TP", 1000), { ...degrees, tensorRanks: ranks }, machine);
  deepEqual([small(2), small(8), small(128), small(6)], [10_000, 15_000, 320_000, 0]);
  equal(simaiCollectiveNs(column(undefined, "TP", 1000), degrees, machine), 0);
});

test("data parallelism across servers has its share of NICs", () => {
  // TP 4: two rings a server, 2 NICs each: 97 GiB/s below NVLink's 360; 16 ranks of 64.
  const wide = { ...degrees, tensorRanks: 4 };
  const ns = simaiCollectiveNs(column("allgather", "DP", GIB), wide, machine);
  equal(ns, Math.trunc(((1e9 / 97) * 15) / 16));
  // TP 16 on servers of 8: one rank and one NIC a node.
  const far = { ...degrees, tensorRanks: 16 };
  const alone = simaiCollectiveNs(column("allgather", "DP", GIB), far, machine);
  equal(alone, Math.trunc(((1e9 / 48.5) * 3) / 4));
});

test("ratios are straight between sizes and divided by the last row", () => {
  // 24 MiB is halfway from 0.45 to 0.55 of one node; the last is 0.81.
  equal(simaiRatio("nic", 24 * 2 ** 20, 1), Math.fround(0.5 / 0.81));
  equal(simaiRatio("nic", 2 ** 20, 2), Math.fround(0.32 / 0.96));
  // Three nodes have no column and take that of 16.
  equal(simaiRatio("nic", 2 ** 24, 3), Math.fround(0.05 / 0.96));
  equal(simaiRatio("all-to-all", 2 ** 34, 8), 1);
  throws(() => simaiRatio("nic", 2 ** 35, 1), /where SimAI's tables end/);
});

test("overlap hides a share, and the pipeline shows where it is asked to", () => {
  const workload = parseSimaiWorkload(shipped, FILE);
  const half = replaySimai(workload, { ...MACHINE, overlaps: { TP: 0, EP: 0, DP: 0.5, PP: 0.5 } });
  equal(half.microseconds["Expose DP comm"]?.toFixed(0), "20166");
  // 2·8·1 passes of 240 MiB: ⌊16 · 0.234375/0.5 · 10^9 / 1000⌋ µs, half of it.
  equal(half.microseconds["Expose_PP_comm"], 3_750_000);
});

test("a group of one rank, for which the program divides by nothing, is refused", () => {
  const one = { ...degrees, tensorRanks: 1 };
  throws(() => simaiCollectiveNs(column("allgather", "TP", GIB), one, machine), /two ranks/);
  const thin = { ...degrees, tensorRanks: 16 };
  const few = { ...machine, nicsPerServer: 4 };
  throws(() => simaiCollectiveNs(column("allgather", "DP", GIB), thin, few), /0 NICs/);
  // Without bytes to send among others there is nothing to divide.
  equal(simaiCollectiveNs(column("alltoall", "EP", GIB), degrees, machine), 0);
});

test("wrong workloads are refused with their lines", () => {
  const row = at(shipped.split("\n"), 2);
  const parse = (text: string) => () => parseSimaiWorkload(text, "w.txt");
  throws(parse("MICRO\n1\n"), /FWD_IN_BCKWD/);
  const head = at(shipped.split("\n"), 0);
  throws(parse(`${head}\n2\n${row}\n`), /the number of layers, 1/);
  throws(parse(`${head}\n1\n${row.replace("ALLGATHER", "GATHER")}\n`), /w\.txt:3:1.*"GATHER"/);
  throws(parse(`${head}\n1\n${row.replace("2807758848", "-1")}\n`), /"-1"/);
  throws(parse(`${head}\n1\ngrad_gather -1 1\n`), /twelve columns/);
});

test("the command takes the program's flags", async () => {
  const play = replayModes["simai-analytical"];
  const told = await play?.(FILE, { simai: "nv=360,nic=48.5,n_p_s=8,g_p_s=8,g=9216" });
  match(told?.words.join("\n") ?? "", /by SimAI's analytical formula[^]*Expose DP comm: 40,332/);
  await play?.(FILE, { simai: "g_type=H800,nic_t=cx6,tp_o=0.1" });
  try {
    await play?.(FILE, { simai: "nv=fast,pp_o=0" });
    equal("accepted", "refused");
  } catch (error) {
    match(String(error), /"nv=fast"[^]*"pp_o=0"/);
  }
});
