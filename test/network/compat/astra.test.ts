/** ASTRA-sim's analytical backends to the nanosecond: its unit tests and published outputs. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { astraCollectiveNs } from "../../../src/network/compat/astra-collective.ts";
import { chunksNs, phasesOf } from "../../../src/network/compat/astra-phases.ts";
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
  const flags = { isLifo: true, isBandwidthAware: false };
  const counts = { endpointDelayNs: 10, splitCount: 4, activeChunkCount: 1, ...flags };
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
  throws(() => direct("all-to-all", "halvingDoubling"), /not-simulated/);
});

test("behind a switch each message takes two hops, and all at once would meet", () => {
  const switched = (backend: AstraBackend, algorithm: string) =>
    astraCollectiveNs(backend, { dimensions: [dimension("Switch", 8)] }, system(50, algorithm), {
      collective: "all-reduce",
      bytes: MIB,
    }).totalNs;
  // Unaware ⌊1000 + x/B⌋: 3441, 2220, 1610; aware twice ⌊500 + x/B⌋: 5882, 3440, 2220.
  equal(switched("astra-unaware", "halvingDoubling"), 4 * (2 * 7271 + 3930 + 1965 + 70));
  equal(switched("astra-aware", "halvingDoubling"), 4 * (2 * 11_542 + 3930 + 1965 + 70));
  equal(switched("astra-unaware", "direct"), 4 * (2 * 1610 + 1965 + 30));
  throws(() => switched("astra-aware", "direct"), /not-simulated/);
});

const TWO = { dimensions: [dimension("Ring", 2), dimension("FullyConnected", 4)] };

test("chunks follow each other through dimensions: the slower one sets the pace", () => {
  const algorithms = { ...system(50).algorithms, "all-reduce": ["ring", "direct"] };
  const what = { collective: "all-reduce", bytes: MIB } as const;
  const both = { ...system(50), algorithms };
  // Ring of 2, parts 2^17: 2·2941 + 3·2621 + 30 = 13,775; direct of 4, parts 2^16:
  // 2·1720 + 3·1310 + 30 = 7400. Four chunks: 4·13,775 + 7400.
  const { chunkNs, totalNs } = astraCollectiveNs("astra-unaware", TWO, both, what);
  equal(chunkNs, 13_775 + 7400);
  equal(totalNs, 4 * 13_775 + 7400);
  // With all four at once nobody waits.
  const busy = { ...both, activeChunkCount: 4 };
  equal(astraCollectiveNs("astra-unaware", TWO, busy, what).totalNs, 13_775 + 7400);
  throws(() => astraCollectiveNs("astra-aware", TWO, both, what), /not-simulated/);
});

test("localBWAware scatters, reduces and gathers, on an n-th of the bytes behind n ranks", () => {
  const phases = phasesOf("all-reduce", [2, 4, 8], { isBandwidthAware: true }, 1024);
  deepEqual(
    phases.map((p) => [p.dimensionIndex, p.collective, p.sizeBytes]),
    [
      [0, "reduce-scatter", 1024],
      [1, "reduce-scatter", 512],
      [2, "all-reduce", 128],
      [1, "all-gather", 128],
      [0, "all-gather", 512],
    ],
  );
  deepEqual(
    phasesOf("all-gather", [2, 4], { isBandwidthAware: false }, 8).map((p) => p.sizeBytes),
    [8, 32],
  );
});

test("of waiting chunks LIFO takes the newest, so that gathers of old ones come late", () => {
  const phases = [
    { dimensionIndex: 0, durationNs: 10 },
    { dimensionIndex: 1, durationNs: 1 },
    { dimensionIndex: 0, durationNs: 10 },
  ];
  // Three chunks, six works of 10 in dimension 0. FIFO: 0 1 0 1 2, then 2 waits its 1 elsewhere
  // while the dimension stands still; LIFO: 0 2 1 2 1 0 keeps it busy.
  equal(chunksNs(phases, 3, { isLifo: false, activeChunkCount: 1 }), 61);
  equal(chunksNs(phases, 3, { isLifo: true, activeChunkCount: 1 }), 60);
  equal(chunksNs(phases, 1, { isLifo: true, activeChunkCount: 1 }), 21);
});

test("queues share a dimension's chunks, and two halves keep ways in and back apart", () => {
  const phases = [
    { dimensionIndex: 0, durationNs: 10 },
    { dimensionIndex: 1, durationNs: 1 },
    { dimensionIndex: 0, durationNs: 10 },
  ];
  const rules = { isLifo: false, activeChunkCount: 1, isBandwidthAware: true };
  // One queue: six works of 10, one after another, and a wait of 1. Two: three inward in a queue,
  // each back in the other: 30 + 1 + 10.
  equal(chunksNs(phases, 3, rules), 61);
  equal(chunksNs(phases, 3, { ...rules, queueCount: 2 }), 41);
  // Without ways back, four chunks take two queues in turn, one at a time in each.
  const plain = { isLifo: true, activeChunkCount: 2, queueCount: 2 };
  equal(chunksNs([{ dimensionIndex: 0, durationNs: 10 }], 4, plain), 20);
});

test("halving and doubling alone are the halves of the all-reduce but for their ends", () => {
  const time = (collective: AstraCollective, bytes: number) =>
    astraCollectiveNs(
      "astra-unaware",
      { dimensions: [dimension("FullyConnected", 8)] },
      { ...system(undefined, "halvingDoubling"), splitCount: 1 },
      { collective, bytes },
    ).totalNs;
  // (3 + 1) · 10 and hops of 2^19, 2^18, 2^17 bytes: ⌊500 + x/B⌋ = 10,265 + 5382 + 2941.
  equal(time("reduce-scatter", MIB), 18_588 + 40);
  equal(time("all-gather", MIB / 8), 18_588 + 40);
  equal(time("all-reduce", MIB), 2 * 18_588 + 70);
});

test("a collective too small for its splits is raised to a byte a rank in each", () => {
  // 10 bytes in 4 chunks over 16 ranks: 4 chunks of 16 bytes, parts of one; ⌊500 + 1/B⌋ = 500 a
  // hop, 30 of them, and 31 delays of 10: Sys.cc sets the size to splits · ranks.
  const small = astraCollectiveNs(
    "astra-unaware",
    { dimensions: [dimension("Ring")] },
    system(undefined),
    { collective: "all-reduce", bytes: 10 },
  );
  deepEqual([small.chunkCount, small.totalNs], [4, 4 * (30 * 500 + 310)]);
  // What the splits do not divide leaves a chunk more, as large as the others.
  const odd = { collective: "all-reduce", bytes: MIB + 1 } as const;
  const one = { dimensions: [dimension("Ring")] };
  equal(astraCollectiveNs("astra-unaware", one, system(50), odd).chunkCount, 5);
});

test("what cannot be cut, or meets on links, is refused", () => {
  const what = { collective: "all-gather", bytes: 3 } as const;
  const one = { dimensions: [dimension("Ring", 4)] };
  throws(() => astraCollectiveNs("astra-unaware", one, system(50), what), /out-of-range/);
  const busy = { ...system(50), activeChunkCount: 2 };
  throws(
    () => astraCollectiveNs("astra-aware", one, busy, { ...what, bytes: MIB }),
    /meet on links/,
  );
});
