/**
 * A fabric as Slurm's topology/tree has it. Let level 0 be the nodes and level k the switches k
 * cables above. Boxes of levels 0 … k that hang together are one switch of the tree: a leaf, the
 * leaves of a unit of rails, a pod. Cables within a level are what a tree cannot say.
 */
import { Refusal } from "../base/errors.ts";
import type { Cluster } from "../records/cluster.ts";
import { namedFabricOf } from "./topology-diff.ts";

export interface TreeSwitch {
  readonly name: string;
  /** Numbers of nodes, ascending, or names of switches of the tree. */
  readonly nodes: readonly number[];
  readonly switches: readonly string[];
}

interface Part {
  readonly members: string[];
  readonly nodes: number[];
}

export function slurmTree(cluster: Cluster): TreeSwitch[] {
  const { hosts, cables } = namedFabricOf(cluster);
  const perNode = cluster.node.acceleratorCount;
  const levels = levelsOf(hosts, cables);
  const flat = cables.find(({ from, to }) => levels.get(from) === levels.get(to));
  if (flat !== undefined) throw noTree(cluster.id, `${flat.from} – ${flat.to}`);
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    if (root !== name) parents.set(name, root);
    return root;
  };
  const join = (a: string, b: string): void => {
    const [x, y] = [rootOf(a), rootOf(b)];
    if (x !== y) parents.set(y, x);
  };
  const node = (rank: number): string => `\n${Math.floor(rank / perNode)}`;
  for (const { switchName, vertexId } of hosts) join(switchName, node(vertexId));
  const top = Math.max(...levels.values());
  const made: TreeSwitch[] = [];
  let below = new Map<string, string>();
  for (let level = 1; level <= top; level++) {
    for (const { from, to } of cables) {
      if (Math.max(levels.get(from) ?? 0, levels.get(to) ?? 0) === level) join(from, to);
    }
    below = addLevel(made, below, {
      parts: partsOf({ levels, level, rootOf, hosts, node }),
      rootOf,
    });
  }
  return made;
}

function levelsOf(
  hosts: readonly { readonly switchName: string }[],
  cables: readonly { readonly from: string; readonly to: string }[],
): Map<string, number> {
  const near = new Map<string, string[]>();
  for (const { from, to } of cables) {
    near.set(from, [...(near.get(from) ?? []), to]);
    near.set(to, [...(near.get(to) ?? []), from]);
  }
  const levels = new Map<string, number>();
  let tier = [...new Set(hosts.map(({ switchName }) => switchName))];
  for (let level = 1; tier.length > 0; level++) {
    for (const name of tier) levels.set(name, level);
    const next = tier.flatMap((name) => near.get(name) ?? []);
    tier = [...new Set(next)].filter((name) => !levels.has(name));
  }
  return levels;
}

/** Parts by root, with their switches of this level and, on the first, their nodes. */
function partsOf(about: {
  readonly levels: ReadonlyMap<string, number>;
  readonly level: number;
  readonly rootOf: (name: string) => string;
  readonly hosts: readonly { readonly vertexId: number }[];
  readonly node: (rank: number) => string;
}): Map<string, Part> {
  const { levels, level, rootOf, hosts, node } = about;
  const parts = new Map<string, Part>();
  const partOf = (root: string): Part => {
    const part = parts.get(root) ?? { members: [], nodes: [] };
    parts.set(root, part);
    return part;
  };
  for (const [name, own] of levels) if (own === level) partOf(rootOf(name)).members.push(name);
  if (level > 1) return parts;
  for (const name of new Set(hosts.map(({ vertexId }) => node(vertexId)))) {
    partOf(rootOf(name)).nodes.push(Number(name));
  }
  return parts;
}

/** A part with one switch below it is that switch: it adds nothing to the tree. */
function addLevel(
  made: TreeSwitch[],
  below: ReadonlyMap<string, string>,
  {
    parts,
    rootOf,
  }: { readonly parts: ReadonlyMap<string, Part>; rootOf: (name: string) => string },
): Map<string, string> {
  const under = new Map<string, string[]>();
  for (const [root, name] of below) {
    under.set(rootOf(root), [...(under.get(rootOf(root)) ?? []), name]);
  }
  const names = new Map<string, string>();
  for (const root of new Set([...parts.keys(), ...under.keys()])) {
    const { members, nodes } = parts.get(root) ?? { members: [], nodes: [] };
    const switches = under.get(root) ?? [];
    const [only] = switches;
    const [first = ""] = members;
    const more = members.length > 1 ? `-and-${members.length - 1}-more` : "";
    const isSame = nodes.length === 0 && switches.length === 1;
    names.set(root, isSame ? (only ?? "") : `${first}${more}`);
    if (!isSame) made.push({ name: `${first}${more}`, nodes, switches });
  }
  return names;
}

function noTree(id: string, cable: string): Refusal {
  return new Refusal({
    code: "not-modeled",
    pointer: "/fabric/kind",
    found: `${id}, where switches of one level are joined: ${cable}`,
    expected: "a tree: Slurm's topology/tree has no other cables",
    nextStep: "export a fat tree, rails or a single switch",
  });
}
