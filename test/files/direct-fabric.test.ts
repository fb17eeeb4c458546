/** Fabrics without tiers above, from files: graphs of one's own, and what cannot be built. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { readCluster } from "../../src/files/cluster.ts";
import { issuesFrom, scratch, written } from "./support.ts";

const LINK = "{ rate: 400 Gb/s, latency: 500 ns }";
const file = (fabric: string, node = "{ name: host, accelerators: 1 }"): string =>
  `id: mine\nname: Mine\nsummary: mine\nnode: ${node}\nfabric: ${fabric}\n`;

/** A file with others beside it. */
function beside(main: string, others: Readonly<Record<string, string>>): string {
  const folder = scratch();
  for (const [name, text] of Object.entries({ "mine.yaml": main, ...others })) {
    writeFileSync(join(folder, name), text);
  }
  return join(folder, "mine.yaml");
}

test("a table of cables makes a graph: hosts by rows of their own, rates where given", async () => {
  const path = beside(file(`{ kind: custom, table: g.csv, link: ${LINK} }`), {
    "g.csv": "from,to,count,rate,latency\nhosts,a,4\nhosts,b,2\na,b,2\na,c,,200 Gb/s,1 us\nc,b\n",
  });
  const { fabric } = await readCluster(path);
  ok(fabric.kind === "custom");
  deepEqual(
    [fabric.switches, fabric.hostCounts],
    [
      ["a", "b", "c"],
      [4, 2, 0],
    ],
  );
  deepEqual(
    fabric.cables.map(({ aId, bId, count, link }) => [aId, bId, count, link.rateBytesPerS.value]),
    [
      [0, 1, 2, 50e9],
      [0, 2, 1, 25e9],
      [2, 1, 1, 50e9],
    ],
  );
});

const MODULE = `export function topology({ size }) {
  const switches = Array.from({ length: size }, (_, i) => ({ name: "s" + i, hosts: 2 }));
  const cables = switches.map((_, i) => ({ from: "s" + i, to: "s" + ((i + 1) % size) }));
  return { switches, cables };
}
`;

test("a module that is named makes a graph from its parameters", async () => {
  const fabric = `{ kind: custom, module: ring.mjs, parameters: { size: 5 }, link: ${LINK} }`;
  const made = (await readCluster(beside(file(fabric), { "ring.mjs": MODULE }))).fabric;
  ok(made.kind === "custom");
  deepEqual([made.switches.length, made.cables.length], [5, 5]);
});

test("modules that fail, return nothing or are not there are refused at their line", async () => {
  const fabric = `{ kind: custom, module: m.mjs, link: ${LINK} }`;
  for (const [text, code] of [
    ["export const other = 1;", "bad-module"],
    ["export function topology() { throw new Error('no'); }", "bad-module"],
    ["export function topology() {}", "bad-module"],
    ["export function topology() { return { switches: 3 }; }", "bad-module"],
  ] as const) {
    const [issue] = await issuesFrom(readCluster(beside(file(fabric), { "m.mjs": text })));
    deepEqual([issue?.code, issue?.line], [code, 5], text);
  }
  const [missing] = await issuesFrom(readCluster(written("x.yaml", file(fabric))));
  deepEqual([missing?.code, missing?.line], ["missing-file", 5]);
});

test("tables are refused at the line that is wrong", async () => {
  for (const [table, line, code] of [
    ["a,b\n", 1, "not-csv"],
    ["from,to\nhosts,a\na,a\n", 3, "out-of-range"],
    ["from,to,count\nhosts,a,x\n", 2, "out-of-range"],
    ["from,to,count,rate\nhosts,a,1\na,b,1,fast\n", 3, "unknown-unit"],
    ["from,to,count\nhosts,a,1\nhosts,a,2\n", 3, "repeated-value"],
  ] as const) {
    const main = file(`{ kind: custom, table: g.csv, link: ${LINK} }`);
    const [issue] = await issuesFrom(readCluster(beside(main, { "g.csv": table })));
    deepEqual([issue?.code, issue?.line], [code, line], table);
    ok(issue?.file.endsWith("g.csv"));
  }
});

const switches = "switches: [{ name: a, hosts: 1 }, { name: b, hosts: 1 }]";

const joined = `link: ${LINK}, localLink: ${LINK}`;
const box = "switch: { ports: 16, latency: 0 ns }";
const UNBUILT = [
  [
    `{ kind: dragonfly, groups: 9, switchesPerGroup: 2, hostsPerSwitch: 2, ` +
      `globalLinksPerSwitch: 2, ${joined}, globalLink: ${LINK} }`,
    "too-many-ports",
    /take 4 groups fewer, or 4 global ports more a group/,
  ],
  [
    `{ kind: dragonfly, groups: 3, switchesPerGroup: 10, hostsPerSwitch: 8, ` +
      `globalLinksPerSwitch: 2, ${joined}, globalLink: ${LINK}, ${box} }`,
    "too-many-ports",
    /take 3 links fewer, or a switch of at least 19 ports/,
  ],
  [
    `{ kind: dragonfly-plus, groups: 2, leavesPerGroup: 2, spinesPerGroup: 9, ` +
      `hostsPerLeaf: 8, globalLinksPerSpine: 1, ${joined}, globalLink: ${LINK}, ${box} }`,
    "too-many-ports",
    /take 1 links fewer, or a switch of at least 17 ports/,
  ],
  [
    `{ kind: hyperx, shape: [4, 4], widths: [1], hostsPerSwitch: 2, ${joined} }`,
    "wrong-type",
    /write 1/,
  ],
  [
    `{ kind: slim-fly, q: 6, hostsPerSwitch: 2, ${joined} }`,
    "no-such-size",
    /take 5 \(50 switches\) or 7 \(98 switches\)/,
  ],
  [
    `{ kind: slim-fly, q: 9, hostsPerSwitch: 4, ${joined}, ${box} }`,
    "too-many-ports",
    /take 1 links fewer/,
  ],
  [
    `{ kind: slices, shape: [4, 3], slices: 2, acceleratorsPerLink: 8, link: ${LINK}, ` +
      `sliceLink: ${LINK} }`,
    "does-not-divide",
    /take 1, 2 or 4/,
  ],
  [`{ kind: custom, ${switches}, link: ${LINK} }`, "unreachable-rank", /add a cable/],
  [`{ kind: custom, switches: [{ name: a }], link: ${LINK} }`, "missing-key", /hosts: 8/],
  [
    `{ kind: custom, ${switches}, cables: [{ from: a, to: bb }], link: ${LINK} }`,
    "unknown-link",
    /did you mean|list it/,
  ],
] as const;

test("what cannot be built is refused, with how many are missing and the ways out", async () => {
  for (const [fabric, code, words] of UNBUILT) {
    const issues = await issuesFrom(readCluster(written("x.yaml", file(fabric))));
    const issue = issues.find((one) => one.code === code);
    ok(issue !== undefined && words.test(issue.nextStep), JSON.stringify(issues));
    equal(issue.line, 5);
  }
});

test("zero bandwidth is refused at its place", async () => {
  const none = "{ rate: 0 Gb/s, latency: 1 us }";
  const local = `localLink: ${LINK}`;
  const fabric = `{ kind: hyperx, shape: [2], hostsPerSwitch: 1, link: ${none}, ${local} }`;
  const [issue] = await issuesFrom(readCluster(written("x.yaml", file(fabric))));
  deepEqual([issue?.code, issue?.line, issue?.pointer], ["out-of-range", 5, "/fabric/link/rate"]);
});

test("rails that meet nowhere, and leaves without a way up, are refused", async () => {
  const tree = (more: string): string =>
    `{ kind: fat-tree, ports: 64, portsPerLeaf: 16, spineRadix: 32, link: ${LINK}, ` +
    `uplink: ${LINK}, ${more} }`;
  for (const [more, pointer] of [
    ["uplinksPerLeaf: 16, railOnly: true", "/fabric/railOnly"],
    ["uplinksPerLeaf: 0", "/fabric/uplinksPerLeaf"],
  ] as const) {
    const issues = await issuesFrom(readCluster(written("x.yaml", file(tree(more)))));
    deepEqual(
      issues.map((issue) => `${issue.code} ${issue.pointer}`),
      [`unreachable-rank ${pointer}`],
    );
  }
});

test("a shape that no cubes make is refused; less than a cube is a mesh", async () => {
  const torus = (shape: string): string =>
    file(`{ kind: torus, shapes: [${shape}], cubeLength: 4, link: ${LINK} }`);
  const [issue] = await issuesFrom(readCluster(written("x.yaml", torus("[4, 4, 6]"))));
  deepEqual([issue?.code, issue?.pointer], ["no-such-size", "/fabric/shapes/0"]);
  ok(await readCluster(written("y.yaml", torus("[2, 4, 4]"))));
});

test("networks inside nodes come from the node's file", async () => {
  const [mesh, cube, tree] = await Promise.all(
    ["mi300x-mesh", "v100-cube-mesh", "pcie-8"].map((id) => readCluster(id)),
  );
  deepEqual(
    [mesh, cube, tree].map((one) => one?.node.scaleUp?.shape),
    ["full-mesh", "cube-mesh", "pcie-tree"],
  );
  deepEqual(tree?.node.scaleUp?.fanouts, [2, 2]);
});

test("a network that does not fit the number of accelerators is refused", async () => {
  const scaleUp = (more: string): string =>
    `{ name: n, accelerators: 6, scaleUp: { rate: 1 GB/s, latency: 0 ns, ${more} } }`;
  for (const more of ["shape: cube-mesh", "shape: pcie-tree", "fanouts: [2]"]) {
    const text = file(`{ kind: switch, hosts: 2, link: ${LINK} }`, scaleUp(more));
    const [issue] = await issuesFrom(readCluster(written("x.yaml", text)));
    deepEqual([issue?.pointer, issue?.code], ["/node", "out-of-range"], more);
  }
});
