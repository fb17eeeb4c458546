/** topologies/clusters/*.yaml: nodes and the fabric between them, at every size. */
import { hostBody } from "./host-part.ts";
import { linkBody, switchBody } from "./network-part.ts";
import { DIRECT_FABRICS } from "./direct-fabrics.ts";
import type { Properties, Schema } from "./schema.ts";
import { choice, count, figure, file, flag, group, id, list } from "./schema.ts";
import { oneOf, ref, reference, tag, text } from "./schema.ts";
import { siteBody } from "./site.ts";
import { endpointBody, softwareBody } from "./software.ts";

const link = (description: string): Schema =>
  reference(description, "link-400g-switch", ref("link"));
const switchPart = (description: string): Schema => reference(description, "qm9700", ref("switch"));

const switchLatency = figure(
  "From port to port; needed where no switch part says it, and stronger than the part's",
  "duration",
  "0 ns",
);
const cable = link("The link one buys, for the bill");

const oneSwitch: Properties = {
  kind: tag("switch", "Hosts on one switch"),
  hosts: count("Hosts, one port each", 64, { maximum: 4096 }),
  link: link("Host to switch"),
  switchLatency,
  switch: switchPart("The switch, for latency, ports and the bill"),
  cable,
};

const core = group(
  "A third tier: cores that join pods of leaves and spines",
  {
    leavesPerPod: count("Leaves of one pod", 32, { maximum: 4096 }),
    uplinksPerSpine: count("Ports of a spine that look up, to cores", 32, { maximum: 4096 }),
    coreRadix: count("Ports of one core", 64, { maximum: 4096 }),
    link: link("Spine to core"),
    coreSwitch: switchPart("The core, for ports and the bill"),
  },
  ["coreSwitch"],
);

const fatTree: Properties = {
  kind: tag("fat-tree", "Two or three tiers of switches"),
  ports: count("Ports of accelerators (or bare hosts) at full size", 1024, { maximum: 1 << 20 }),
  portsPerLeaf: count("Ports of accelerators on one leaf", 32, { maximum: 4096 }),
  uplinksPerLeaf: count("Links from one leaf up to the spines; 0 where nothing is above", 32, {
    minimum: 0,
    maximum: 4096,
  }),
  spineRadix: count("Ports of one spine", 64, { maximum: 4096 }),
  spines: count("Spines (of each pod), where not as few as have ports for all uplinks", 32, {
    maximum: 4096,
  }),
  rails: flag("Accelerator k of every node on the leaf of rail k", false),
  railOnly: flag("Rails, each with spines of its own: they meet in the nodes only", false),
  planes: count("Trees side by side: each port of a host is split into so many", 1, {
    maximum: 8,
    default: 1,
  }),
  core,
  size: choice(
    "whole: all of it is there whatever the job uses; grows: bought for the job's size",
    ["whole", "grows"],
    "whole",
  ),
  link: link("Accelerator (or host) to leaf"),
  uplink: link("Leaf to spine"),
  switchLatency,
  leafSwitch: switchPart("The leaf, for latency, ports and the bill"),
  spineSwitch: switchPart("The spine, for ports and the bill"),
  cable,
};

const nonBlocking: Properties = {
  kind: tag("non-blocking", "A fat tree whose counts follow from its hosts and its switch"),
  nodes: count("Nodes at full size, one port an accelerator", 127, { maximum: 1 << 20 }),
  otherPorts: count("Ports of leaves that managers of the fabric take, one each", 4, {
    maximum: 4096,
  }),
  planes: count("Networks side by side: each port of a host is split into so many", 2, {
    maximum: 8,
  }),
  switch: switchPart("The switch of every tier"),
  link: link("Accelerator to leaf"),
  uplink: link("Between switches"),
  cable,
};

const shape = {
  ...list("Nodes per dimension, x first", count("Nodes along one dimension", 4, { maximum: 4096 })),
  maxItems: 6,
};

const torus: Properties = {
  kind: tag("torus", "A grid of nodes, one link a neighbor and direction"),
  shapes: list("The shapes it comes in, smallest first", shape),
  twisted: flag("Closing links also move half way along the last dimension, twice as long", false),
  wrapLengthMin: count("A dimension closes to a ring only from this length on", 4, { default: 1 }),
  cubeLength: count("Rings close in shapes of whole cubes this long, and only there", 4, {
    maximum: 64,
  }),
  link: link("Node to neighbor"),
  cable,
  cablesPerNode: count("Cables a node needs: half its ports", 4, { maximum: 4096 }),
};

const fabric = oneOf(
  "The network between the nodes",
  "kind",
  group("Hosts on one switch", oneSwitch, ["switchLatency", "switch", "cable"]),
  group("Fat tree", fatTree, [
    "spines",
    "rails",
    "railOnly",
    "planes",
    "core",
    "size",
    "switchLatency",
    "leafSwitch",
    "spineSwitch",
    "cable",
  ]),
  group("Fat tree without blocking, by rule", nonBlocking, ["otherPorts", "planes", "cable"]),
  group("Torus or mesh", torus, [
    ...["twisted", "wrapLengthMin", "cubeLength", "cable", "cablesPerNode"],
  ]),
  ...DIRECT_FABRICS,
);

const knob = group("One name for several fields that change together", {
  name: text("The name --set uses", "hosts"),
  sets: list("Paths of the fields it sets", text("A path", "fabric.ports")),
});

const properties: Properties = {
  id: id("Names the cluster in questions", "h100-fat-tree-2to1"),
  name: text("As tables show it", "H100, fat tree 2:1"),
  summary: text("One line for tables", "8 × H100 a node, fat tree 2:1, 400 Gb/s a GPU"),
  node: reference("What sits at a vertex of the fabric", "hgx-h100", hostBody),
  fabric,
  knobs: list("Short names for --set", knob),
  parts: {
    type: "object",
    description: "Parts of your own by id, to be named where an id of a part may stand",
    examples: [{ "my-link": { rate: "400 Gb/s", latency: "500 ns" } }],
  },
  endpoint: endpointBody,
  software: reference("Software profile", "fused-2026", softwareBody),
  site: reference("Where it stands", "us-average", siteBody),
};

export const cluster = file(
  "cluster",
  "A cluster: nodes with accelerators and the fabric between them",
  group("A cluster", properties, ["knobs", "parts", "endpoint", "software", "site"]),
  { link: linkBody, switch: switchBody },
);
