/** Fabrics as other tools list them: counts, refusals, damage, and the way into a cluster file. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import {
  clusterFileOf,
  foundFabricFrom,
  foundLink,
} from "../../../src/files/formats/found-fabric.ts";
import { namesOf } from "../../../src/files/formats/slurm-topology.ts";
import { readCluster } from "../../../src/files/cluster.ts";
import { toYaml } from "../../../src/files/yaml.ts";
import { writeText } from "../../../src/files/write.ts";
import { foundCounts, foundLines } from "../../../src/report/found-fabric.ts";
import { freshFolder, ROOT } from "../../support/cli.ts";
import { refusedOf } from "./mutants.ts";

const FILES = ["topology.conf", "ib.topo", "lldp.json"] as const;
const textOf = (name: string): string =>
  readFileSync(join(ROOT, "scenarios/neighbors", name), "utf8");
const place = { file: "f", line: 1, column: 1, pointer: "" };
const refusal = async (text: string, words: RegExp): Promise<void> => {
  await rejects(foundFabricFrom(text, "f"), words);
};

test("each format is known by its content, and its hosts and switches counted", async () => {
  const counts = await Promise.all(
    FILES.map(async (name) => foundCounts(await foundFabricFrom(textOf(name), "any.txt"))),
  );
  // 4 leaves × 16; one spine over four leaves. 2 leaves × 4; 2 × 2 pairs of two cables.
  const pod = { hostCount: 8, switchCount: 4, cableCount: 8, tiers: [2, 2] };
  deepEqual(counts, [
    { format: "Slurm topology.conf", hostCount: 64, switchCount: 5, cableCount: 4, tiers: [4, 1] },
    { format: "ibnetdiscover", ...pod },
    { format: "LLDP", ...pod },
  ]);
});

test("what is written reads back as a cluster of the same hosts, cables and rates", async () => {
  for (const name of FILES) {
    const found = await foundFabricFrom(textOf(name), name);
    const rateBytesPerS = foundLink(found, 25e9).rateBytesPerS ?? 0;
    const path = join(freshFolder(), "found.yaml");
    const about = { id: "found", source: name, rateBytesPerS, latencyS: 6e-7 };
    await writeText(path, toYaml(clusterFileOf(found, { ...about, cableRateBytesPerS: 25e9 })));
    const { fabric } = await readCluster(path);
    ok(fabric.kind === "custom");
    const counts = foundCounts(found);
    equal(
      fabric.hostCounts.reduce((sum, count) => sum + count, 0),
      counts.hostCount,
    );
    equal(
      fabric.cables.reduce((sum, { count }) => sum + count, 0),
      counts.cableCount,
    );
    for (const { link } of fabric.cables) {
      equal(
        link.rateBytesPerS.value,
        name === "lldp.json" ? 12.5e9 : 50e9 / (name === "topology.conf" ? 2 : 1),
      );
      equal(link.latencyS.value, 6e-7);
    }
  }
});

test("names in brackets are ranges with the digits of their first end", () => {
  deepEqual(namesOf("a[08-11,2]b,c", place), ["a08b", "a09b", "a10b", "a11b", "a2b", "c"]);
  deepEqual(namesOf("r[0-1]n[1-2]", place), ["r0n1", "r0n2", "r1n1", "r1n2"]);
});

test("a Slurm file that contradicts itself is refused at its line", async () => {
  await refusal("SwitchName=a Nodes=n[1-2]\nSwitchName=b Nodes=n2", /f:2:1: found "n2" twice/);
  await refusal("SwitchName=a Nodes=n1\nSwitchName=b Switches=c", /"c", which has no line/);
  await refusal("SwitchName=a Switches=b\nSwitchName=b Switches=a Nodes=n", /above itself/);
  await refusal("SwitchName=a Nodes=n[1-99999999]", /out-of-range/);
  await refusal("SwitchName=a Nodes=n[5-1]", /not-a-fabric/);
  await refusal("SwitchName=a Nodes=n1 \\", /goes on where the file ends/);
  await refusal("SwitchName=a Nods=n1", /"Nods=n1"/);
  await refusal(
    "SwitchName=a Nodes=n\nSwitchName=b Switches=a\nSwitchName=c Switches=a",
    /under two others/,
  );
});

test("ibnetdiscover's cables are refused where their two ends disagree", async () => {
  const text = textOf("ib.topo");
  await refusal(text.replace("4xNDR", "4xHDR"), /not listed the same there/);
  await refusal(text.slice(0, text.indexOf("Ca\t")), /not listed the same there/);
  await refusal(text.replace("4xNDR", "?"), /without width and speed/);
});

test("an FDR lane carries 14.0625 × 64/66 Gb/s", async () => {
  const text = textOf("ib.topo").replaceAll("4xNDR", "4xFDR");
  const { rateBytesPerS = 0 } = foundLink(await foundFabricFrom(text, "f"), undefined);
  equal(Math.round((rateBytesPerS * 8) / 1e6), 54_545);
});

test("LLDP of one system, or between two hosts, is refused", async () => {
  await refusal('{"lldp": {"interface": []}}', /without its name/);
  const far = '"port":{"id":{"type":"ifname","value":"eth0"}}';
  const one = `{"a":{"lldp":{"interface":{"eth0":{"chassis":{"b":{}},${far}}}}}}`;
  await refusal(one, /neither of which bridges or routes/);
  await refusal('{"a":{"lldp":{"interface":[{"eth0":{"chassis":{}}}]}}}', /one named chassis/);
});

test("text of another kind is refused, whatever it is", async () => {
  await refusal("", /not-a-fabric/);
  await refusal('{"a": 1}', /not-a-fabric/);
  await refusal("SwitchName=a", /1 switches and 0 hosts/);
});

test("lines say what was read and what was assumed", async () => {
  const lines = foundLines(await foundFabricFrom(textOf("topology.conf"), "f"), ["so"]);
  equal(lines[0], "Slurm topology.conf: 64 hosts, 5 switches, 4 cables between them");
  equal(lines.at(-1), "note: so");
});

test.each(FILES)("2,000 damaged copies of %s are taken or refused in words", async (name) => {
  const text = textOf(name);
  const isSmall = text.length < 8000;
  // LLDP is long: a copy with two systems says as much.
  const short = isSmall ? text : shortLldp(text);
  const refused = await refusedOf(short, 2000, (mutant) => foundFabricFrom(mutant, "f"));
  ok(refused > 300, `${refused} refused`);
});

function shortLldp(text: string): string {
  const all = JSON.parse(text) as Record<string, unknown>;
  const few = ["node001", "node002"].map((name) => [name, all[name]] as const);
  return JSON.stringify(Object.fromEntries(few), null, 1);
}
