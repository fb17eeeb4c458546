/** What no schema can say about fabrics without tiers above: it counts ports and groups. */
import { directPortCount } from "../records/fabric.ts";
import type { ResolvedCluster } from "./cluster-file.ts";
import type { DirectFabricFile } from "./direct-file.ts";
import { directFabricOf } from "./direct-fabric.ts";
import { finding, portFinding } from "./finding.ts";
import type { Finding } from "./issues.ts";

export function directFindings(fabric: DirectFabricFile, parts: ResolvedCluster): Finding[] {
  return [...familyFindings(fabric, parts), ...hostFindings(fabric, parts)];
}

function familyFindings(fabric: DirectFabricFile, { oneSwitch, host, drawn }: ResolvedCluster) {
  switch (fabric.kind) {
    case "dragonfly": {
      const { groups, switchesPerGroup: a, hostsPerSwitch: p, globalLinksPerSwitch: h } = fabric;
      const local = (a - 1) * (fabric.localLinksPerPair ?? 1);
      const sum = `${p} hosts + ${local} local + ${h} global = ${p + local + h} ports`;
      return [
        ...globalFindings(groups, a * h, `${a} switches × ${h}`),
        ...portFinding("/fabric/globalLinksPerSwitch", sum, p + local + h, oneSwitch),
      ];
    }
    case "dragonfly-plus": {
      const { groups, leavesPerGroup: l, spinesPerGroup: s, hostsPerLeaf: p } = fabric;
      const h = fabric.globalLinksPerSpine;
      const [leaf, spine] = [`${p} hosts + ${s} up`, `${l} down + ${h} global`];
      return [
        ...globalFindings(groups, s * h, `${s} spines × ${h}`),
        ...portFinding("/fabric/hostsPerLeaf", `${leaf} = ${p + s} ports`, p + s, oneSwitch),
        ...portFinding(
          "/fabric/globalLinksPerSpine",
          `${spine} = ${l + h} ports`,
          l + h,
          oneSwitch,
        ),
      ];
    }
    case "hyperx":
      return hyperxFindings(fabric, oneSwitch);
    case "slim-fly":
      return slimFlyFindings(fabric, oneSwitch);
    case "slices":
      return sliceFindings(fabric, host.accelerators);
    case "custom":
      return customFindings(drawn);
  }
}

/** Every two groups need a link at least. */
function globalFindings(groups: number, ports: number, sum: string): Finding[] {
  if (ports >= groups - 1) return [];
  const missing = groups - 1 - ports;
  const found = `${groups} groups`;
  const expected = `at most ${ports + 1}: ${sum} global ports reach ${ports} other groups`;
  const next = `take ${missing} groups fewer, or ${missing} global ports more a group`;
  return [finding("/fabric/groups", "too-many-ports", found, expected, next)];
}

function hyperxFindings(
  fabric: Extract<DirectFabricFile, { readonly kind: "hyperx" }>,
  oneSwitch: ResolvedCluster["oneSwitch"],
): Finding[] {
  const { shape, widths = shape.map(() => 1), hostsPerSwitch } = fabric;
  if (widths.length !== shape.length) {
    const expected = `one width for each of the ${shape.length} dimensions`;
    const found = `${widths.length} widths`;
    return [finding("/fabric/widths", "wrong-type", found, expected, "write 1 where it is plain")];
  }
  const across = shape.map((size, d) => (size - 1) * (widths[d] ?? 1));
  const needed = across.reduce((a, b) => a + b, hostsPerSwitch);
  const sum = `${hostsPerSwitch} hosts + ${across.join(" + ")} = ${needed} ports`;
  const switchCount = shape.reduce((a, b) => a * b, 1);
  return [
    ...portFinding("/fabric/shape", sum, needed, oneSwitch),
    ...(switchCount > 1 << 16
      ? [
          finding(
            "/fabric/shape",
            "out-of-range",
            `${switchCount} switches`,
            `at most ${1 << 16}`,
            "take a smaller shape",
          ),
        ]
      : []),
  ];
}

function slimFlyFindings(
  { q, hostsPerSwitch }: Extract<DirectFabricFile, { readonly kind: "slim-fly" }>,
  oneSwitch: ResolvedCluster["oneSwitch"],
): Finding[] {
  if (!isPrimePower(q) || q % 4 === 2) {
    const near = (step: number): number => {
      let n = q + step;
      while (n > 2 && (!isPrimePower(n) || n % 4 === 2)) n += step;
      return n;
    };
    const sizes = [near(-1), near(1)].filter((n) => n > 2);
    const next = `take ${sizes.map((n) => `${n} (${2 * n * n} switches)`).join(" or ")}`;
    const expected = "a prime power from 3 on (3, 4, 5, 7, 8, 9, 11 …)";
    return [finding("/fabric/q", "no-such-size", String(q), expected, next)];
  }
  const radix = (3 * q - (q % 4 === 3 ? -1 : q % 4)) / 2;
  const sum = `${hostsPerSwitch} hosts + ${radix} to switches = ${hostsPerSwitch + radix} ports`;
  return portFinding("/fabric/hostsPerSwitch", sum, hostsPerSwitch + radix, oneSwitch);
}

function isPrimePower(q: number): boolean {
  let p = 2;
  while (q % p !== 0) p++;
  let rest = q;
  while (rest % p === 0) rest /= p;
  return rest === 1;
}

function sliceFindings(
  { shape, acceleratorsPerLink }: Extract<DirectFabricFile, { readonly kind: "slices" }>,
  perNode: number,
): Finding[] {
  const size = shape.reduce((a, b) => a * b, 1);
  const findings: Finding[] = [];
  if (perNode !== 1) {
    const found = `nodes of ${perNode} accelerators`;
    const expected = "nodes of one: the slice itself joins them";
    findings.push(finding("/node", "out-of-range", found, expected, "name a chip as the node"));
  }
  if (size % acceleratorsPerLink !== 0) {
    const expected = `a divisor of the ${size} accelerators of a slice`;
    const found = `${acceleratorsPerLink} a link`;
    const next = "take 1, 2 or 4, as there are on a host";
    findings.push(finding("/fabric/acceleratorsPerLink", "does-not-divide", found, expected, next));
  }
  if (shape.length > 5) {
    const expected = "at most 5 dimensions, and one more for the slices";
    const found = `${shape.length} dimensions`;
    findings.push(finding("/fabric/shape", "out-of-range", found, expected, "take fewer"));
  }
  return findings;
}

/** Every switch with hosts must be reached from every other one. */
function customFindings(drawn: ResolvedCluster["drawn"]): Finding[] {
  if (drawn === undefined) return [];
  const { switches, hostCounts, cables } = drawn;
  const near = switches.map((): number[] => []);
  for (const { aId, bId } of cables) {
    near[aId]?.push(bId);
    near[bId]?.push(aId);
  }
  const first = hostCounts.findIndex((count) => count > 0);
  if (first < 0) {
    const next = "give a switch hosts: 8";
    return [finding("/fabric", "missing-key", "no host", "hosts on some switch", next)];
  }
  const reached = new Set([first]);
  for (const here of reached) for (const next of near[here] ?? []) reached.add(next);
  const lost = switches.filter((_, s) => (hostCounts[s] ?? 0) > 0 && !reached.has(s));
  if (lost.length === 0) return [];
  const found = `no way from ${switches[first] ?? ""} to ${lost.slice(0, 3).join(", ")}`;
  const expected = "a way between all switches with hosts";
  return [finding("/fabric", "unreachable-rank", found, expected, "add a cable between them")];
}

/** Whole nodes, and no more accelerators than an index can tell. */
function hostFindings(fabric: DirectFabricFile, parts: ResolvedCluster): Finding[] {
  const { accelerators } = parts.host;
  const ports = directPortCount(directFabricOf(fabric, parts));
  if (ports > 1 << 20) {
    const expected = `at most ${1 << 20}`;
    return [finding("/fabric", "too-many-ports", `${ports} ports`, expected, "take fewer")];
  }
  if (ports >= accelerators) return [];
  const expected = `at least the ${accelerators} of one node`;
  return [finding("/fabric", "out-of-range", `${ports} ports`, expected, "take more")];
}
