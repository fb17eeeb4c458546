/** ASTRA-sim's analytical backends to the nanosecond: its unit tests and published outputs. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { astraCollectiveNs } from "../../../src/network/compat/astra-collective.ts";
import type { AstraBackend } from "../../../src/network/compat/astra-message.ts";
import { rankMessageNs } from "../../../src/network/compat/astra-message.ts";
import { stormArrivalsNs } from "../../../src/network/compat/astra-storm.ts";
import type { AstraCollective, AstraSystem, AstraTopology } from "../../../src/records/astra.ts";

const MIB = 1_048_576;

const dimension = (
  topology: AstraTopology,
  npuCount = 16,
  bandwidthGibPerS = 50,
  latencyNs = 500,
) => ({ topology, npuCount, bandwidthGibPerS, latencyNs });

const system = (memoryBytesPerNs: number | undefined, algorithm = "ring"): AstraSystem => {
  const words = [algorithm];
  const all = { "all-reduce": words, "all-gather": words, "all-to-all": words };
  const algorithms = { ...all, "reduce-scatter": words };
  const counts = { endpointDelayNs: 10, splitCount: 4, activeChunkCount: 1 };
  return { ...counts, memoryBytesPerNs, algorithms };
};

const between = (backend: AstraBackend, topology: AstraTopology) =>
  rankMessageNs(backend, { dimensions: [dimension(topology)] }, 1, 4, MIB);

test("1 MiB from rank 1 to 4 of 16 takes what the program's unit tests say", () => {
  // m/B = 2^20 / (50·2^30/10^9) = 19,531.25 ns. Unaware: 3, 1, 2 latencies and once m/B; aware:
  // 3, 1, 2 times ⌊500 + 19,531.25⌋.
  deepEqual(
    (["Ring", "FullyConnected", "Switch"] as const).map((t) => between("astra-unaware", t)),
    [21_031, 20_031, 20_531],
  );
  deepEqual(
    (["Ring", "FullyConnected", "Switch"] as const).map((t) => between("astra-aware", t)),
    [60_093, 20_031, 40_062],
  );
});

test("in several dimensions only the lowest that differs is charged", () => {
  const dimensions = [
    dimension("Ring", 2, 200, 50),
    dimension("FullyConnected", 8, 100, 500),
    dimension("Switch", 4, 50, 2000),
  ];
  const time = (from: number, to: number) =>
    rankMessageNs("astra-unaware", { dimensions }, from, to, MIB);
  deepEqual([time(0, 1), time(37, 41), time(26, 42)], [4932, 10_265, 23_531]);
  throws(() => rankMessageNs("astra-aware", { dimensions }, 0, 1, MIB), /not-simulated/);
});

test("16 ranks of a ring that each send to all at once end after 704,116 ns", () => {
  const ranks = Array.from({ length: 16 }, (_, rank) => rank);
  const messages = ranks.flatMap((from) =>
    ranks.filter((to) => to !== from).map((to) => ({ fromRank: from, toRank: to, sizeBytes: MIB })),
  );
  equal(Math.max(...stormArrivalsNs(dimension("Ring"), messages)), 704_116);
});

test("a message alone in a storm takes what it takes alone", () => {
  for (const topology of ["Ring", "FullyConnected", "Switch"] as const) {
    const [time] = stormArrivalsNs(dimension(topology), [
      { fromRank: 1, toRank: 4, sizeBytes: MIB },
    ]);
    equal(time, between("astra-aware", topology));
  }
});

const ring = (npuCount: number, memory: number | undefined, collective: AstraCollective) =>
  astraCollectiveNs(
    "astra-unaware",
    { dimensions: [dimension("Ring", npuCount)] },
    system(memory),
    { collective, bytes: MIB },
  ).totalNs;

test("the three published rings come out to the nanosecond, and the one without a memory", () => {
  // Chunk 2^18 bytes, part 2^15: hop ⌊500 + 610.35⌋ = 1110, reduction 3·⌊655.36⌋ = 1965:
  // 4·(14·1110 + 7·1965 + 15·10) = 117,780.
  equal(ring(8, 50, "all-reduce"), 117_780);
  // 3·⌊20.48⌋ = 60: 4·(15,540 + 420 + 150) = 64,440.
  equal(ring(8, 1600, "all-reduce"), 64_440);
  equal(ring(8, undefined, "all-reduce"), 62_760);
  // A rank's part goes round whole: 4·(15·⌊500 + 4882.8⌋ + 16·10) = 323,560.
  equal(ring(16, 1600, "all-gather"), 323_560);
});

test("direct and halving-doubling follow their formulas on a fully connected dimension", () => {
  const direct = (collective: AstraCollective, algorithm: string) =>
    astraCollectiveNs(
      "astra-aware",
      { dimensions: [dimension("FullyConnected", 8)] },
      system(50, algorithm),
      { collective, bytes: MIB },
    ).totalNs;
  // 4·(2·1110 + 1965 + 30); 4·(1110 + 1965 + 20); 4·(1110 + 20)
  equal(direct("all-reduce", "direct"), 16_860);
  equal(direct("reduce-scatter", "oneDirect"), 12_380);
  equal(direct("all-to-all", "direct"), 4520);
  // Parts 2^17, 2^16, 2^15: hops 2941, 1720, 1110, reductions of the last two 3·1310, 3·655:
  // 4·(2·5771 + 3930 + 1965 + 70) = 70,028.
  equal(direct("all-reduce", "halvingDoubling"), 70_028);
  throws(() => direct("all-gather", "halvingDoubling"), /not-simulated/);
});

test("what was never checked against the program is refused", () => {
  const two = { dimensions: [dimension("Ring", 4), dimension("Ring", 4)] };
  const what = { collective: "all-reduce", bytes: MIB } as const;
  throws(() => astraCollectiveNs("astra-unaware", two, system(50), what), /over 2 dimensions/);
  const one = { dimensions: [dimension("Ring", 4)] };
  const busy = { ...system(50), activeChunkCount: 2 };
  throws(() => astraCollectiveNs("astra-unaware", one, busy, what), /2 chunks at once/);
});
