/** Fabrics of switches that are joined to each other, in cluster files. */
import type { Properties, Schema } from "./schema.ts";
import { choice, count, figure, group, list, ref, reference, tag, text } from "./schema.ts";

const link = (description: string): Schema =>
  reference(description, "link-400g-switch", ref("link"));

const switches = (description: string, example: number): Schema =>
  count(description, example, { maximum: 4096 });

const tail: Properties = {
  link: link("Accelerator (or host) to switch"),
  switchLatency: figure("From port to port; stronger than the part's", "duration", "0 ns"),
  switch: reference("The switch, for latency, ports and the bill", "qm9700", ref("switch")),
  cable: link("The link one buys, for the bill"),
};
const optional = ["switchLatency", "switch", "cable"];

const arrangement = choice(
  "palmtree: global port k of group i leads to group i + k + 1; absolute: to the k-th other",
  ["palmtree", "absolute"],
  "palmtree",
);
const groups = switches("Groups", 33);
const globalLink = link("Between groups");
const localLink = link("Between switches");

const dragonfly = group(
  "Dragonfly",
  {
    kind: tag("dragonfly", "Groups of switches, all joined inside; groups joined pairwise"),
    groups,
    switchesPerGroup: switches("Switches of a group, all joined to each other", 8),
    hostsPerSwitch: switches("Ports of accelerators on a switch", 4),
    globalLinksPerSwitch: switches("Ports of a switch that lead to other groups", 4),
    localLinksPerPair: count("Parallel cables between two switches of a group", 1, {
      default: 1,
      maximum: 64,
    }),
    arrangement,
    ...tail,
    localLink,
    globalLink,
  },
  ["arrangement", "localLinksPerPair", ...optional],
);

const dragonflyPlus = group(
  "Dragonfly+",
  {
    kind: tag("dragonfly-plus", "Groups of leaves below spines; spines joined to other groups"),
    groups,
    leavesPerGroup: switches("Leaves of a group", 16),
    spinesPerGroup: switches("Spines of a group", 16),
    hostsPerLeaf: switches("Ports of accelerators on a leaf", 16),
    globalLinksPerSpine: switches("Ports of a spine that lead to other groups", 16),
    arrangement,
    ...tail,
    localLink,
    globalLink,
  },
  ["arrangement", ...optional],
);

const shape = (example: number): Schema => ({
  ...list("Switches per dimension", switches("Along one dimension", example)),
  maxItems: 6,
});

const hyperx = group(
  "HyperX",
  {
    kind: tag("hyperx", "Switches on a grid, all on a line joined to each other"),
    shape: shape(8),
    widths: {
      ...list(
        "Cables between two switches, per dimension; 1 where nothing is said",
        count("Parallel cables", 1, { maximum: 64 }),
      ),
      maxItems: 6,
    },
    hostsPerSwitch: switches("Ports of accelerators on a switch", 16),
    ...tail,
    localLink,
  },
  ["widths", ...optional],
);

const slimFly = group(
  "Slim Fly",
  {
    kind: tag("slim-fly", "2·q² switches, any two at most two cables apart"),
    q: count("A prime power from 3 on", 5, { minimum: 3, maximum: 64 }),
    hostsPerSwitch: switches("Ports of accelerators on a switch", 4),
    ...tail,
    localLink,
  },
  optional,
);

const slices = group(
  "Slices of a torus over a data-center network",
  {
    kind: tag("slices", "Torus slices joined by a network that does not block"),
    shape: shape(4),
    slices: switches("Slices", 4),
    acceleratorsPerLink: count("Accelerators that share a link to the network", 4, {
      maximum: 64,
    }),
    wrapLengthMin: count("A dimension closes only from this length on", 4, { default: 1 }),
    cubeLength: count("Rings close in shapes of whole cubes this long, and only there", 4, {
      maximum: 64,
    }),
    ...tail,
    sliceLink: link("Accelerator to its neighbor in the slice"),
  },
  ["wrapLengthMin", "cubeLength", ...optional],
);

const custom = group(
  "A graph of your own",
  {
    kind: tag("custom", "Switches and cables as you list them"),
    switches: list(
      "Switches, with the accelerators on them",
      group(
        "A switch",
        {
          name: text("Its name", "s0"),
          hosts: count("Ports of accelerators", 8, {
            minimum: 0,
            maximum: 4096,
          }),
        },
        ["hosts"],
      ),
      { maxItems: 65_536 },
    ),
    cables: list(
      "Cables between switches",
      group(
        "A cable",
        {
          from: text("A switch", "s0"),
          to: text("Another", "s1"),
          count: count("Parallel cables", 1, { default: 1, maximum: 4096 }),
          rate: figure("Rate of one direction; else that of link", "linkSpeed"),
          latency: figure("End to end; else that of link", "duration", "500 ns"),
        },
        ["count", "rate", "latency"],
      ),
      { maxItems: 1 << 20 },
    ),
    table: text(
      "A CSV file with from,to,count,rate,latency; from = hosts puts hosts on to",
      "g.csv",
    ),
    module: text("A module whose function topology(parameters) makes switches and cables", "g.mjs"),
    parameters: { type: "object", description: "Handed to the module", examples: [{}] },
    ...tail,
  },
  ["switches", "cables", "table", "module", "parameters", ...optional],
);

export const DIRECT_FABRICS: readonly Schema[] = [
  ...[dragonfly, dragonflyPlus, hyperx, slimFly, slices, custom],
];
