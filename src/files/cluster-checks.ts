/** The third layer of checking: what no schema can say, because it counts ports and nodes. */
import type { CoreFile, FabricFile, NonBlockingFabricFile } from "./cluster-file.ts";
import type { ResolvedCluster } from "./cluster-file.ts";
import type { Finding } from "./issues.ts";
import type { SwitchFile } from "./parts.ts";

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

function fabricFindings(fabric: FabricFile, parts: ResolvedCluster): Finding[] {
  if (fabric.kind === "torus") {
    const twists = fabric.twisted === true ? twistFindings(fabric.shapes) : [];
    return [...torusFindings(fabric.shapes), ...twists];
  }
  if (fabric.kind === "non-blocking") return nonBlockingFindings(fabric, parts);
  if (fabric.kind === "switch") {
    return portFindings("/fabric/hosts", `${fabric.hosts} hosts`, fabric.hosts, parts.oneSwitch);
  }
  const { portsPerLeaf, uplinksPerLeaf, spineRadix } = fabric;
  const leaf = portsPerLeaf + uplinksPerLeaf;
  const perNode = parts.host.accelerators;
  // On rails every group of portsPerLeaf nodes has a leaf for each accelerator of a node.
  const leafCount = fabric.rails
    ? perNode * Math.ceil(fabric.ports / perNode / portsPerLeaf)
    : Math.ceil(fabric.ports / portsPerLeaf);
  const sum = `${portsPerLeaf} down + ${uplinksPerLeaf} up = ${leaf} ports`;
  return [
    ...portFindings("/fabric/uplinksPerLeaf", sum, leaf, parts.leafSwitch),
    ...portFindings("/fabric/spineRadix", `${spineRadix} ports`, spineRadix, parts.spineSwitch),
    ...(fabric.core === undefined
      ? twoTierFindings(fabric, leafCount)
      : coreFindings(fabric.core, fabric, leafCount)),
    ...coreSwitchFindings(fabric.core, parts),
    ...spineFindings(fabric, leafCount),
  ];
}

type FatTreeFile = Extract<FabricFile, { readonly kind: "fat-tree" }>;

function twoTierFindings({ spineRadix }: FatTreeFile, leafCount: number): Finding[] {
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
  return portFindings("/fabric/core/coreRadix", found, core.coreRadix, parts.coreSwitch);
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

function portFindings(
  pointer: string,
  found: string,
  needed: number,
  part: SwitchFile | undefined,
): Finding[] {
  if (part === undefined || needed <= part.ports) return [];
  const expected = `at most the ${part.ports} ports of ${part.name ?? part.id ?? "the switch"}`;
  return [finding(pointer, "too-many-ports", found, expected, "take fewer, or a larger switch")];
}

function torusFindings(shapes: readonly (readonly number[])[]): Finding[] {
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

function finding(
  pointer: string,
  code: string,
  found: string,
  expected: string,
  nextStep: string,
): Finding {
  return { pointer, part: "value", complaint: { code, found, expected, nextStep } };
}
