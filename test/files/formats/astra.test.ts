/** ASTRA-sim's network and system files: read as they are, refused where they contradict. */
import { deepEqual, equal, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { readAstraNetwork, readAstraSystem } from "../../../src/files/formats/astra.ts";
import { freshFolder } from "../../support/cli.ts";

const written = (name: string, text: string): string => {
  const path = join(freshFolder(), name);
  writeFileSync(path, text);
  return path;
};

test("a network's dimensions come in their order", async () => {
  const { dimensions } = await readAstraNetwork(
    written(
      "n.yml",
      "topology: [Ring, Switch]\nnpus_count: [2, 8]\nbandwidth: [200, 50.5]\nlatency: [50, 0]\n",
    ),
  );
  deepEqual(dimensions, [
    { topology: "Ring", npuCount: 2, bandwidthGibPerS: 200, latencyNs: 50 },
    { topology: "Switch", npuCount: 8, bandwidthGibPerS: 50.5, latencyNs: 0 },
  ]);
});

test("wrong words, counts, rates and lengths are all named", async () => {
  const path = written(
    "n.yml",
    "topology: [Ring, Mesh]\nnpus_count: [1, 8]\nbandwidth: [0]\nlatency: [-1, 5]\n",
  );
  await rejects(readAstraNetwork(path), (error: Error) => {
    const lines = error.message.split("\n");
    equal(lines.length, 5, error.message);
    equal(lines.filter((line) => line.includes("wrong-type")).length, 5);
    return true;
  });
});

test("a system without splits, which crashes the program, is refused", async () => {
  await rejects(readAstraSystem(written("s.json", "{}")), /preferred-dataset-splits|wrong-type/);
  const system = await readAstraSystem(
    written("s.json", '{"preferred-dataset-splits": 4, "local-mem-bw": 1600}'),
  );
  deepEqual(
    [system.endpointDelayNs, system.activeChunkCount, system.memoryBytesPerNs],
    [10, 1, 1600],
  );
});
