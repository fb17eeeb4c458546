/** Fabrics as files of SimGrid and ASTRA-sim, read back and timed again. */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { astraNetworkText, simgridPlatformText } from "../../src/answers/fabric-files.ts";
import { replaySimgrid } from "../../src/answers/replay-simgrid.ts";
import { readAstraNetwork } from "../../src/files/formats/astra.ts";
import { parseMessageWords } from "../../src/files/formats/simgrid-messages.ts";
import { parseSimgridPlatform } from "../../src/files/formats/simgrid-platform.ts";
import { readCluster } from "../../src/files/cluster.ts";
import { sceneGraph } from "../../src/network/scene.ts";

const graphOf = async (id: string, rankCount: number) =>
  sceneGraph(await readCluster(id), rankCount);

test("a switch as a platform: hosts, a link each way, its time by SimGrid's rules", async () => {
  const text = simgridPlatformText(await graphOf("bare-switch-64", 4));
  const platform = parseSimgridPlatform(text, "switch.xml");
  deepEqual([platform.hosts.length, platform.links.length], [4, 8]);
  const messages = parseMessageWords("rank-0:rank-1:1000000,rank-2:rank-1:1000000", platform.hosts);
  // Two flows share 50 GB/s: 40 µs, after 1 µs of latency.
  const { totalS } = replaySimgrid("simgrid-cm02", platform, messages, {});
  equal(totalS.toFixed(7), "0.0000410");
});

test("every pair of a torus keeps its way", async () => {
  const graph = await graphOf("bare-torus-4x4x4", 64);
  const platform = parseSimgridPlatform(simgridPlatformText(graph), "torus.xml");
  // From (0,0,0) to (2,2,2): two steps in each dimension.
  equal(platform.route(0, 2 + 2 * 4 + 2 * 16).length, 6);
  throws(() => simgridPlatformText({ ...graph, rankCount: 512 }), /at most 256/);
});

test("ASTRA-sim: rings of a torus, nodes under a fabric, in gigabytes of 2^30 bytes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "astra-"));
  const read = async (id: string, rankCount: number) => {
    const path = join(folder, `${id}.yml`);
    writeFileSync(path, astraNetworkText(await graphOf(id, rankCount)));
    return (await readAstraNetwork(path)).dimensions;
  };
  const torus = await read("bare-torus-4x4x4", 64);
  deepEqual(
    torus.map(({ topology, npuCount }) => [topology, npuCount]),
    [
      ["Ring", 4],
      ["Ring", 4],
      ["Ring", 4],
    ],
  );
  const [one] = await read("bare-switch-64", 64);
  deepEqual(one, {
    ...{ topology: "Switch", npuCount: 64, latencyNs: 500, bandwidthGibPerS: 50e9 / 2 ** 30 },
  });
  const nodes = await read("h100-fat-tree-1to1", 64);
  deepEqual(
    nodes.map(({ topology, npuCount }) => [topology, npuCount]),
    [
      ["Switch", 8],
      ["Switch", 8],
    ],
  );
  const fly = await graphOf("bare-dragonfly-1056", 1056);
  throws(() => astraNetworkText(fly), /a dragonfly of/);
  match(astraNetworkText(await graphOf("bare-switch-64", 2)), /npus_count: \[ 2 \]/);
});
