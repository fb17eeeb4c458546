/** What stands beside the tiers of a fat tree: counts first, then speed, then load. */
import { bitRate, fixed } from "../../base/format.ts";
import type { DrawnTier, FatTreeDrawing } from "../../records/drawing.ts";
import { busiestTier, busyWords } from "./load-key.ts";
import type { Pen } from "./svg.ts";
import { fitted } from "./text-width.ts";

/** Where the rows stand, from top to bottom. */
export interface Rows {
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly narrow: boolean;
  readonly spines: number;
  readonly uplinks: number;
  readonly leaves: number;
  readonly hosts: number;
  readonly nodes: number;
  readonly end: number;
}

export interface Tiers {
  readonly uplink: DrawnTier | undefined;
  readonly host: DrawnTier | undefined;
}

export function nameTiers(pen: Pen, drawing: FatTreeDrawing, rows: Rows, tiers: Tiers): void {
  const { uplink, host } = tiers;
  const room = rows.left - 14;
  const name = (y: number, lines: readonly string[]): void =>
    lines.forEach((line, index) => {
      const style = index === 0 ? "name" : "small";
      const words = fitted(line, room, index === 0 ? 12 : 11.5, index === 0 ? "bold" : "regular");
      pen.text([0, y + 16 * index], words, { style });
    });
  if (drawing.spineCount > 0)
    name(rows.spines + 18, [`${fixed(drawing.spineCount)} spine switches`]);
  if (uplink !== undefined && drawing.spineCount > 0) {
    const rate = bitRate(uplink.linkBytesPerS);
    const all = bitRate(uplink.linkBytesPerS * uplink.cableCount);
    const head = `${fixed(uplink.cableCount)} links, ${uplink.name}`;
    name(rows.uplinks + 30, [head, `${rate}, ${all} upwards`, busyWords(uplink)]);
  }
  const perLeaf = Math.max(...drawing.leafPortCounts, 0);
  const split = `${fixed(perLeaf)} down + ${fixed(drawing.uplinksPerLeaf)} up each`;
  name(rows.leaves + 10, [`${fixed(drawing.leafCount)} leaf switches`, split]);
  if (host !== undefined) {
    const head = `${fixed(host.cableCount)} links, ${host.name}`;
    name(rows.hosts + 18, [head, bitRate(host.linkBytesPerS), busyWords(host)]);
  }
  const each = `${fixed(drawing.rankCount)} ranks, ${fixed(drawing.ranksPerNode)} a node`;
  name(rows.nodes + 20, [`${fixed(drawing.nodeCount)} nodes`, each]);
  remarks(pen, drawing, rows, tiers);
}

function remarks(pen: Pen, drawing: FatTreeDrawing, rows: Rows, tiers: Tiers): void {
  const x = rows.right + 18;
  if (drawing.spineCount > 0) {
    const spinesReached = drawing.spineCount / (drawing.podCount ?? 1);
    const each = drawing.uplinksPerLeaf / spinesReached;
    const whole = Number.isInteger(each);
    const links = whole ? `${fixed(each)} link${each === 1 ? "" : "s"} to each spine` : "spread";
    pen.text([x, rows.uplinks + 10], `each leaf: ${whole ? "" : "links"}`, { style: "small" });
    pen.text([x, rows.uplinks + 26], links, { style: "small" });
  }
  const busiest = busiestTier(drawing.tiers);
  if (busiest !== undefined && (busiest === tiers.uplink || busiest === tiers.host)) {
    const y = busiest === tiers.uplink ? rows.uplinks + 60 : rows.hosts + 30;
    pen.text([x, y], "busiest tier", { style: "bad" });
    const ratio = Math.max(...drawing.leafPortCounts, 0) / Math.max(1, drawing.uplinksPerLeaf);
    if (drawing.spineCount > 0)
      pen.text([x, y + 16], `${fixed(ratio, ratio % 1 ? 1 : 0)}:1 at full leaves`, {
        style: "small",
      });
  }
}

export function nameTiersNarrow(
  pen: Pen,
  drawing: FatTreeDrawing,
  rows: Rows,
  { uplink }: Tiers,
): void {
  const rate = uplink === undefined ? "" : `, ${bitRate(uplink.linkBytesPerS)} a link`;
  pen.text([0, 14], `${fixed(drawing.spineCount)} spines${rate}`, { style: "name" });
  const busiest = busiestTier(drawing.tiers);
  if (busiest === uplink && uplink !== undefined) {
    pen.text([rows.right, 14], "busiest tier", { style: "bad", anchor: "end" });
  }
  const counts =
    `${fixed(drawing.leafCount)} leaves · ${fixed(drawing.nodeCount)} nodes · ` +
    `${fixed(drawing.rankCount)} ranks`;
  pen.text([0, rows.end + 16], counts, { style: "small" });
}
