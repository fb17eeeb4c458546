/**
 * Groups of boxes on a circle, with a line for every two that are joined: dragonflies and all
 * other fabrics without tiers above. Past 48 groups the rest is one mark that says how many.
 */
import { at } from "../../base/assert.ts";
import { fixed, percent } from "../../base/format.ts";
import type { DrawnBundle, GroupsDrawing } from "../../records/drawing.ts";
import type { Chart, Size } from "./chart.ts";
import { busiestTier, cableWords, drawLoadKey, fabricTiers, tierValues } from "./load-key.ts";
import { loadClass } from "./palette.ts";
import type { Pen, Point } from "./svg.ts";

const SHOWN_MOST = 48;
/** Up to so many groups each has room for its numbers. */
const NUMBERED_MOST = 16;
const KEY_PX = 96;

export function groupsChart(drawing: GroupsDrawing, ordinal = 1, lead = drawing.name): Chart {
  const busiest = busiestTier(drawing.tiers);
  const load =
    busiest === undefined || busiest.utilizationMax === 0
      ? ""
      : `: ${busiest.name} links at most ${percent(busiest.utilizationMax, 0)} busy`;
  const { groups, bundles, groupKind } = drawing;
  const plural = groupKind.endsWith("ch") ? "es" : "s";
  const joined = `${fixed(bundles.length)} pairs of them joined`;
  const counts = `${fixed(groups.length)} ${groupKind}${plural}, ${joined}`;
  return {
    name: drawing.family,
    index: ordinal,
    title: `${lead}${load}`,
    subtitle: `${counts}, drawn from the graph that was simulated. Load: ${drawing.loadOf}.`,
    subject: `Groups of ${drawing.name}`,
    desc: `${counts}; ${fixed(drawing.nodeCount)} nodes in the job${load}.`,
    wide: [540, 540 - 100 + KEY_PX],
    narrow: [328, 328 + KEY_PX],
    draw: (pen, { size }) => draw(pen, drawing, size),
    values: tierValues(drawing.tiers),
  };
}

function draw(pen: Pen, drawing: GroupsDrawing, [width, height]: Size): void {
  const { groups, bundles } = drawing;
  const shownCount = groups.length > SHOWN_MOST ? SHOWN_MOST - 1 : groups.length;
  const markCount = groups.length > SHOWN_MOST ? SHOWN_MOST : shownCount;
  const radius = (height - KEY_PX) / 2 - 34;
  const center: Point = [width / 2, (height - KEY_PX) / 2];
  const place = (index: number, far = 1): Point => {
    const angle = (2 * Math.PI * index) / markCount - Math.PI / 2;
    const reach = markCount === 1 ? 0 : radius * far;
    return [center[0] + reach * Math.cos(angle), center[1] + reach * Math.sin(angle)];
  };
  for (const bundle of bundles) {
    if (bundle.aId >= shownCount || bundle.bId >= shownCount) continue;
    pen.line(place(bundle.aId), place(bundle.bId), lineClass(drawing, bundle));
  }
  const isNumbered = markCount <= NUMBERED_MOST;
  const half = isNumbered ? 22 : Math.max(3, Math.min(9, (3 * radius) / markCount));
  for (let index = 0; index < shownCount; index++) {
    const [x, y] = place(index);
    const { boxCount, hostPortCount } = at(groups, index);
    const box = { x: x - half, y: y - half, width: 2 * half, height: 2 * half };
    pen.rect(box, "box switch", boxCount);
    if (!isNumbered) continue;
    pen.text([x, y + 1], fixed(boxCount), { anchor: "middle", style: "name" });
    pen.text([x, y + 15], fixed(hostPortCount), { anchor: "middle", style: "small" });
  }
  if (markCount > shownCount) {
    const rest = groups.length - shownCount;
    const [x, y] = place(shownCount);
    const hidden = groups.slice(shownCount).reduce((sum, { boxCount }) => sum + boxCount, 0);
    pen.rect({ x: x - half, y: y - half, width: 2 * half, height: 2 * half }, "box node", hidden);
    const words = `… ${fixed(rest)} more`;
    pen.text([x, y - half - 4], words, { anchor: "middle", style: "small", halo: true });
  }
  drawNote(pen, drawing, [width, height], isNumbered);
}

/** Without a load lines are thin, so that many of them do not fill the circle. */
function lineClass(drawing: GroupsDrawing, bundle: DrawnBundle): string {
  const utilization = loadOf(drawing, bundle);
  if (utilization > 0) return `l-u${loadClass(utilization)}`;
  return drawing.groups.length > NUMBERED_MOST ? "grid" : "leader";
}

/** All cables of a bundle are shown as busy as the busiest link between groups. */
function loadOf({ tiers }: GroupsDrawing, bundle: DrawnBundle): number {
  if (bundle.cableCount === 0) return 0;
  const between = fabricTiers(tiers).filter(({ kind }) => !["host", "local"].includes(kind));
  return Math.max(0, ...between.map(({ utilizationMax }) => utilizationMax));
}

function drawNote(
  pen: Pen,
  drawing: GroupsDrawing,
  [width, height]: Size,
  isNumbered: boolean,
): void {
  const y = height - KEY_PX + 12;
  const { groupKind } = drawing;
  const head = isNumbered
    ? `each ${groupKind}: its boxes, and ports of accelerators below`
    : `each mark a ${groupKind}`;
  pen.text([0, y], head, { style: "name" });
  const tiers = fabricTiers(drawing.tiers);
  const words = tiers.map((tier) => `${tier.name}: ${cableWords(tier)}`);
  pen.text([0, y + 17], words.slice(0, width < 400 ? 1 : 2).join(" · "), { style: "small" });
  drawLoadKey(pen, [0, y + 32], "busiest link, share of its capacity", width);
}
