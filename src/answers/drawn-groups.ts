/** The groups of a fabric and the cables inside and between them, counted on its graph. */
import { at, present } from "../base/assert.ts";
import { vertexId } from "../base/ids.ts";
import type { DrawnBundle, DrawnGroup, GroupsDrawing } from "../records/drawing.ts";
import type { Graph } from "../records/graph.ts";

export function drawnGroups(graph: Graph): Pick<GroupsDrawing, "groupKind" | "groups" | "bundles"> {
  const all = present(graph.groups, "the groups of a fabric");
  const { kind, groupCount } = all;
  const hostCount = at(graph.vertexTiers, 0).vertexCount;
  const zeros = (): number[] => Array.from({ length: groupCount }, () => 0);
  const [boxes, ports, inside] = [zeros(), zeros(), zeros()];
  const firstBox = zeros().fill(-1);
  for (let vertex = 0; vertex < graph.vertexCount; vertex++) {
    const group = all.groupOf(vertex);
    if (group < 0) continue;
    boxes[group] = at(boxes, group) + 1;
    if (at(firstBox, group) < 0) firstBox[group] = vertex;
  }
  const between = new Map<number, number>();
  for (let link = 0; link < graph.linkCount; link += 2) {
    const [source, target] = [at(graph.linkSource, link), at(graph.linkTarget, link)];
    const [a, b] = [all.groupOf(source), all.groupOf(target)].sort((p, q) => p - q);
    if (a === undefined || b === undefined || b < 0) continue;
    if (a === -1) {
      // From an accelerator to its switch; boxes inside nodes join no group.
      if (Math.min(source, target) < hostCount) ports[b] = at(ports, b) + 1;
    } else if (a === b) inside[a] = at(inside, a) + 1;
    else between.set(a * groupCount + b, (between.get(a * groupCount + b) ?? 0) + 1);
  }
  const groups = boxes.map((boxCount, group): DrawnGroup => {
    const vertex = at(firstBox, group);
    const name = vertex < 0 ? "" : graph.vertexName(vertexId(vertex));
    return {
      // A group of one is called as its box is, others by their number.
      name: boxCount === 1 ? name : `${kind} ${group}`,
      boxCount,
      hostPortCount: at(ports, group),
      insideCableCount: at(inside, group),
    };
  });
  const bundles = [...between].map(([key, cableCount]): DrawnBundle => {
    return { aId: Math.floor(key / groupCount), bId: key % groupCount, cableCount };
  });
  bundles.sort((p, q) => p.aId - q.aId || p.bId - q.bId);
  return { groupKind: kind, groups, bundles };
}
