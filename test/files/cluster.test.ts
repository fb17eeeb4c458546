/** Clusters: records in SI, exactly as their files say, and what cannot be built. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "vitest";
import { readCluster } from "../../src/files/cluster.ts";
import { fixedSizes, rankCountMax } from "../../src/files/sizes.ts";
import { isSourced } from "../../src/records/sourced.ts";
import { codesFrom, issuesFrom, written } from "./support.ts";

const yours = (value: number): object => ({
  value,
  source: "this file",
  date: "",
  provenance: "yours",
});

test("the bare fat tree is the one of the closed forms", async () => {
  const cluster = await readCluster("bare-fat-tree-1024");
  // 400 Gb/s = 50e9 B/s; 500 ns.
  const link = { rateBytesPerS: yours(5e10), latencyS: yours(5e-7) };
  deepEqual(cluster, {
    id: "bare-fat-tree-1024",
    name: "Bare fat tree, 1,024 hosts",
    summary: "1,024 hosts, 32 a leaf, 32 spines, non-blocking, 400 Gb/s, 500 ns a link",
    node: { name: "host", acceleratorCount: 1 },
    fabric: {
      kind: "fat-tree",
      portCount: 1024,
      portsPerLeaf: 32,
      uplinksPerLeaf: 32,
      spineRadix: 32,
      size: "whole",
      link,
      uplink: link,
      switchLatencyS: yours(0),
    },
    endpoint: {
      scaleUpMessageS: yours(0),
      scaleOutMessageS: yours(0),
      collectiveStartS: yours(0),
    },
    bill: {},
  });
});

test("the other bare clusters: 64 hosts on a switch, tori of 64 and 512", async () => {
  const one = await readCluster("bare-switch-64");
  ok(one.fabric.kind === "switch");
  deepEqual([one.fabric.hostCount, one.fabric.switchLatencyS.value], [64, 0]);
  for (const length of [4, 8]) {
    const torus = await readCluster(`bare-torus-${length}x${length}x${length}`);
    ok(torus.fabric.kind === "torus");
    deepEqual(torus.fabric.shapes, [[length, length, length]]);
    equal(torus.fabric.wrapLengthMin, 1);
    deepEqual(torus.fabric.link.rateBytesPerS, yours(5e10));
    equal(torus.node.acceleratorCount, 1);
    deepEqual(torus.bill, {});
  }
});

test("the H100 fat tree carries its parts' figures with their sources", async () => {
  const { node, fabric, endpoint, software, bill } = await readCluster("h100-fat-tree-2to1");
  ok(fabric.kind === "fat-tree");
  equal(node.acceleratorCount, 8);
  deepEqual(node.scaleUp?.rateBytesPerS.value, 370.8e9); // 18 × 20.6 GB/s
  const { accelerator } = node;
  deepEqual(accelerator?.peakBf16FlopPerS, {
    value: 989e12,
    source: "stas00/ml-engineering 744d01e, compute/accelerator (links NVIDIA's page)",
    date: "2026-08-22",
    provenance: "vendor",
    note: "dense; the 1,979 often quoted is with sparsity",
  });
  equal(accelerator?.matmulBf16FlopPerS.value, 794.5e12);
  equal(accelerator?.memoryBytes.value, 80e9);
  equal(accelerator?.memoryBytesPerS.value, 3.35e12);
  equal(accelerator?.allInW?.value, 1370);
  equal(accelerator?.allInW?.date, "2026"); // a year alone is a number in YAML
  // 3.99 USD/hour / 3600 s
  equal(accelerator?.rents[0]?.usdPerS.value, Number((3.99 / 3600).toPrecision(15)));
  deepEqual([fabric.portsPerLeaf, fabric.uplinksPerLeaf, fabric.size], [32, 16, "grows"]);
  deepEqual([fabric.link.latencyS.value, fabric.uplink.latencyS.value], [6e-7, 5e-8]);
  equal(fabric.switchLatencyS.value, 150e-9); // the leaf switch's own
  deepEqual(
    [endpoint.scaleUpMessageS, endpoint.scaleOutMessageS, endpoint.collectiveStartS].map(
      ({ value }) => value,
    ),
    [3.4e-6, 12.4e-6, 8.4e-6], // the software profile's
  );
  equal(software?.matmulShare.value, 0.88);
  equal(software?.bucketBytes.value, 100e6);
  deepEqual(
    [bill.node, bill.leafSwitch, bill.spineSwitch, bill.link].map((part) => part?.priceUsd?.value),
    [310_000, 36_000, 36_000, 1280],
  );
  equal(bill.site?.lifeS.value, 5 * 365.25 * 86_400);
});

test("the torus splits 3.2 Tb/s over six directions; a TPU has no price and no power", async () => {
  const torus = await readCluster("h100-torus");
  ok(torus.fabric.kind === "torus");
  ok(Math.abs(torus.fabric.link.rateBytesPerS.value / (3.2e12 / 8 / 6) - 1) < 1e-12);
  equal(torus.bill.cablesPerNode, 4);
  equal(rankCountMax(torus), 1024);
  deepEqual(fixedSizes(torus), [8, 16, 32, 64, 128, 256, 512, 1024]);
  const tpu = await readCluster("tpu-v5p");
  deepEqual(fixedSizes(tpu), [8, 16, 32, 64, 128, 256, 512, 1024]);
  equal(tpu.bill.node?.priceUsd, undefined);
  equal(tpu.node.accelerator?.allInW, undefined);
  equal(tpu.node.accelerator?.memoryBytes.value, 95 * 1024 ** 3);
});

test("every figure of a shipped cluster of machines has a source and a provenance", async () => {
  const walk = (value: unknown, pointer: string): void => {
    if (isSourced(value)) {
      ok(value.source.length > 3 && value.source !== "this file", pointer);
      ok(value.provenance !== "yours", pointer);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    for (const [key, part] of Object.entries(value)) walk(part, `${pointer}/${key}`);
  };
  for (const id of ["h100-fat-tree-2to1", "h100-fat-tree-1to1", "h100-torus", "tpu-v5p"]) {
    walk(await readCluster(id), id);
  }
});

test("a setting changes a value, through references too, and is named as its source", async () => {
  const set = [
    { path: "fabric.uplink.rate", value: "800 Gb/s" },
    { path: "/node/accelerator/memoryBandwidth", value: "4 TB/s" },
    { path: "software.launch", value: "3 us" },
    { path: "endpoint.collectiveStart", value: "9 us" },
    { path: "fabric.uplinksPerLeaf", value: "32" },
  ];
  const { fabric, node, software, endpoint } = await readCluster("h100-fat-tree-2to1", { set });
  ok(fabric.kind === "fat-tree");
  deepEqual(fabric.uplink.rateBytesPerS, { ...yours(1e11), source: "--set" });
  equal(fabric.link.rateBytesPerS.value, 5e10);
  deepEqual(node.accelerator?.memoryBytesPerS, { ...yours(4e12), source: "--set" });
  equal(node.accelerator?.memoryBytes.source.startsWith("stas00"), true);
  equal(software?.launchS.value, 3e-6);
  equal(endpoint.collectiveStartS.value, 9e-6);
  equal(endpoint.scaleUpMessageS.value, 3.4e-6);
  equal(fabric.uplinksPerLeaf, 32);
});

test("a setting that is wrong is placed at its flag", async () => {
  const refused = async (path: string, value: string): Promise<string> => {
    const set = [{ path, value }];
    const [issue] = await issuesFrom(readCluster("h100-fat-tree-2to1", { set }));
    return `${issue?.file} ${issue?.line} ${issue?.code}`;
  };
  equal(await refused("fabric.uplink.rate", "800"), "--set fabric.uplink.rate 0 bare-quantity");
  equal(await refused("fabric.uplnk.rate", "1 GB/s"), "--set fabric.uplnk.rate 0 unknown-key");
  equal(await refused("fabric.kind.x", "1"), "--set fabric.kind.x 0 unknown-key");
  equal(await refused("__proto__.x", "1"), "--set __proto__.x 0 unknown-key");
  equal(await refused("fabric.ports", "many"), "--set fabric.ports 0 wrong-type");
  equal(Reflect.get({}, "x"), undefined);
});

/** The unit in which each kind of number is written; none for shares. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/FlopPerS$/, " flop/s"],
  [/[bB]ytesPerS$/, " B/s"],
  [/[bB]ytes$/, " B"],
  [/UsdPerJ$/, " USD/J"],
  [/[uU]sdPerS$/, " USD/s"],
  [/Usd$/, " USD"],
  [/W$/, " W"],
  [/S$/, " s"],
];

test("every figure of a cluster can be set by the pointer that reports name it by", async () => {
  const cluster = await readCluster("h100-fat-tree-2to1");
  const pointers: string[] = [];
  const walk = (value: unknown, pointer: string): void => {
    if (isSourced(value)) pointers.push(pointer);
    else if (typeof value === "object" && value !== null) {
      for (const [key, part] of Object.entries(value)) walk(part, `${pointer}/${key}`);
    }
  };
  walk(cluster, "");
  ok(pointers.length > 30);
  for (const path of pointers) {
    const steps = path.slice(1).split("/");
    const unit = UNITS.find(([pattern]) => pattern.test(path))?.[1] ?? "";
    const number = path.endsWith("pue") || path.endsWith("Passes") ? "2" : "0.5";
    const changed = await readCluster("h100-fat-tree-2to1", {
      // A peak of 0.5 flop/s would be below the matmul; a matmul of 0.5 is not above it.
      set: [{ path, value: path.includes("peak") ? `1e16${unit}` : `${number}${unit}` }],
    });
    const found = steps.reduce<unknown>((at, step) => Reflect.get(at as object, step), changed);
    ok(isSourced(found) && found.source === "--set" && found.provenance === "yours", path);
    equal(found.value, path.includes("peak") ? 1e16 : Number(number), path);
  }
}, 60_000);

const TREE = readFileSync("topologies/clusters/h100-fat-tree-2to1.yaml", "utf8");
const codes = (from: string, to: string): Promise<string[]> =>
  codesFrom(readCluster(written("pod.yaml", TREE.replace(from, to))));

test("a leaf has no more ports than its switch", async () => {
  const text = TREE.replace("uplinksPerLeaf: 16", "uplinksPerLeaf: 40");
  const [issue] = await issuesFrom(readCluster(written("pod.yaml", text)));
  deepEqual([issue?.code, issue?.line, issue?.column], ["too-many-ports", 10, 19]);
  equal(issue?.found, "32 down + 40 up = 72 ports");
});

test("what two tiers of switches cannot hold is refused", async () => {
  deepEqual(await codes("spineRadix: 64", "spineRadix: 128"), ["too-many-ports"]);
  // 4,096 ports are 128 leaves, and a spine of 64 ports reaches 64 of them.
  deepEqual(await codes("ports: 1024", "ports: 4096"), ["too-many-ports"]);
  deepEqual(await codes("ports: 1024", "ports: 1020"), ["does-not-divide"]);
});

test("a node of several accelerators needs its inner links", async () => {
  const text = TREE.replace("node: hgx-h100", "node: { name: box, accelerators: 8 }");
  const [issue] = await issuesFrom(readCluster(written("pod.yaml", text)));
  deepEqual([issue?.code, issue?.line], ["missing-key", 5]);
});

test("a link is no switch", async () => {
  const [issue] = await issuesFrom(
    readCluster(
      written(
        "pod.yaml",
        TREE.replace(
          "link: link-400g-host",
          `link: ${process.cwd()}/topologies/parts/switches/qm9700.yaml`,
        ),
      ),
    ),
  );
  equal(issue?.code, "unknown-part");
});

test("shapes of a torus grow and have the same number of dimensions", async () => {
  const torus = readFileSync("topologies/clusters/h100-torus.yaml", "utf8");
  const refused = (from: string, to: string): Promise<string[]> =>
    codesFrom(readCluster(written("pod.yaml", torus.replace(from, to))));
  deepEqual(await refused("- [2, 2, 1]", "- [1, 1, 1]"), ["out-of-range"]);
  deepEqual(await refused("- [2, 2, 1]", "- [4]"), ["wrong-type"]);
  deepEqual(await refused("- [2, 2, 1]", "- [2, 2, 1, 1]"), ["wrong-type"]);
  deepEqual(await refused("- [2, 2, 1]", "- [2, 2, 1, 1, 1, 1, 1]"), ["out-of-range"]);
});

test("a matmul faster than the peak is refused: one of the two is sparse", async () => {
  const set = [{ path: "node.accelerator.peakBf16", value: "500 Tflop/s" }];
  deepEqual(await codesFrom(readCluster("h100-torus", { set })), ["out-of-range"]);
});
