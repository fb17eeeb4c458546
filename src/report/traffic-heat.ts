/**
 * A heat map of links: one cell a link that carried something, tier by tier in the order of
 * their names, darker the busier; the mouse shows name and share. One SVG without scripts.
 */
import { percent } from "../base/format.ts";
import type { LinkLoad, TrafficResult } from "../records/traffic.ts";
import { escapeMarkup } from "./escape.ts";

const CELL_PX = 12;
const CELLS_A_ROW = 64;
const HEAD_PX = 22;

export function heatMapSvg(result: TrafficResult): string {
  const tiers = new Map<string, LinkLoad[]>();
  for (const link of result.links) tiers.set(link.tier, [...(tiers.get(link.tier) ?? []), link]);
  const parts: string[] = [];
  let top = 2 * HEAD_PX;
  for (const [tier, links] of tiers) {
    const busiest = links[0]?.utilization ?? 0;
    const words = `${tier}: ${links.length} links, the busiest ${percent(busiest, 0)} busy`;
    parts.push(text(words, top + HEAD_PX - 8));
    top += HEAD_PX;
    const named = links.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
    named.forEach((link, i) => parts.push(cell(link, i, top)));
    top += CELL_PX * Math.ceil(links.length / CELLS_A_ROW) + 8;
  }
  const width = CELL_PX * CELLS_A_ROW + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + 8}" ` +
      `viewBox="0 0 ${width} ${top + 8}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escapeMarkup(`Load of the links of ${result.clusterId}`)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(result.sentence.slice(0, 120), HEAD_PX - 6),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function text(words: string, baseline: number): string {
  return `<text x="8" y="${baseline}" fill="#222222">${escapeMarkup(words)}</text>`;
}

function cell(link: LinkLoad, index: number, top: number): string {
  const x = 8 + CELL_PX * (index % CELLS_A_ROW);
  const y = top + CELL_PX * Math.floor(index / CELLS_A_ROW);
  const words = `${link.id}: ${percent(link.utilization)} busy`;
  return (
    `<rect x="${x}" y="${y}" width="${CELL_PX - 1}" height="${CELL_PX - 1}" ` +
    `fill="${heat(link.utilization)}"><title>${escapeMarkup(words)}</title></rect>`
  );
}

/** From pale to dark red by linear steps of one hue, so that it also reads in gray. */
function heat(share: number): string {
  const mix = (idle: number, busy: number): number => Math.round(idle + (busy - idle) * share);
  return `rgb(${mix(253, 127)},${mix(237, 0)},${mix(229, 20)})`;
}
