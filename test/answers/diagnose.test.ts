/** Faults injected into made-up logs of nccl-tests are named; healthy logs are left alone. */
import { equal, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { diagnose, machineOf } from "../../src/answers/diagnose.ts";
import type { Told } from "../../src/answers/diagnose.ts";
import { at, present } from "../../src/base/assert.ts";
import { normal, seeded } from "../../src/base/random.ts";
import type { Random } from "../../src/base/random.ts";
import { parseNcclText } from "../../src/files/formats/nccl-tests.ts";
import { collectiveS } from "../../src/network/measured/collective-law.ts";
import type { CollectiveCase } from "../../src/network/measured/collective-case.ts";
import type { MeasuredLog } from "../../src/records/measured-log.ts";
import { verdictText } from "../../src/report/verdict.ts";
import { ncclText } from "../support/nccl-logs.ts";

const DEVICES = ["NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB", "NVIDIA B200", "NVIDIA H200"];

interface Injected {
  readonly fault: string;
  change(given: CollectiveCase, random: Random): CollectiveCase;
  readonly nodes: readonly number[];
}

const between = (random: Random, low: number, high: number): number =>
  low + (high - low) * random();

/** Strengths are drawn freely, not from the grid that the diagnosis tries. */
const INJECTED: readonly Injected[] = [
  { fault: "none", nodes: [1, 2, 4], change: (given) => given },
  {
    fault: "nic-down",
    nodes: [4, 8],
    change: (given) => ({ ...given, nodeBytesPerS: (given.nodeBytesPerS * 3) / 4 }),
  },
  {
    fault: "pcie",
    nodes: [1],
    change: (given, random) => ({
      ...given,
      rates: {
        ...given.rates,
        ...{ usableBytesPerS: between(random, 11e9, 28e9), inSwitchShare: 0 },
        lowLatencyBytesPerS: 6e9,
      },
    }),
  },
  {
    fault: "no-gpudirect",
    nodes: [2, 4, 8],
    change: (given, random) => ({
      ...given,
      nodeBytesPerS: given.nodeBytesPerS * between(random, 0.3, 0.5),
      crossingS: given.crossingS + between(random, 9e-6, 25e-6),
    }),
  },
  {
    fault: "hash-collision",
    nodes: [4, 8],
    change: (given, random) => ({
      ...given,
      nodeBytesPerS: given.nodeBytesPerS / (random() < 0.5 ? 2 : 3),
    }),
  },
  {
    fault: "wrong-algorithm",
    nodes: [2, 4],
    change: (given, random) => ({ ...given, forced: random() < 0.5 ? "ring" : "low-latency" }),
  },
];

const EMPTY: MeasuredLog = { file: "log", rows: [] };

function madeLog(injected: Injected, seed: number): { log: MeasuredLog; told: Told } {
  const random = seeded(seed);
  const device = at(DEVICES, Math.floor(random() * DEVICES.length));
  const nodes = at(injected.nodes, Math.floor(random() * injected.nodes.length));
  const rankCount = 8 * nodes;
  const told: Told = nodes > 1 ? { fabric: "infiniband", nicBytesPerS: 50e9, nicCount: 8 } : {};
  const header = { collective: "all-reduce", rankCount, nodeCount: nodes, device } as const;
  const healthy = machineOf({ ...EMPTY, ...header }, told).machine.given;
  const given = injected.change({ ...healthy, harnessS: between(random, 0.5e-6, 4e-6) }, random);
  const own = Math.exp(0.03 * normal(random));
  const rows = Array.from({ length: 28 }, (_, i) => {
    const sizeBytes = 2 ** (6 + i);
    const noise = Math.exp(0.04 * normal(random));
    return { sizeBytes, timeS: collectiveS({ ...given, sizeBytes }) * own * noise };
  });
  const run = { ...header, test: "all_reduce", perNode: 8, rows };
  return { log: parseNcclText("log", ncclText(run)), told };
}

test("of 120 logs with injected faults nine in ten and more are named rightly", () => {
  let right = 0;
  let count = 0;
  const wrong: string[] = [];
  for (const [i, injected] of INJECTED.entries()) {
    for (let seed = 0; seed < 20; seed++) {
      const { log, told } = madeLog(injected, 1000 * i + seed);
      const { faults } = diagnose(log, told);
      const named = faults[0]?.fault ?? "none";
      count++;
      if (named === injected.fault) right++;
      else wrong.push(`${injected.fault} taken for ${named}`);
    }
  }
  equal(count, 120);
  // The curves come from the law itself, so this says that faults are told apart, not that
  // the law is right about them.
  ok(right >= 0.9 * count, `${right} of ${count}: ${wrong.join("; ")}`);
});

test("a published healthy sweep is normal, and a slow range is named with its factor", () => {
  const { log, told } = madeLog(at(INJECTED, 0), 7);
  const healthy = diagnose(log, told);
  ok(healthy.ranges.every(({ verdict }) => verdict === "normal"));
  equal(healthy.sentence, "All ranges are normal for this machine.");
  const slow = diagnose(
    {
      ...log,
      rows: log.rows.map((row) => ({
        ...row,
        timeS: row.timeS * (row.sizeBytes < 2 ** 29 ? 1 : 1.5),
      })),
    },
    told,
  );
  const last = present(slow.ranges.at(-1), "the last range");
  equal(last.verdict, "slow");
  ok(/≥ 512 MiB is 1\.[45]\d times slower/.test(slow.sentence), slow.sentence);
  ok(verdictText(slow).join("\n").includes("expected"));
});

test("only what the header does not say is asked for", () => {
  const rows = [{ sizeBytes: 1e6, timeS: 1e-4 }];
  throws(() => diagnose({ ...EMPTY, rows }, {}), /NAME, the collective, --ranks N, --part NAME/);
  const two = { ...EMPTY, rows, collective: "all-reduce", rankCount: 16, nodeCount: 2 } as const;
  throws(() => diagnose({ ...two, device: "NVIDIA H100" }, {}), /--fabric infiniband/);
  const told = { fabric: "efa" };
  ok(diagnose({ ...two, device: "NVIDIA H100" }, told).assumed.length > 0);
  throws(() => diagnose({ ...two, device: "Voodoo 2" }, told), /Voodoo 2/);
});
