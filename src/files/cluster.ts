/** A cluster from its file: parts looked up, ports counted, every figure with its source. */
import type { Cluster, CoreTier, Design, Endpoint, Fabric } from "../records/cluster.ts";
import { present } from "../base/assert.ts";
import { InputError } from "../base/errors.ts";
import type { ClusterFile, CoreFile, FabricFile, ResolvedCluster } from "./cluster-file.ts";
import { billOf, equipmentOf } from "./cluster-bill.ts";
import { clusterFindings } from "./cluster-checks.ts";
import { directFabricOf } from "./direct-fabric.ts";
import type { Document } from "./document.ts";
import { drawnGraph } from "./drawn-graph.ts";
import type { AcceleratorFile, EndpointFile, HostFile, LinkFile, SiteFile } from "./parts.ts";
import type { NicFile, SoftwareFile, SwitchFile } from "./parts.ts";
import { refuse, shown, wholeFile } from "./issue.ts";
import { linkOf, nodeOf, NOT_GIVEN, resolved, softwareOf } from "./parts.ts";
import { withOwnParts } from "./own-parts.ts";
import type { Origin } from "./references.ts";
import { readReference } from "./references.ts";
import type { Setting } from "./settings.ts";
import { knobsTurned, withSettings } from "./settings.ts";
import type { Shelf } from "./shipped.ts";
import { shippedRoot } from "./shipped.ts";
import { ruleOf, treeByRule } from "./non-blocking.ts";
import { isShortForm, shortCluster } from "./short-form.ts";
import { issuesOf, validated } from "./validators.ts";
import { isGroup } from "./walk.ts";

export interface ClusterOptions extends Origin {
  /** Changes to the file's data before it is checked. */
  readonly set?: readonly Setting[];
}

/** A cluster by id ("h100-torus") or path; everything wrong with it is one InputError. */
export async function readCluster(
  reference: string,
  options: ClusterOptions = {},
): Promise<Cluster> {
  return (await readDesign(reference, options)).cluster;
}

/** A cluster to buy by id or path. */
export async function readDesign(reference: string, options: ClusterOptions = {}): Promise<Design> {
  if (isShortForm(reference)) {
    const short = await shortCluster(reference, options);
    const made = await designFrom(short, options.from ?? "cluster.yaml", options.set ?? []);
    return { ...made, reference, cluster: { ...made.cluster, reference } };
  }
  const { document, path } = await readReference("cluster", reference, options);
  const design = await designFrom(document, path, options.set ?? []);
  if (path.startsWith(shippedRoot())) return design;
  return { ...design, reference: path, cluster: { ...design.cluster, reference: path } };
}

/** Every mistake of the file in one InputError. */
export async function designFrom(
  original: Document,
  path: string,
  settings: readonly Setting[] = [],
): Promise<Design> {
  const turned = knobsTurned(original.data, settings);
  const own = withOwnParts(original, Object.keys(SHELF_OF_KEY));
  const document = await withSettings(own, turned, async (reference, key) => {
    const shelf = SHELF_OF_KEY[key];
    if (shelf === undefined) return undefined;
    return usedPart((await readReference(shelf, reference, { from: path })).document.data);
  });
  const file = await validated<ClusterFile>("cluster", document);
  const parts = await resolvedParts(file, document, path);
  const findings = clusterFindings(parts);
  if (findings.length > 0) throw new InputError(issuesOf(document, findings));
  return designOf(parts);
}

/** What no answer about a cluster reads stays in the part's own file. */
function usedPart(data: unknown): unknown {
  if (!isGroup(data)) return data;
  const unused = ["prices", "conflicts", "country", "carbon"];
  return Object.fromEntries(Object.entries(data).filter(([key]) => !unused.includes(key)));
}

/** Which shelf a key of a cluster file refers to. */
const SHELF_OF_KEY: Readonly<Record<string, Shelf>> = {
  node: "host-part",
  accelerator: "accelerator",
  link: "link",
  uplink: "link",
  localLink: "link",
  globalLink: "link",
  sliceLink: "link",
  cable: "link",
  nic: "nic",
  switch: "switch",
  leafSwitch: "switch",
  spineSwitch: "switch",
  coreSwitch: "switch",
  software: "software",
  site: "site",
};

async function resolvedParts(
  file: ClusterFile,
  document: Document,
  path: string,
): Promise<ResolvedCluster> {
  const at = (pointer: string): Origin => ({ from: path, place: document.place(pointer, "value") });
  const { fabric } = file;
  const node = await resolved<HostFile>("host-part", "host-part", file.node, at("/node"));
  const { accelerator: chip } = node.value;
  const chipOrigin = node.from === path ? at("/node/accelerator") : { from: node.from ?? path };
  const link = (key: string, given: string | LinkFile | undefined) =>
    optional<LinkFile>("link", given, at(`/fabric/${key}`));
  const box = (key: string, given: string | SwitchFile | undefined) =>
    optional<SwitchFile>("switch", given, at(`/fabric/${key}`));
  const isTree = fabric.kind === "fat-tree";
  const core = isTree ? fabric.core : undefined;
  const local = "localLink" in fabric ? fabric.localLink : undefined;
  const global = "globalLink" in fabric ? fabric.globalLink : undefined;
  const slice = fabric.kind === "slices" ? fabric.sliceLink : undefined;
  const isRule = fabric.kind === "non-blocking";
  const one = "switch" in fabric && !isRule ? fabric.switch : undefined;
  const same = await box("switch", isRule ? fabric.switch : undefined);
  const hasUplink = isTree || isRule;
  const software = await optional<SoftwareFile>("software", file.software, at("/software"));
  return {
    file,
    host: node.value,
    accelerator: await optional<AcceleratorFile>("accelerator", chip, chipOrigin),
    link: present(await link("link", fabric.link), "a fabric's link"),
    nic: await optional<NicFile>("nic", node.value.nic, chipOrigin),
    uplink: await link("uplink", hasUplink ? fabric.uplink : undefined),
    coreLink: await link("core/link", core?.link),
    localLink: await link("localLink", local),
    globalLink: await link("globalLink", global),
    sliceLink: await link("sliceLink", slice),
    drawn: fabric.kind === "custom" ? await drawnGraph(fabric, document, path) : undefined,
    cable: await link("cable", fabric.cable),
    oneSwitch: await box("switch", one),
    leafSwitch: same ?? (await box("leafSwitch", isTree ? fabric.leafSwitch : undefined)),
    spineSwitch: same ?? (await box("spineSwitch", isTree ? fabric.spineSwitch : undefined)),
    coreSwitch: same ?? (await box("core/coreSwitch", core?.coreSwitch)),
    software,
    site: await optional<SiteFile>("site", file.site, at("/site")),
  };
}

async function optional<T extends object>(
  shelf: "link" | "switch" | "nic" | "software" | "site" | "accelerator",
  given: string | T | undefined,
  origin: Origin,
): Promise<T | undefined> {
  if (given === undefined) return undefined;
  const isPart = shelf === "link" || shelf === "switch" || shelf === "nic";
  const schema = isPart ? "network-part" : shelf;
  const { value } = await resolved<T>(shelf, schema, given, origin);
  // One schema serves switches, links and cards, so a path can lead to another of them.
  const kind = "kind" in value ? value.kind : shelf;
  if (schema === "network-part" && kind !== shelf) {
    return refuse(origin.place ?? wholeFile(shown(given)), {
      code: "unknown-part",
      found: `a ${String(kind)} in ${shown(given)}`,
      expected: `the id or path of a ${shelf}`,
      nextStep: `name a ${shelf}`,
    });
  }
  return value;
}

function designOf(parts: ResolvedCluster): Design {
  const { file } = parts;
  const head = { id: file.id, name: file.name, summary: file.summary };
  const both = { ...head, node: nodeOf(parts.host, parts.accelerator), bill: billOf(parts) };
  const rule = ruleOf(parts);
  const fabric = fabricOf(file.fabric, parts);
  return {
    ...both,
    equipment: equipmentOf(parts),
    ...(rule === undefined ? {} : { rule }),
    cluster: clusterOf(both, fabric, parts),
  };
}

function clusterOf(
  head: Pick<Cluster, "id" | "name" | "summary" | "node" | "bill">,
  fabric: Fabric,
  { file, software }: ResolvedCluster,
): Cluster {
  const { bill, ...named } = head;
  return {
    ...named,
    fabric,
    endpoint: endpointOf(file.endpoint ?? {}, software?.endpoint ?? {}),
    ...(software === undefined ? {} : { software: softwareOf(software) }),
    bill,
  };
}

function fabricOf(fabric: FabricFile, parts: ResolvedCluster): Fabric {
  const link = linkOf(parts.link);
  if (fabric.kind === "non-blocking") return treeByRule(parts);
  if (fabric.kind === "switch") {
    const switchLatencyS = fabric.switchLatency ?? parts.oneSwitch?.latency ?? NOT_GIVEN;
    return { kind: "switch", hostCount: fabric.hosts, link, switchLatencyS };
  }
  if (fabric.kind === "torus") {
    const { shapes, twisted, wrapLengthMin = 1, cubeLength } = fabric;
    const cubes = cubeLength === undefined ? {} : { cubeLength };
    return {
      kind: "torus",
      shapes,
      ...(twisted ? { twisted } : {}),
      wrapLengthMin,
      ...cubes,
      link,
    };
  }
  if (fabric.kind !== "fat-tree") return directFabricOf(fabric, parts);
  return {
    kind: "fat-tree",
    portCount: fabric.ports,
    portsPerLeaf: fabric.portsPerLeaf,
    uplinksPerLeaf: fabric.uplinksPerLeaf,
    spineRadix: fabric.spineRadix,
    ...(fabric.spines === undefined ? {} : { spines: fabric.spines }),
    ...(fabric.rails || fabric.railOnly ? { rails: true } : {}),
    ...(fabric.railOnly ? { railOnly: true } : {}),
    ...((fabric.planes ?? 1) > 1 ? { planeCount: fabric.planes ?? 1 } : {}),
    ...coreOf(fabric.core, parts),
    size: fabric.size ?? "whole",
    link,
    uplink: linkOf(parts.uplink ?? parts.link),
    switchLatencyS: fabric.switchLatency ?? parts.leafSwitch?.latency ?? NOT_GIVEN,
  };
}

function coreOf(core: CoreFile | undefined, parts: ResolvedCluster): { core?: CoreTier } {
  if (core === undefined) return {};
  const { leavesPerPod, uplinksPerSpine, coreRadix } = core;
  const link = linkOf(present(parts.coreLink, "a core's link"));
  return { core: { leavesPerPod, uplinksPerSpine, coreRadix, link } };
}

function endpointOf(own: EndpointFile, profile: EndpointFile): Endpoint {
  return {
    scaleUpMessageS: own.scaleUpMessage ?? profile.scaleUpMessage ?? NOT_GIVEN,
    scaleOutMessageS: own.scaleOutMessage ?? profile.scaleOutMessage ?? NOT_GIVEN,
    collectiveStartS: own.collectiveStart ?? profile.collectiveStart ?? NOT_GIVEN,
  };
}
