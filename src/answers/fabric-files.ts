/**
 * A cluster's graph as the network of another simulator: SimGrid's platform, link by link and route
 * by route, and ASTRA-sim's dimensions, where the graph has them.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { linkId } from "../base/ids.ts";
import type { Graph } from "../records/graph.ts";
import { astraDimension, farthest, wayOf } from "../network/compat/same-question.ts";

/** Routes are written pair by pair. */
const RANKS_MOST = 256;

function tooMany(rankCount: number): Refusal {
  return new Refusal({
    code: "out-of-range",
    pointer: "",
    found: `${rankCount} ranks`,
    expected: `at most ${RANKS_MOST}, since each pair has a route of its own`,
    nextStep: "take fewer with --ranks",
  });
}

const quoted = (text: string): string =>
  text.replace(/[^\x20-\x7e]|[<>&"']/g, (letter) =>
    letter.length === 1 && letter > "~" ? "-" : `&#${letter.charCodeAt(0)};`,
  );

/** Entities are refused by many readers, our own among them, so names keep plain letters only. */
function plainName(text: string): string {
  return quoted(text)
    .replace(/&#\d+;/g, "_")
    .replace(/\s*-\s*/g, "-")
    .replaceAll(" ", "_");
}

export function simgridPlatformText(graph: Graph): string {
  const { rankCount } = graph;
  if (rankCount > RANKS_MOST) throw tooMany(rankCount);
  const used = new Set<number>();
  const routes: string[] = [];
  for (let source = 0; source < rankCount; source++) {
    for (let target = 0; target < rankCount; target++) {
      if (source === target) continue;
      const { links } = wayOf(graph, source, target);
      for (const link of links) used.add(link);
      const ids = links.map((link) => `<link_ctn id="l${link}"/>`).join("");
      const ends = `src="rank-${source}" dst="rank-${target}" symmetrical="NO"`;
      routes.push(`    <route ${ends}>${ids}</route>`);
    }
  }
  const hosts = Array.from({ length: rankCount }, (_, i) => {
    return `    <host id="rank-${i}" speed="1Gf"/>`;
  });
  const links = [...used]
    .sort((a, b) => a - b)
    .map((link) => {
      const rate = `bandwidth="${at(graph.linkBytesPerS, link)}Bps"`;
      const latency = `latency="${at(graph.linkLatencyS, link)}s"`;
      const name = plainName(graph.linkName(linkId(link)));
      const note = `    <!-- ${name.replaceAll("--", "-")} -->`;
      return `${note}\n    <link id="l${link}" ${rate} ${latency}/>`;
    });
  const body = [...hosts, ...links, ...routes].join("\n");
  const zone = `  <zone id="${plainName(graph.clusterId)}" routing="Full">\n${body}\n  </zone>`;
  return `<?xml version='1.0'?>\n<platform version="4.1">\n${zone}\n</platform>\n`;
}

interface YmlDimension {
  readonly topology: string;
  readonly npuCount: number;
  readonly bytesPerS: number;
  readonly latencyS: number;
}

/** Its bandwidth is written in its own gigabytes of 2^30 bytes. */
export function astraNetworkText(graph: Graph): string {
  const dimensions = dimensionsOf(graph);
  const list = (of: (dimension: YmlDimension) => string | number) =>
    `[ ${dimensions.map(of).join(", ")} ]`;
  return [
    `# ${plainName(graph.clusterId)}: innermost first; 2^30 bytes a second, ns`,
    `topology: ${list(({ topology }) => topology)}`,
    `npus_count: ${list(({ npuCount }) => npuCount)}`,
    `bandwidth: ${list(({ bytesPerS }) => bytesPerS / 2 ** 30)}`,
    `latency: ${list(({ latencyS }) => Math.round(latencyS * 1e9 * 1e3) / 1e3)}`,
    "",
  ].join("\n");
}

function dimensionsOf(graph: Graph): YmlDimension[] {
  const one = astraDimension(graph);
  if (one !== undefined) {
    const { topology, npuCount, bandwidthGibPerS, latencyNs } = one;
    return [{ topology, npuCount, bytesPerS: bandwidthGibPerS * 1e9, latencyS: latencyNs / 1e9 }];
  }
  const { family, shape, wraps, ranksPerNode, nodeCount } = graph;
  const far = farthest(graph);
  const perLink = (way: ReturnType<typeof wayOf>, hops: number) => way.latencyS / hops;
  const inside = wayOf(graph, 0, 1);
  if (family === "torus" && ranksPerNode === 1 && wraps.every((isClosed) => isClosed)) {
    return shape
      .filter((npuCount) => npuCount > 1)
      .map((npuCount) => ({
        ...{ topology: "Ring", npuCount, bytesPerS: inside.leastBytesPerS },
        latencyS: inside.latencyS,
      }));
  }
  if (!["switch", "fat-tree"].includes(family) || nodeCount < 2) {
    throw new Refusal({
      code: "not-simulated",
      pointer: "",
      found: `a ${family} of ${nodeCount} nodes`,
      expected: "a closed torus, or nodes under switches: rings, meshes and switches by dimension",
      nextStep: "take export simgrid, which writes any fabric",
    });
  }
  const outer = {
    ...{ topology: "Switch", npuCount: nodeCount, bytesPerS: far.leastBytesPerS },
    // Two links lead through a switch there, however many the fabric has.
    latencyS: perLink(far, 2),
  };
  if (ranksPerNode === 1) return [outer];
  const hops = inside.links.length;
  const topology = hops === 1 ? "FullyConnected" : "Switch";
  const innerS = perLink(inside, Math.min(2, hops));
  return [
    { topology, npuCount: ranksPerNode, bytesPerS: inside.leastBytesPerS, latencyS: innerS },
    outer,
  ];
}
