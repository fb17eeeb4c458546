/** The JSON beside a report, from which every report can be made again. */
import { largeProperties } from "./large-result.ts";
import { measurementBody } from "./measurement.ts";
import { defs, many, prose } from "./result-rows.ts";
import type { Properties, Schema } from "./schema.ts";
import { choice, file, flag, group, number, oneOf, ref, tag } from "./schema.ts";

const whole = (what: string): Schema => ({
  type: "integer",
  description: what,
  examples: [64],
  minimum: 0,
});

const answer = group("The answer", {
  sentence: prose("One sentence with its numbers", "Up to 512 accelerators."),
  verdict: choice("Verdict", ["yes", "no", "unclear", "answer"]),
  beware: many("What else one must know", prose("One sentence", "Prices are old.")),
});

const head: Properties = {
  schemaVersion: { ...whole("Version of this layout"), examples: [1] },
  id: prose("File stem of the question", "quickstart"),
  question: prose("The question in words", "Which fabric?"),
  answer: ref("answer"),
  asOf: prose("Date the answer is for", "2026-11-23"),
  catalog: prose("Date of the shipped parts and prices", "2026-11-23"),
  seed: { ...whole("Seed of every random choice"), examples: [1] },
  version: prose("Version of the program", "0.1.0"),
  fidelity: choice("Fidelity of the network", ["flow"]),
  semantics: choice("When a step of a collective starts", ["barrier", "rendezvous", "stream"]),
  assumptions: many("Every numeric input", ref("assumption")),
  next: many("Commands that go on from here", prose("A command", "fabricast explain mfu")),
  reproduce: prose("The command that makes this again", "fabricast run quickstart.yaml"),
};

const drawingHead: Properties = {
  clusterId: prose("Cluster", "h100-torus"),
  name: prose("Name", "H100, 3D torus"),
  rankCount: whole("Accelerators"),
  nodeCount: whole("Nodes"),
  ranksPerNode: whole("Accelerators per node"),
  loadOf: prose("Whose load is drawn", "one reduce-scatter"),
  tiers: many(
    "Links between two rows",
    group("A tier", {
      kind: prose("Kind", "uplink"),
      name: prose("Name", "leaf to spine"),
      cableCount: whole("Cables"),
      linkBytesPerS: number("Rate of one direction", 5e10),
      utilizationMax: number("Busiest link", 0.9),
      utilizationMean: number("Mean link", 0.4),
    }),
  ),
};

const drawing = oneOf(
  "A drawing",
  "family",
  group("One switch", { ...drawingHead, family: tag("switch", "One switch") }),
  group(
    "A fat tree",
    {
      ...drawingHead,
      family: tag("fat-tree", "A fat tree"),
      leafCount: whole("Leaves"),
      spineCount: whole("Spines"),
      leafPortCounts: many("Ports in use on each leaf", whole("Ports")),
      uplinksPerLeaf: whole("Uplinks"),
      podCount: whole("Pods"),
      coreCount: whole("Cores"),
    },
    ["podCount", "coreCount"],
  ),
  group("A torus", {
    ...drawingHead,
    family: tag("torus", "A torus"),
    shape: many("Nodes per dimension", whole("Nodes")),
    wraps: many("Whether each closes", flag("Closes")),
  }),
);

const money: Properties = {
  bills: many("What one buys", ref("bill")),
  costs: many("One table a basis", ref("costTable")),
  drawings: many("Drawings", ref("drawing")),
  sensitivities: many("What moves the answer", ref("sensitivity")),
};
const rows = many("Rows", ref("row"));
const efficiencyMin = number("Efficiency asked for", 0.9);
const baseRankCount = whole("Accelerators efficiency is counted against");

const costBasis = choice("Basis of the money in the rows", ["ownership", "rent"]);

const compare = group(
  "Several clusters compared",
  {
    kind: tag("compare", "Several clusters compared"),
    ...head,
    efficiencyMin,
    baseRankCount,
    costBasis,
    recommended: group("What is recommended", {
      clusterId: prose("Cluster", "h100-torus"),
      rankCount: whole("Accelerators"),
    }),
    clusters: many("Clusters", ref("clusterSummary")),
    rows,
    whatIfs: many("Changed on purpose", ref("whatIf")),
    replays: rows,
    ...money,
    differences: many("Why they differ", ref("difference")),
    measurement: ref("measurement"),
    measurementFile: prose("A stored measurement taken instead", "m.json"),
  },
  ["recommended", "measurement", "measurementFile"],
);

const simulate = group("One step", {
  kind: tag("simulate", "One step"),
  ...head,
  costBasis,
  rows,
  ...money,
});

const solve = group(
  "The largest size",
  {
    kind: tag("solve", "The largest size"),
    ...head,
    efficiencyMin,
    baseRankCount,
    largestRankCount: whole("Largest size that holds"),
    value: whole("The same, as other inputs that are pushed tell it"),
    unit: prose("Its unit", "accelerators"),
    margin: number("Distance of the efficiency from its bound there, as a share", 0.02),
    binding: prose("What limits the next size", "uplink (leaf-3:spine-5)"),
    rows,
  },
  ["largestRankCount", "value", "unit", "margin", "binding"],
);

const collective = group("Collective times", {
  kind: tag("collective", "Collective times"),
  ...head,
  clusterId: prose("Cluster", "bare-switch-64"),
  rows: many("Rows", ref("collectiveRow")),
});

const large = group(
  "One step of a large model",
  { kind: tag("large", "One step of a large model"), ...head, ...largeProperties },
  ["usdPerHour", "search", "anchored"],
);

export const result = file(
  "result",
  "A result: the one truth every report is made from",
  oneOf("A result", "kind", compare, simulate, solve, collective, large),
  { ...defs, drawing, answer, measurement: measurementBody },
);
