/** The third layer of checking: what no schema can say, because it counts ports and nodes. */
import type { CoreFile, FabricFile, NonBlockingFabricFile } from "./cluster-file.ts";
import type { ResolvedCluster } from "./cluster-file.ts";
import { directFindings } from "./direct-checks.ts";
import { finding, portFinding } from "./finding.ts";
import type { Finding } from "./issues.ts";

/** Findings about a cluster whose shape is right but which cannot be built. */
export function clusterFindings(parts: ResolvedCluster): Finding[] {
  const { fabric } = parts.file;
  return [...nodeFindings(parts), ...fabricFindings(fabric, parts)];
}

function nodeFindings({ host, accelerator, file }: ResolvedCluster): Finding[] {
  const { accelerators: count, scaleUp } = host;
  const findings: Finding[] = [];
  if (count > 1 && scaleUp === undefined) {
    const expected = `scaleUp, as ${count} accelerators share a node`;
    findings.push(
      finding("/node", "missing-key", `no "scaleUp"`, expected, "add its rate and latency"),
    );
  }
  findings.push(...scaleUpFindings(host));
  if (file.fabric.kind === "fat-tree" && file.fabric.ports % count !== 0) {
    const { ports } = file.fabric;
    const expected = `a multiple of the ${count} accelerators of a node`;
    const next = `take ${ports - (ports % count)}`;
    findings.push(finding("/fabric/ports", "does-not-divide", String(ports), expected, next));
  }
  if (accelerator !== undefined && accelerator.matmulBf16.value > accelerator.peakBf16.value) {
    const expected = "a matmul no faster than the dense peak";
    const next = "is one of the two a sparse figure?";
    findings.push(finding("/node", "out-of-range", "matmulBf16 above peakBf16", expected, next));
  }
  return findings;
}

/** A cube mesh has eight, a PCIe tree its fanouts, and tables of ways an end. */
function scaleUpFindings({ accelerators: count, scaleUp }: ResolvedCluster["host"]): Finding[] {
  if (scaleUp === undefined) return [];
  const { shape = "star", fanouts } = scaleUp;
  const found = `${shape} of ${count} accelerators`;
  const wrong = (expected: string, next: string): Finding[] => [
    finding("/node", "out-of-range", found, expected, next),
  ];
  if (shape === "cube-mesh" && count !== 8) return wrong("8 of them", "take full-mesh or star");
  if (shape === "pcie-tree" && fanouts === undefined) {
    return wrong("fanouts: accelerators a switch, switches a socket", "write fanouts: [2, 2]");
  }
  if (shape !== "pcie-tree" && fanouts !== undefined) {
    return wrong("fanouts only in a pcie-tree", "leave fanouts out");
  }
  if (shape !== "star" && count > 256) return wrong("at most 256", "take a star");
  return [];
}

function fabricFindings(fabric: FabricFile, parts: ResolvedCluster): Finding[] {
  if (fabric.kind === "torus") return torusFindings(fabric);
  if (fabric.kind === "non-blocking") return nonBlockingFindings(fabric, parts);
  if (fabric.kind === "switch") {
    return portFinding("/fabric/hosts", `${fabric.hosts} hosts`, fabric.hosts, parts.oneSwitch);
  }
  if (fabric.kind !== "fat-tree") return directFindings(fabric, parts);
  const { portsPerLeaf, uplinksPerLeaf, spineRadix } = fabric;
  const leaf = portsPerLeaf + uplinksPerLeaf;
  const perNode = parts.host.accelerators;
  // On rails every group of portsPerLeaf nodes has a leaf for each accelerator of a node.
  const leafCount =
    fabric.rails || fabric.railOnly
      ? perNode * Math.ceil(fabric.ports / perNode / portsPerLeaf)
      : Math.ceil(fabric.ports / portsPerLeaf);
  const sum = `${portsPerLeaf} down + ${uplinksPerLeaf} up = ${leaf} ports`;
  // Where rails do not meet, spines join the leaves of one rail.
  const joined = fabric.railOnly ? leafCount / perNode : leafCount;
  return [
    ...portFinding("/fabric/uplinksPerLeaf", sum, leaf, parts.leafSwitch),
    ...portFinding("/fabric/spineRadix", `${spineRadix} ports`, spineRadix, parts.spineSwitch),
    ...(fabric.core === undefined
      ? twoTierFindings(fabric, joined)
      : coreFindings(fabric.core, fabric, joined)),
    ...coreSwitchFindings(fabric.core, parts),
    ...spineFindings(fabric, joined),
    ...railFindings(fabric, parts),
  ];
}

type FatTreeFile = Extract<FabricFile, { readonly kind: "fat-tree" }>;

/** Rails that do not meet in the fabric must meet in the node. */
function railFindings(fabric: FatTreeFile, { host }: ResolvedCluster): Finding[] {
  if (fabric.railOnly !== true) return [];
  const findings: Finding[] = [];
  if (host.accelerators === 1 || host.scaleUp === undefined) {
    const found = "rails that meet nowhere";
    const expected = "nodes of several accelerators with scaleUp, where rails meet";
    const next = "take rails, which meet in the spines";
    findings.push(finding("/fabric/railOnly", "unreachable-rank", found, expected, next));
  }
  if (fabric.core !== undefined) {
    const expected = "two tiers: leaves and spines of one rail";
    const next = "leave core out";
    findings.push(finding("/fabric/core", "unknown-key", "a core above rails", expected, next));
  }
  return findings;
}

function twoTierFindings(
  { spineRadix, uplinksPerLeaf }: FatTreeFile,
  leafCount: number,
): Finding[] {
  if (uplinksPerLeaf === 0 && leafCount > 1) {
    const found = `0 uplinks for ${leafCount} leaves`;
    const expected = "uplinks where there are several leaves";
    const next = "give a leaf uplinks, or put all ports on one leaf";
    return [finding("/fabric/uplinksPerLeaf", "unreachable-rank", found, expected, next)];
  }
  if (leafCount <= spineRadix) return [];
  const found = `${leafCount} leaves`;
  const expected = `at most ${spineRadix}, one port of a spine each`;
  const next = "two tiers do not reach; add a core, take fewer ports or larger switches";
  return [finding("/fabric/ports", "too-many-ports", found, expected, next)];
}

/** A pod's leaves need ports of each spine, the pods ports of each core. */
function coreFindings(core: CoreFile, fabric: FatTreeFile, leafCount: number): Finding[] {
  const { leavesPerPod, uplinksPerSpine, coreRadix } = core;
  const down = fabric.spineRadix - uplinksPerSpine;
  const podCount = Math.ceil(leafCount / leavesPerPod);
  const findings: Finding[] = [];
  if (leavesPerPod > down) {
    const found = `${leavesPerPod} leaves a pod`;
    const ports = `${fabric.spineRadix} ports − ${uplinksPerSpine} up = ${down}`;
    const expected = `at most the ${ports} of a spine that look down`;
    const next = `add ${leavesPerPod - down} ports to the spines, or take smaller pods`;
    findings.push(finding("/fabric/core/leavesPerPod", "too-many-ports", found, expected, next));
  }
  if (podCount > coreRadix) {
    const expected = `at most ${coreRadix}, one port of a core each`;
    const next = `take cores of ${podCount} ports, or larger pods`;
    findings.push(
      finding("/fabric/core/coreRadix", "too-many-ports", `${podCount} pods`, expected, next),
    );
  }
  return findings;
}

function coreSwitchFindings(core: CoreFile | undefined, parts: ResolvedCluster): Finding[] {
  if (core === undefined) return [];
  const found = `${core.coreRadix} ports`;
  return portFinding("/fabric/core/coreRadix", found, core.coreRadix, parts.coreSwitch);
}

/** Spines that are given must take all uplinks, each leaf's evenly. */
function spineFindings(fabric: FatTreeFile, allLeaves: number): Finding[] {
  const { spines, uplinksPerLeaf, spineRadix, core } = fabric;
  if (spines === undefined) return [];
  if (uplinksPerLeaf % spines !== 0) {
    const expected = `a divisor of the ${uplinksPerLeaf} uplinks of a leaf`;
    const next = "uplinks are spread evenly; change one of the two";
    return [finding("/fabric/spines", "does-not-divide", `${spines} spines`, expected, next)];
  }
  const leafCount = core?.leavesPerPod ?? allLeaves;
  const needed = leafCount * (uplinksPerLeaf / spines) + (core?.uplinksPerSpine ?? 0);
  if (needed <= spineRadix) return [];
  const expected = `at most the ${spineRadix} of a spine`;
  const next = `${needed - spineRadix} ports a spine are missing: more spines, or larger ones`;
  return [finding("/fabric/spines", "too-many-ports", `${needed} ports`, expected, next)];
}

/** Three tiers of switches with k ports reach k³/4 endpoints; planes multiply the ports. */
function nonBlockingFindings(
  { nodes, otherPorts = 0, planes = 1 }: NonBlockingFabricFile,
  { host, leafSwitch }: ResolvedCluster,
): Finding[] {
  const radix = (leafSwitch?.ports ?? 0) * planes;
  const pointer = "/fabric/switch";
  if (radix < 2 || radix % 2 !== 0) {
    const expected = "an even number, half of them for each direction";
    return [finding(pointer, "out-of-range", `${radix} ports`, expected, "take another switch")];
  }
  const endpointCount = nodes * host.accelerators + otherPorts;
  const most = radix ** 3 / 4;
  if (endpointCount <= most) return [];
  const expected = `at most ${most}, what three tiers of ${radix} ports reach`;
  const next = "take fewer nodes or larger switches";
  return [finding("/fabric/nodes", "too-many-ports", `${endpointCount} ports`, expected, next)];
}

type TorusFile = Extract<FabricFile, { readonly kind: "torus" }>;

function torusFindings(fabric: TorusFile): Finding[] {
  const { shapes, twisted } = fabric;
  return [
    ...shapeFindings(shapes),
    ...shortFindings(fabric),
    ...cubeFindings(fabric),
    ...(twisted === true ? twistFindings(shapes) : []),
  ];
}

/** What closing a dimension of one or two means is not to be guessed. */
function shortFindings({ shapes, wrapLengthMin, cubeLength }: TorusFile): Finding[] {
  if (wrapLengthMin !== undefined || cubeLength !== undefined) return [];
  return shapes.flatMap((shape, i) =>
    shape.flatMap((size, d) => {
      if (size > 2) return [];
      const meaning =
        size === 1
          ? "closing it would join a node to itself"
          : "closing it lays a second cable between the same two nodes";
      const expected = `wrapLengthMin beside a dimension of ${size}: ${meaning}`;
      const next =
        size === 1
          ? "write wrapLengthMin: 1; a dimension of 1 never closes"
          : "write wrapLengthMin: 1 for two cables, 3 for one";
      const pointer = `/fabric/shapes/${i}/${d}`;
      return [finding(pointer, "out-of-range", `a dimension of ${size}`, expected, next)];
    }),
  );
}

/** Longer than a cube means whole cubes. */
function cubeFindings({ shapes, cubeLength }: TorusFile): Finding[] {
  if (cubeLength === undefined) return [];
  return shapes.flatMap((shape, i) => {
    const isFit = shape.every((size) => size % cubeLength === 0);
    if (isFit || shape.every((size) => size <= cubeLength)) return [];
    const cube = shape.map(() => cubeLength).join(" × ");
    const expected = `whole cubes of ${cube}, or less than one`;
    const next = "optical switches join whole cubes only";
    const found = shape.join(" × ");
    return [finding(`/fabric/shapes/${i}`, "no-such-size", found, expected, next)];
  });
}

function shapeFindings(shapes: readonly (readonly number[])[]): Finding[] {
  const findings: Finding[] = [];
  let before = 0;
  for (const [index, shape] of shapes.entries()) {
    const pointer = `/fabric/shapes/${index}`;
    const nodeCount = shape.reduce((product, length) => product * length, 1);
    if (shape.length !== shapes[0]?.length) {
      const expected = `${shapes[0]?.length ?? 0} dimensions like the first`;
      const found = `${shape.length} dimensions`;
      findings.push(finding(pointer, "wrong-type", found, expected, "write 1 where it is flat"));
    }
    if (nodeCount <= before || nodeCount > 1 << 20) {
      const expected = `more than the ${before} before it, and at most ${1 << 20}`;
      const next = "order the shapes from small to large";
      findings.push(finding(pointer, "out-of-range", `${nodeCount} nodes`, expected, next));
    }
    before = nodeCount;
  }
  return findings;
}

/** A twist of half a length fits only where all others are half as long as the last. */
function twistFindings(shapes: readonly (readonly number[])[]): Finding[] {
  return shapes.flatMap((shape, index) => {
    const last = shape.at(-1) ?? 0;
    const isFit = shape.length > 1 && shape.slice(0, -1).every((size) => 2 * size === last);
    if (isFit) return [];
    const expected = "k × 2k or k × k × 2k, where closing links twist";
    const next = "leave twisted out, or change the shape";
    const found = shape.join(" × ");
    return [finding(`/fabric/shapes/${index}`, "out-of-range", found, expected, next)];
  });
}
