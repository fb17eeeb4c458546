/**
 * Clusters of SimGrid as one element: hosts by a radical, and the ways between them
 * (simgrid/simgrid, src/kernel/routing). Cables are two links, up and down, unless shared.
 *
 *     flat         up, backbone, down
 *     FAT_TREE     levels;children;parents;cables: up by the target's place (d-mod-k) until it lies
 *                  below, then down by the source's place among parallel cables
 *     TORUS        sizes, lowest dimension first, the shorter way round
 *     DRAGONFLY    groups,blue;chassis,black;blades,green;nodes: minimal; router n leads to group n
 */
import { at } from "../../base/assert.ts";
import type { SimgridLink } from "../../records/simgrid.ts";

/** Links from one host of a cluster to another, by number; each is made when it is first used. */
export type ClusterWay = (source: number, target: number) => readonly number[];

export interface ClusterCables {
  readonly bytesPerS: number;
  readonly latencyS: number;
  readonly isFatpipe: boolean;
  /** One link both ways. */
  readonly isShared: boolean;
}

/** Links by name, so that each is one constraint wherever it is used. */
export class LinkTable {
  readonly links: SimgridLink[] = [];
  readonly #index = new Map<string, number>();

  find(id: string): number | undefined {
    return this.#index.get(id);
  }

  add(link: SimgridLink): number {
    const known = this.#index.get(link.id);
    if (known !== undefined) return known;
    this.#index.set(link.id, this.links.length);
    this.links.push(link);
    return this.links.length - 1;
  }
}

/** A cable between two places, in one direction; `count` parallel ones as one link. */
export function cable(
  table: LinkTable,
  { bytesPerS, latencyS, isFatpipe, isShared }: ClusterCables,
  name: string,
  isUp: boolean,
  count = 1,
): number {
  const id = isShared ? name : `${name}_${isUp ? "UP" : "DOWN"}`;
  return table.add({ id, bytesPerS: bytesPerS * count, latencyS, isFatpipe });
}

export function flatWay(
  table: LinkTable,
  cables: ClusterCables,
  { id, backbone }: { readonly id: string; readonly backbone: number | undefined },
): ClusterWay {
  const end = (host: number, isUp: boolean) => cable(table, cables, `${id}_link_${host}`, isUp);
  const middle = backbone === undefined ? [] : [backbone];
  return (source, target) => [...new Set([end(source, true), ...middle, end(target, false)])];
}

export function torusWay(
  table: LinkTable,
  cables: ClusterCables,
  id: string,
  sizes: readonly number[],
): ClusterWay {
  return (source, target) => {
    const way: number[] = [];
    let node = source;
    let stride = 1;
    for (const [d, size] of sizes.entries()) {
      const from = Math.floor(source / stride) % size;
      const to = Math.floor(target / stride) % size;
      const half = Math.floor(size / 2);
      const isRight =
        (to > from && to <= from + half) || (from > half && (from + half) % size >= to);
      for (let place = from; place !== to;) {
        const next = (place + (isRight ? 1 : size - 1)) % size;
        const nextNode = node + (next - place) * stride;
        // A cable belongs to the node it leaves towards the right.
        way.push(cable(table, cables, `${id}_link_${isRight ? node : nextNode}_${d}`, isRight));
        [node, place] = [nextNode, next];
      }
      stride *= size;
    }
    return way;
  };
}

export interface FatTreeShape {
  readonly branchesPerLevel: readonly number[];
  readonly parentsPerLevel: readonly number[];
  readonly cablesPerLevel: readonly number[];
}

/** A switch or host is its level and a label of one digit a level. */
export function fatTreeWay(
  table: LinkTable,
  cables: ClusterCables,
  id: string,
  shape: FatTreeShape,
): ClusterWay {
  const { branchesPerLevel: down, parentsPerLevel: up, cablesPerLevel: count } = shape;
  const labelOf = (host: number): number[] => {
    let rest = host;
    return down.map((children) => {
      const digit = rest % children;
      rest = Math.floor(rest / children);
      return digit;
    });
  };
  const name = (level: number, child: readonly number[], parent: readonly number[], k: number) =>
    `${id}_link_${level}:${child.join(".")}-${parent.join(".")}_${k}`;
  return (source, target) => {
    const way: number[] = [];
    const goal = labelOf(target);
    const label = labelOf(source);
    const isBelow = (level: number) =>
      level > 0 && label.every((digit, i) => i < level || digit === goal[i]);
    let level = 0;
    for (; !isBelow(level) && level < down.length; level++) {
      let d = target;
      for (let i = 0; i < level; i++) d = Math.floor(d / (at(up, i) * at(count, i)));
      const parents = at(up, level);
      const port = d % (parents * at(count, level));
      const child = [...label];
      label[level] = port % parents;
      const cableIndex = Math.floor(port / parents);
      way.push(cable(table, cables, name(level, child, label, cableIndex), true));
    }
    while (level > 0) {
      // Quirk: a step down begins where the one before left off, so that it may find a later cable.
      let port = (source % at(count, level - 1)) * at(down, level - 1);
      for (; level > 0 && port < at(down, level - 1) * at(count, level - 1); port++) {
        const children = at(down, level - 1);
        if (port % children !== goal[level - 1]) continue;
        const parent = [...label];
        label[level - 1] = at(goal, level - 1);
        level--;
        const cableIndex = Math.floor(port / children);
        way.push(cable(table, cables, name(level, label, parent, cableIndex), false));
      }
    }
    return way;
  };
}

export interface DragonflyShape {
  readonly groups: number;
  readonly chassisPerGroup: number;
  readonly bladesPerChassis: number;
  readonly nodesPerBlade: number;
  readonly blueCount: number;
  readonly blackCount: number;
  readonly greenCount: number;
}

export function dragonflyWay(
  table: LinkTable,
  cables: ClusterCables,
  id: string,
  shape: DragonflyShape,
): ClusterWay {
  const { chassisPerGroup: chassis, bladesPerChassis: blades, nodesPerBlade } = shape;
  const routersPerGroup = chassis * blades;
  /** A cable between two numbered places; up from the lower one. */
  const between = (color: string, a: number, b: number, count: number) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return cable(table, cables, `${id}_${color}_${low}_${high}`, a < b, count);
  };
  return (source, target) => {
    const place = (host: number) => {
      const router = Math.floor(host / nodesPerBlade);
      const inGroup = router % routersPerGroup;
      const group = Math.floor(router / routersPerGroup);
      return { router, group, chassis: Math.floor(inGroup / blades), blade: inGroup % blades };
    };
    const goal = place(target);
    const { router, ...here } = place(source);
    const way = [cable(table, cables, `${id}_node_${source}`, true)];
    const routerNow = () => here.group * routersPerGroup + here.chassis * blades + here.blade;
    const go = (color: string, change: Partial<typeof here>, count: number) => {
      const before = routerNow();
      Object.assign(here, change);
      way.push(between(color, before, routerNow(), count));
    };
    if (router !== goal.router) {
      if (goal.group !== here.group) {
        const from = here.group;
        if (here.blade !== goal.group) go("green", { blade: goal.group }, shape.greenCount);
        if (here.chassis !== 0) go("black", { chassis: 0 }, shape.blackCount);
        go("blue", { group: goal.group, chassis: 0, blade: from }, shape.blueCount);
      }
      if (goal.blade !== here.blade) {
        go("green", { blade: goal.blade }, shape.greenCount);
        // Quirk: the way goes on as if this had been the group's first chassis.
        here.chassis = 0;
      }
      if (goal.chassis !== here.chassis) go("black", { chassis: goal.chassis }, shape.blackCount);
    }
    return [...way, cable(table, cables, `${id}_node_${target}`, false)];
  };
}
