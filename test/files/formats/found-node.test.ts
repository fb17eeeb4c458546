/** The inside of a node as NCCL and nvidia-smi tell it: counts by hand, refusals, damage. */
import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { foundNodeFrom, foundNodeIfAny } from "../../../src/files/formats/found-node.ts";
import { foundNodeCounts, foundNodeLines } from "../../../src/report/found-node.ts";
import { fabricast, ROOT } from "../../support/cli.ts";
import { slowTest } from "../../support/slow.ts";
import { refusedOf } from "./mutants.ts";

const textOf = (name: string): string =>
  readFileSync(join(ROOT, "scenarios/neighbors", name), "utf8");
const NCCL = textOf("nccl-topology.xml");
const SMI = textOf("nvidia-smi-topo.txt");
const countsOf = (text: string) => foundNodeCounts(foundNodeFrom(text, "f")!);

test("NCCL's topology: links to switches, ports and sockets are counted", () => {
  // Four switches with 5 + 4 + 4 + 5 links of 20.6 GB/s each.
  deepEqual(countsOf(NCCL), {
    ...{ format: "NCCL topology", acceleratorCount: 8, adapterCount: 8, socketCount: 2 },
    ...{ linkCount: 18, scaleUp: "switched", capability: "90" },
    ...{ scaleUpBytesPerS: 18 * 20.6e9, adapterBytesPerS: 50e9 },
  });
  ok(foundNodeLines(foundNodeFrom(NCCL, "f")!).some((line) => line.includes("assumed")));
});

test("nvidia-smi's table: a mesh of few links, and a switch where pairs show too many", () => {
  // Four accelerators, each with four links to three others.
  deepEqual(countsOf(SMI), {
    ...{ format: "nvidia-smi topo -m", acceleratorCount: 4, adapterCount: 2, socketCount: 2 },
    ...{ linkCount: 12, scaleUp: "mesh" },
  });
  const switched = countsOf(SMI.replaceAll("NV4", "NV18"));
  deepEqual([switched.scaleUp, switched.linkCount], ["switched", 18]);
  equal(countsOf(SMI.replaceAll("NV4", "SYS")).scaleUp, "none");
});

test("links between accelerators are the same from both ends, else refused", () => {
  const gpu = (dev: number, links: string) =>
    `<pci busid="0:${dev}"><gpu dev="${dev}" sm="80">${links}</gpu></pci>`;
  const link = (to: number, count: number) => `<nvlink target="0:${to}" count="${count}"/>`;
  const system = (a: string, b: string) => `<system version="1"><cpu>${a}${b}</cpu></system>`;
  const { linkCount, scaleUp } = countsOf(system(gpu(0, link(1, 3)), gpu(1, link(0, 3))));
  deepEqual([linkCount, scaleUp], [3, "mesh"]);
  const odd = system(gpu(0, link(1, 3)), gpu(1, link(0, 2)));
  throws(() => countsOf(odd), /3 from GPU 0 to GPU 1.*not-a-fabric/);
  throws(() => countsOf(system(gpu(0, link(0, 1)), "")), /GPU 0 to itself/);
  throws(() => countsOf(system("<gpu dev='0'/>", "")), /outside of <pci>/);
  throws(() => countsOf("<system/>"), /no <gpu>/);
  throws(() => countsOf(SMI.replace("NV4", "NV3")), /GPU0 to GPU1 NV3, back NV4/);
  throws(() => countsOf(SMI.replace(/GPU3\t[^\n]*\n/, "")), /not-a-fabric/);
});

test("a table whose head names no accelerator is refused", () => {
  const torn = "\tPU0\tGPU1\nGPU0>\t X \tNV4\n";
  throws(() => foundNodeFrom(torn, "f"), /f:2:1: .*not-a-fabric/s);
});

test("document types and entities are refused, and other files left to others", async () => {
  throws(() => foundNodeFrom(`<!DOCTYPE system>\n${NCCL}`, "f"), /not-xml/);
  throws(() => foundNodeFrom(NCCL.replace("GenuineIntel", "&x;"), "f"), /no entities/);
  throws(() => foundNodeFrom(NCCL.slice(0, 900), "f"), /not-xml/);
  equal(await foundNodeIfAny(join(ROOT, "scenarios/neighbors/topology.conf")), undefined);
  await rejects(foundNodeIfAny("no-such-file"), /missing-file/);
});

/** A file that is taken has counts; one that tells another number tells it. */
async function damaged(count: number): Promise<void> {
  const read = (text: string) => {
    const node = foundNodeFrom(text, "f");
    if (node === undefined) return;
    const counts = foundNodeCounts(node);
    ok(counts.acceleratorCount > 0 && counts.linkCount >= 0);
  };
  for (const text of [NCCL, SMI]) ok((await refusedOf(text, count, read)) > count / 10);
}

test("damaged files are refused in words or read without harm", () => damaged(700));
slowTest("a hundred thousand damaged files do no harm", () => damaged(100_000));

test("the command tells counts, and has nothing to write", () => {
  const file = "scenarios/neighbors/nccl-topology.xml";
  match(fabricast(["import", "cluster", file]).stdout, /8 accelerators, 8 network ports/);
  equal(fabricast(["import", "cluster", file, "-o", "x.yaml"]).code, 2);
});
