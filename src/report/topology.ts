/** One fabric by itself: as text for a terminal, as a drawing that stands alone. */
import { bitRate, fixed, percent } from "../base/format.ts";
import type { Drawing, DrawnTier, GroupsDrawing } from "../records/drawing.ts";
import type { FabricCounts } from "../records/fabric-plan.ts";
import { AXES } from "../records/graph.ts";
import { plain } from "./escape.ts";
import { layOut } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

/** Tiers with counts, cables and rates; loads only where there was one. */
export function topologyText(drawing: Drawing, ends?: FabricEnds): string {
  const isLoaded = drawing.tiers.some((tier) => tier.utilizationMax > 0);
  const load: TextColumn<DrawnTier>[] = [
    { head: "busiest", isNumber: true, cell: (tier) => percent(tier.utilizationMax, 0) },
    { head: "mean", isNumber: true, cell: (tier) => percent(tier.utilizationMean, 0) },
  ];
  const columns: TextColumn<DrawnTier>[] = [
    { head: "links", cell: (tier) => plain(tier.name) },
    { head: "cables", isNumber: true, cell: (tier) => fixed(tier.cableCount) },
    { head: "each, one direction", isNumber: true, cell: (tier) => bitRate(tier.linkBytesPerS) },
    { head: "all", isNumber: true, cell: (tier) => bitRate(tier.linkBytesPerS * tier.cableCount) },
    ...(isLoaded ? load : []),
  ];
  const laid = layOut(columns, drawing.tiers, Infinity);
  const lines = [
    plain(`${drawing.name} (${drawing.clusterId})`),
    ...[...factsOf(drawing), ...endFacts(ends)].map(
      ([name, value]) => `  ${name.padEnd(14)}${value}`,
    ),
    "",
    `  ${laid.head}`,
    `  ${"─".repeat(laid.columnCount)}`,
    ...laid.rows.map((row) => `  ${row}`),
    ...(isLoaded ? ["", `  load of ${plain(drawing.loadOf)}`] : []),
  ];
  return `${lines.join("\n").replaceAll("\u00a0", " ")}\n`;
}

/** A fabric's counts beside those of the design it is held against. */
export function againstText(
  counts: FabricCounts,
  reference: { readonly name: string; readonly counts: FabricCounts },
): string {
  const rows: readonly (readonly [string, keyof FabricCounts])[] = [
    ["accelerators", "acceleratorCount"],
    ["nodes", "hostCount"],
    ["leaves", "leafCount"],
    ["spines", "spineCount"],
    ["cores", "coreCount"],
    ["host to leaf", "hostLeafCableCount"],
    ["leaf to spine", "leafSpineCableCount"],
    ["spine to core", "spineCoreCableCount"],
    ["other cables", "neighborCableCount"],
    ["bisection, GB/s", "bisectionBytesPerS"],
    ["diameter, links", "diameterHopCount"],
  ];
  const value = (of: FabricCounts, key: keyof FabricCounts): number =>
    key === "bisectionBytesPerS" ? of[key] / 1e9 : of[key];
  const columns: TextColumn<readonly [string, keyof FabricCounts]>[] = [
    { head: "count", cell: ([name]) => name },
    { head: "here", isNumber: true, cell: ([, key]) => fixed(value(counts, key)) },
    { head: "reference", isNumber: true, cell: ([, key]) => fixed(value(reference.counts, key)) },
    {
      head: "difference",
      isNumber: true,
      cell: ([, key]) => {
        const difference = value(counts, key) - value(reference.counts, key);
        return difference === 0
          ? "="
          : `${difference > 0 ? "+" : "−"}${fixed(Math.abs(difference))}`;
      },
    },
  ];
  const kept = rows.filter(([, key]) => counts[key] !== 0 || reference.counts[key] !== 0);
  const laid = layOut(columns, kept, Infinity);
  const lines = ["", `against ${plain(reference.name)}`, `  ${laid.head}`];
  lines.push(...laid.rows.map((row) => `  ${row}`));
  return `${lines.join("\n").replaceAll("\u00a0", " ")}\n`;
}

/** Middle and width of a fabric, and how they were found. */
export interface FabricEnds {
  readonly bisectionBytesPerS: number;
  readonly diameterHopCount: number;
  /** By maximum flow from the first half of the nodes to the second, not by a formula. */
  readonly isMeasured: boolean;
}

function endFacts(ends: FabricEnds | undefined): (readonly [string, string])[] {
  if (ends === undefined) return [];
  const how = ends.isMeasured ? ", the most that flows from the first half to the second" : "";
  return [
    ["bisection", `${bitRate(ends.bisectionBytesPerS)}${how}`],
    ["diameter", `${fixed(ends.diameterHopCount)} links`],
  ];
}

function factsOf(drawing: Drawing): (readonly [string, string])[] {
  const head: (readonly [string, string])[] = [
    ["ranks", fixed(drawing.rankCount)],
    ["nodes", `${fixed(drawing.nodeCount)}, ${fixed(drawing.ranksPerNode)} ranks each`],
  ];
  switch (drawing.family) {
    case "switch":
      return [["family", "one switch"], ...head];
    case "fat-tree": {
      const ports = Math.max(0, ...drawing.leafPortCounts);
      const each = `at most ${fixed(ports)} ports down, ${fixed(drawing.uplinksPerLeaf)} up`;
      const { planeCount } = drawing;
      const planes = planeCount === undefined ? "" : `, ${fixed(planeCount)} planes like this`;
      return [
        ["family", `fat tree, ${drawing.coreCount === undefined ? "two" : "three"} tiers${planes}`],
        ...head,
        ["leaves", `${fixed(drawing.leafCount)}, ${each}`],
        ["spines", fixed(drawing.spineCount)],
        ...(drawing.coreCount === undefined
          ? []
          : [
              [
                "cores",
                `${fixed(drawing.coreCount)}, joining ${fixed(drawing.podCount ?? 1)} pods`,
              ] as const,
            ]),
      ];
    }
    case "torus": {
      const shape = drawing.shape.map((length) => fixed(length)).join(" × ");
      const closed = AXES.filter((_, index) => drawing.wraps[index] === true);
      return [
        ["family", `${drawing.shape.length}D ${closed.length === 0 ? "mesh" : "torus"}`],
        ...head,
        ["shape", shape],
        ["closed", closed.length === 0 ? "none" : closed.join(", ")],
      ];
    }
    case "dragonfly":
    case "dragonfly-plus":
    case "hyperx":
    case "slim-fly":
    case "slices":
    case "custom":
      return [["family", FAMILIES[drawing.family]], ...head, ...groupFacts(drawing)];
  }
}

function groupFacts({ groups, groupKind, bundles }: GroupsDrawing): (readonly [string, string])[] {
  const boxes = groups.map(({ boxCount }) => boxCount);
  const [least, most] = [Math.min(...boxes), Math.max(...boxes)];
  const each = least === most ? fixed(most) : `${fixed(least)} to ${fixed(most)}`;
  const plural = `${groupKind}${groupKind.endsWith("ch") ? "es" : "s"}`;
  const cables = bundles.map(({ cableCount }) => cableCount);
  const some = cables.length === 0 ? "" : `, at most ${fixed(Math.max(...cables))} cables each`;
  return [
    [plural, most > 1 ? `${fixed(groups.length)} of ${each}` : fixed(groups.length)],
    ["joined", `${fixed(bundles.length)} pairs of ${plural}${some}`],
  ];
}

const FAMILIES: Readonly<Record<GroupsDrawing["family"], string>> = {
  dragonfly: "dragonfly",
  "dragonfly-plus": "dragonfly+",
  hyperx: "HyperX",
  "slim-fly": "Slim Fly",
  slices: "torus slices over a data-center network",
  custom: "a graph of your own",
};

/** One SVG file: title and source inside, colors baked, no outside reference. */
export async function topologySvg(drawing: Drawing): Promise<string> {
  const [{ standaloneSvg }, { fabricChart }] = await Promise.all([
    import("./chart/chart.ts"),
    import("./chart/drawing.ts"),
  ]);
  const source = `Fabricast, cluster ${drawing.clusterId}; drawn from its graph`;
  return `${await standaloneSvg(fabricChart(drawing), source)}\n`;
}
