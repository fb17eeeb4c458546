/** Files for other tools: a fabric as Slurm's tree, a collective as GOAL. */
import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "vitest";
import { collectiveGoal } from "../../src/answers/goal-program.ts";
import { replayGoal } from "../../src/answers/replays.ts";
import { slurmTree } from "../../src/answers/slurm-tree.ts";
import { graphOfCluster } from "../../src/answers/topology.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { parseGoal } from "../../src/files/formats/goal.ts";
import { fabricFromSlurm } from "../../src/files/formats/slurm-topology.ts";
import { rangesOf, slurmTopologyText } from "../../src/files/formats/slurm-writer.ts";

test("numbers in a row are ranges", () => {
  equal(rangesOf([0, 1, 2, 5, 7, 8]), "[0-2,5,7-8]");
});

test("rails that share nodes are one switch of the tree, and all nodes read back", async () => {
  // 128 nodes in four units of 32, each with eight rails; one level above.
  const tree = slurmTree(await readCluster("h100-rail-only"));
  deepEqual(
    tree.map(({ nodes, switches }) => [nodes.length, switches.length]),
    [...Array.from({ length: 4 }, () => [32, 0]), [0, 4]],
  );
  const { hosts, switches, cables } = fabricFromSlurm(slurmTopologyText("t", tree), "t");
  deepEqual([hosts.length, switches.length, cables.length], [128, 5, 4]);
  equal(new Set(hosts.map(({ name }) => name)).size, 128);
});

test("what no tree can say is refused with the cable that is to blame", async () => {
  const ring = await readCluster("bare-ring-custom");
  throws(() => slurmTree(ring), /s0 – s1/);
  const torus = await readCluster("bare-torus-4x4x4");
  throws(() => slurmTree(torus), /without switches/);
});

const graph = async (ranks: number) => graphOfCluster(await readCluster("bare-switch-64"), ranks);
const FREE = { overheadNs: 0, overheadNsPerByte: 0, gapNs: 0, gapNsPerByte: 0, eagerBytes: 1e9 };

test("a ring all-reduce in GOAL takes 2 (n − 1) latencies where all else is free", async () => {
  const asked = { collective: "all-reduce", algorithm: "ring", sizeBytes: 2 ** 20 } as const;
  const { text, messageCount } = collectiveGoal(await graph(8), asked);
  // 14 steps of 8 messages, each of an eighth.
  equal(messageCount, 112);
  equal(text.match(/send 131072b/g)?.length, 112);
  const schedule = parseGoal(text, "ring.goal");
  const { rankCount, sizes, kinds } = schedule;
  equal(rankCount, 8);
  equal(
    sizes.reduce((sum, bytes, i) => sum + (kinds[i] === 1 ? bytes : 0), 0),
    14 * 2 ** 20,
  );
  const { finishNs } = replayGoal(schedule, { latencyNs: 1000, ...FREE });
  deepEqual(
    finishNs,
    Array.from({ length: 8 }, () => 14_000),
  );
});

test("sizes that leave parts of bytes are refused", async () => {
  const asked = { collective: "all-reduce", algorithm: "ring", sizeBytes: 100 } as const;
  const eight = await graph(8);
  throws(() => collectiveGoal(eight, asked), /does-not-divide/);
});

test("the fastest algorithm is taken where none is named, and all pairs are written", async () => {
  const asked = { collective: "all-to-all", algorithm: "auto", sizeBytes: 800 } as const;
  const { text, algorithm } = collectiveGoal(await graph(8), asked);
  equal(algorithm, "direct");
  // 8 × 7 messages of an eighth.
  equal(text.match(/send 100b/g)?.length, 56);
});
