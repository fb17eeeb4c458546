/** The third layer of checking: what no schema can say, because it counts ports and nodes. */
import type { FabricFile, NonBlockingFabricFile, ResolvedCluster } from "./cluster-file.ts";
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
  if (fabric.kind === "torus") return torusFindings(fabric.shapes);
  if (fabric.kind === "non-blocking") return nonBlockingFindings(fabric, parts);
  if (fabric.kind === "switch") {
    return portFindings("/fabric/hosts", `${fabric.hosts} hosts`, fabric.hosts, parts.oneSwitch);
  }
  const { portsPerLeaf, uplinksPerLeaf, spineRadix, ports } = fabric;
  const leaf = portsPerLeaf + uplinksPerLeaf;
  const sum = `${portsPerLeaf} down + ${uplinksPerLeaf} up = ${leaf} ports`;
  const leafCount = Math.ceil(ports / portsPerLeaf);
  const findings = [
    ...portFindings("/fabric/uplinksPerLeaf", sum, leaf, parts.leafSwitch),
    ...portFindings("/fabric/spineRadix", `${spineRadix} ports`, spineRadix, parts.spineSwitch),
  ];
  if (leafCount > spineRadix) {
    const found = `${leafCount} leaves`;
    const expected = `at most ${spineRadix}, one port of a spine each`;
    const next = "two tiers do not reach; take fewer ports or larger switches";
    findings.push(finding("/fabric/ports", "too-many-ports", found, expected, next));
  }
  return findings;
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

function finding(
  pointer: string,
  code: string,
  found: string,
  expected: string,
  nextStep: string,
): Finding {
  return { pointer, part: "value", complaint: { code, found, expected, nextStep } };
}
