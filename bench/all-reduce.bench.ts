/**
 * An all-reduce of 16 MiB among four processes, over memory, beside what copying costs here. A
 * rank sends 2(n−1)/n of the buffer, all of them 2(n−1) buffers: the traffic factor. Were each of
 * those bytes copied once, by all cores at the speed at which they copy, it would take
 *
 *     2 · (n − 1) · S / copy bandwidth
 *
 * and at least half of that speed is wanted. Copying is measured in the same run, in turns.
 */
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { at } from "../src/base/assert.ts";
import { RankGroup } from "../src/training/wires/communicator.ts";
import { createMemory, sharedMemory } from "../src/training/wires/memory-wires.ts";
import { MEMORY_DESCRIPTOR, memoryWires } from "../src/training/wires/memory-wires.ts";
import { openTcp } from "../src/training/wires/tcp-wires.ts";
import type { Bench, BenchRow, BenchSize } from "./harness.ts";

/** This file, run again as one of the ranks. */
const RANK_WORD = "all-reduce-rank";

const RANK_COUNT = 4;
const MIB = 2 ** 20;
const SHARE_MIN = 0.5;

export const bench: Bench = {
  name: "all-reduce",
  async run(size) {
    const bytes = size === "large" ? 16 * MIB : MIB;
    const turns = size === "large" ? 5 : 1;
    const rows: BenchRow[] = [];
    const copies: number[] = [];
    const times: number[] = [];
    const found = sharedMemory();
    for (let turn = 0; turn < turns && "transport" in found; turn++) {
      copies.push(await copyBytesPerS(size));
      times.push(...(await allReduceS(bytes, "memory", size)));
    }
    if ("reason" in found) {
      rows.push(row(`over memory: not measured, ${found.reason}`, 0, "s", null));
    } else {
      const [copy, time] = [median(copies), median(times)];
      const traffic = 2 * (RANK_COUNT - 1);
      rows.push(row("copy bandwidth, all cores", copy / 1e9, "GB/s", null));
      rows.push(row("all-reduce over memory", time, "s", (traffic * bytes) / (SHARE_MIN * copy)));
      const share = (traffic * bytes) / time / copy;
      rows.push(row("share of copy bandwidth ÷ traffic factor", share, "", SHARE_MIN));
    }
    const tcp = median(await allReduceS(bytes, "tcp", size));
    return [...rows, row("all-reduce over TCP", tcp, "s", null)];
  },
};

type Transport = "memory" | "tcp";

/** What the bench and its ranks say to each other. */
interface Start {
  readonly rank: number;
  readonly ports: readonly number[];
  readonly bytes: number;
  readonly repeats: number;
}

/** The slowest rank's time of each repetition. */
async function allReduceS(bytes: number, transport: Transport, size: BenchSize) {
  const repeats = size === "large" ? 15 : 2;
  const memory = transport === "memory" ? [createMemory(RANK_COUNT)] : [];
  // Bundled, as scripts/bench.mjs leaves it; npm starts scripts in the repository.
  const path = join(process.cwd(), ".cache/bench/all-reduce.bench.mjs");
  const children = Array.from({ length: RANK_COUNT }, () =>
    fork(path, [RANK_WORD, transport], {
      execArgv: [],
      stdio: ["ignore", "inherit", "inherit", "ipc", ...memory],
    }),
  );
  const heard = <T>() =>
    Promise.all(
      children.map(
        (child) =>
          new Promise<T>((resolve, reject) => {
            child.once("message", (message) => resolve(message as T));
            child.once("exit", () => reject(new Error("a rank of the bench ended")));
          }),
      ),
    );
  const ports = await heard<number>();
  const done = heard<number[]>();
  for (const [rank, child] of children.entries()) child.send({ rank, ports, bytes, repeats });
  const times = await done;
  for (const child of children) child.disconnect();
  return Array.from({ length: repeats }, (_, i) => Math.max(...times.map((own) => at(own, i))));
}

if (process.argv[2] === RANK_WORD) await beRank(process.argv[3] === "tcp" ? "tcp" : "memory");

async function beRank(transport: Transport): Promise<void> {
  const end = transport === "tcp" ? await openTcp() : undefined;
  const start = await new Promise<Start>((resolve) => {
    process.once("message", (message) => resolve(message as Start));
    process.send?.(end?.port ?? 0);
  });
  const { rank, ports, bytes, repeats } = start;
  const wires =
    end === undefined
      ? memoryWires(MEMORY_DESCRIPTOR, rank, ports.length)
      : await end.connect({ rank, ports, token: "bench" });
  const group = new RankGroup(wires, "data", [...ports.keys()]);
  const numbers = new Float32Array(bytes / 4).fill(1);
  const times: number[] = [];
  for (let i = -2; i < repeats; i++) {
    group.allReduce(new Float32Array(1)); // all start together
    const startMs = performance.now();
    group.allReduce(numbers);
    if (i >= 0) times.push((performance.now() - startMs) / 1000);
    numbers.fill(1);
  }
  process.once("disconnect", () => wires.close());
  process.send?.(times);
}

const COPIER = `
const { workerData, parentPort } = require("node:worker_threads");
const { bytes, turns, gate } = workerData;
const from = new Float32Array(bytes / 4).fill(1);
const to = new Float32Array(bytes / 4).fill(2);
const word = new Int32Array(gate);
Atomics.add(word, 0, 1);
while (Atomics.load(word, 0) < workerData.count);
const start = performance.now();
for (let i = 0; i < turns; i++) to.set(from);
parentPort.postMessage((performance.now() - start) / 1000);
`;

/** Bytes that all cores together copy a second, from and to arrays of 16 MiB. */
async function copyBytesPerS(size: BenchSize): Promise<number> {
  const [bytes, turns, count] = [16 * MIB, size === "large" ? 30 : 2, availableParallelism()];
  const gate = new SharedArrayBuffer(4);
  const times = await Promise.all(
    Array.from({ length: count }, async () => {
      const worker = new Worker(COPIER, { eval: true, workerData: { bytes, turns, gate, count } });
      return new Promise<number>((resolve, reject) => {
        worker.on("message", resolve);
        worker.on("error", reject);
      });
    }),
  );
  return times.reduce((sum, timeS) => sum + (turns * bytes) / timeS, 0);
}

function median(values: readonly number[]): number {
  return at(
    values.toSorted((a, b) => a - b),
    Math.floor(values.length / 2),
  );
}

function row(title: string, value: number, unit: string, bound: number | null): BenchRow {
  return { case: title, threads: availableParallelism(), value, unit, bound };
}
