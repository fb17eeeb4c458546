/**
 * A fat tree as tiers: spines on top, leaves, nodes below. The links between two tiers are
 * one ribbon a column, as wide as their capacity, so oversubscription can be seen. Counts are
 * those of the graph that was simulated.
 */
import { at } from "../../base/assert.ts";
import { fixed, percent } from "../../base/format.ts";
import type { DrawnTier, FatTreeDrawing } from "../../records/drawing.ts";
import type { Chart } from "./chart.ts";
import { busiestTier, cell, collapsed, drawLoadKey, splitLike, tierValues } from "./load-key.ts";
import { nameTiers, nameTiersNarrow } from "./fat-tree-names.ts";
import type { Rows, Tiers } from "./fat-tree-names.ts";
import { loadClass } from "./palette.ts";
import type { Box, Pen } from "./svg.ts";
import { fitted, textWidth } from "./text-width.ts";

/** Leaves that stand together in a column. */
interface Column {
  readonly firstLeaf: number;
  readonly leafCount: number;
  readonly portCount: number;
  readonly nodeCount: number;
  /** Columns that this one stands for. */
  readonly alike: number;
}

const LEAVES_A_COLUMN = 8;
const COLUMNS_MOST = 8;
const SPINES_MOST = 64;

export function fatTree(drawing: FatTreeDrawing, ordinal = 1, lead = drawing.name): Chart {
  const busiest = busiestTier(drawing.tiers);
  const load =
    busiest === undefined
      ? ""
      : `: ${busiest.name} is the busiest tier, ${percent(busiest.utilizationMax, 0)} at most`;
  const boxes = `${fixed(drawing.leafCount)} leaves, ${fixed(drawing.spineCount)} spines`;
  const counts = `${boxes}${coreWords(drawing)}`;
  return {
    name: "fat-tree",
    index: ordinal,
    title: `${lead}${load}`,
    subtitle:
      `Fat tree of ${counts} and ${fixed(drawing.nodeCount)} nodes, drawn from the graph that ` +
      `was simulated. Ribbons are as wide as their capacity. Load: ${drawing.loadOf}.`,
    subject: `Fat tree of ${drawing.name}`,
    desc:
      `Tiers of a fat tree, top to bottom: ${counts}, ${fixed(drawing.nodeCount)} nodes with ` +
      `${fixed(drawing.rankCount)} accelerators or hosts${load}.`,
    wide: [1120, 322],
    narrow: [328, 386],
    draw: (pen, { size, narrow }) => draw(pen, drawing, size[0], narrow),
    values: tierValues(drawing.tiers),
  };
}

/** Cores are not drawn: they would be a third row of one color, and are named instead. */
function coreWords({ coreCount, podCount = 1 }: FatTreeDrawing): string {
  if (coreCount === undefined) return "";
  return ` in ${fixed(podCount)} pods below ${fixed(coreCount)} cores (not drawn)`;
}

/** Up to eight leaves each stand alone; more are put together by eight. */
function columnsOf(drawing: FatTreeDrawing): Column[] {
  const { leafCount, leafPortCounts, nodeCount } = drawing;
  const perColumn = leafCount <= LEAVES_A_COLUMN ? 1 : LEAVES_A_COLUMN;
  const starts = Array.from({ length: Math.ceil(leafCount / perColumn) }, (_, i) => i * perColumn);
  const ports = starts.map((start) =>
    leafPortCounts.slice(start, start + perColumn).reduce((sum, count) => sum + count, 0),
  );
  const nodes = splitLike(ports, nodeCount);
  const columns = starts.map((firstLeaf, index) => ({
    firstLeaf,
    leafCount: Math.min(perColumn, leafCount - firstLeaf),
    portCount: at(ports, index),
    nodeCount: at(nodes, index),
    alike: 1,
  }));
  return collapsed(columns.length, COLUMNS_MOST).map(({ index, count }) => {
    const joined = columns.slice(index, index + count);
    const total = (value: (column: Column) => number): number =>
      joined.reduce((sum, column) => sum + value(column), 0);
    return {
      firstLeaf: at(columns, index).firstLeaf,
      leafCount: total((column) => column.leafCount),
      portCount: total((column) => column.portCount),
      nodeCount: total((column) => column.nodeCount),
      alike: count,
    };
  });
}

function draw(pen: Pen, drawing: FatTreeDrawing, width: number, narrow: boolean): void {
  const [left, right] = narrow ? [0, width] : [190, width - 150];
  const top = narrow ? 24 : 10;
  const rows: Rows = {
    left,
    right,
    width,
    narrow,
    spines: top,
    uplinks: top + 38,
    leaves: top + 124,
    hosts: top + 158,
    nodes: top + 220,
    end: top + 268,
  };
  const tier = (kind: string): DrawnTier | undefined =>
    drawing.tiers.find((one) => one.kind === kind);
  const tiers = { uplink: tier("uplink"), host: tier("host") };
  const columns = columnsOf(drawing);
  if (drawing.spineCount > 0) drawSpines(pen, drawing, rows, tiers.uplink);
  const place = cell([left, right], columns.length, narrow ? 8 : 22);
  columns.forEach((column, index) => {
    drawColumn(pen, { drawing, column, rows, tiers, ...place(index) });
  });
  if (narrow) nameTiersNarrow(pen, drawing, rows, tiers);
  else nameTiers(pen, drawing, rows, tiers);
  const keyY = rows.end + (narrow ? 26 : 14);
  const words = `busiest link of each tier, share of its capacity; ${drawing.loadOf}`;
  drawLoadKey(pen, [left, keyY], words, narrow ? width : right - left);
}

function drawSpines(pen: Pen, drawing: FatTreeDrawing, rows: Rows, uplink?: DrawnTier): void {
  const { left, right, spines, uplinks } = rows;
  const glyphs = collapsed(drawing.spineCount, SPINES_MOST);
  const place = cell([left, right], glyphs.length, glyphs.length > 16 ? 3 : 10);
  const load = `u${loadClass(uplink?.utilizationMax ?? 0)}`;
  const widest = `S${drawing.spineCount - 1}`;
  glyphs.forEach(({ index, count }, position) => {
    const { x, width } = place(position);
    const box = { x, y: spines, width, height: 28 };
    pen.rect(box, "box spine", count);
    const words = count > 1 ? `… × ${fixed(count)}` : `S${index}`;
    if (textWidth(widest, 12) + 4 <= width || count > 1) boxLabel(pen, box, words);
    pen.rect({ x: x + width / 4, y: spines + 28, width: width / 2, height: 11 }, load);
  });
  pen.rect({ x: left, y: uplinks, width: right - left, height: 12 }, load);
}

function boxLabel(pen: Pen, box: Box, words: string): void {
  if (textWidth(words, 12) + 4 > box.width) return;
  pen.text([box.x + box.width / 2, box.y + box.height / 2 + 4], words, { anchor: "middle" });
}

interface DrawnColumn {
  readonly drawing: FatTreeDrawing;
  readonly column: Column;
  readonly rows: Rows;
  readonly tiers: Tiers;
  readonly x: number;
  readonly width: number;
}

function drawColumn(pen: Pen, drawn: DrawnColumn): void {
  const { drawing, column, rows, tiers, x, width } = drawn;
  const { uplink, host } = tiers;
  const uplinkCount = drawing.uplinksPerLeaf * column.leafCount;
  const up = uplinkCount * (uplink?.linkBytesPerS ?? 0);
  const down = column.portCount * (host?.linkBytesPerS ?? 0);
  // Both tiers on one scale: the wider of the two fills the column.
  const widest = Math.max(up, down, 1);
  if (uplink !== undefined && drawing.spineCount > 0) {
    const wide = (up / widest) * width;
    const box = { x: x + (width - wide) / 2, y: rows.uplinks + 12, width: wide, height: 68 };
    ribbon(pen, box, uplinkCount, uplink);
  }
  drawLeaves(pen, column, { x, y: rows.leaves, width, height: 28 });
  if (host !== undefined) {
    const wide = (down / widest) * width;
    const box = { x: x + (width - wide) / 2, y: rows.hosts, width: wide, height: 56 };
    ribbon(pen, box, column.portCount, host);
  }
  drawNodes(pen, column, { x, y: rows.nodes, width, height: rows.end - rows.nodes });
}

function ribbon(pen: Pen, box: Box, linkCount: number, tier: DrawnTier): void {
  const loadStep = loadClass(tier.utilizationMax);
  pen.rect(box, `u${loadStep}`);
  const middle = box.x + box.width / 2;
  const long = [`${fixed(linkCount)} links`, `${percent(tier.utilizationMax, 0)} busy`];
  const short = [fixed(linkCount), percent(tier.utilizationMax, 0)];
  const fits = (words: readonly string[]): boolean =>
    words.every((word) => textWidth(word, 12, "bold") + 4 <= box.width);
  const words = fits(long) ? long : fits(short) ? short : [];
  words.forEach((word, line) => {
    const y = box.y + box.height / 2 - 5 + 17 * line;
    pen.text([middle, y], word, { style: "on-fill", anchor: "middle", loadStep });
  });
}

function drawLeaves(pen: Pen, column: Column, box: Box): void {
  if (column.alike > 1) {
    pen.rect(box, "box leaf", column.leafCount);
    boxLabel(pen, box, `… × ${fixed(column.leafCount)}`);
    return;
  }
  const place = cell([box.x, box.x + box.width], column.leafCount, 3);
  for (let leaf = 0; leaf < column.leafCount; leaf++) {
    const one = { ...box, ...place(leaf) };
    pen.rect(one, "box leaf", 1);
    boxLabel(pen, one, String(column.firstLeaf + leaf));
  }
}

/** One small square a node, in rows; the count is written below. */
function drawNodes(pen: Pen, column: Column, box: Box): void {
  pen.rect(box, "frame");
  const room = { width: box.width - 12, height: box.height - 24 };
  let size = 10;
  while (
    size > 2 &&
    Math.floor(room.width / size) * Math.floor(room.height / size) < column.nodeCount
  ) {
    size -= 1;
  }
  const perRow = Math.max(1, Math.floor(room.width / size));
  let d = "";
  const capacity = perRow * Math.max(1, Math.floor(room.height / size));
  for (let node = 0; node < Math.min(column.nodeCount, capacity); node++) {
    const x = box.x + 6 + (node % perRow) * size;
    const y = box.y + 5 + Math.floor(node / perRow) * size;
    const side = size - 1.5;
    d += `M${Math.round(x * 10) / 10} ${y}h${side}v${side}h${-side}Z`;
  }
  pen.path(d, "cells node", column.nodeCount);
  const words = `${fixed(column.nodeCount)} nodes`;
  const short = `× ${fixed(column.nodeCount)}`;
  const fits = textWidth(words, 12) + 4 <= box.width;
  const place = [box.x + box.width / 2, box.y + box.height - 6] as const;
  pen.text(place, fits ? words : fitted(short, box.width, 12, "regular"), { anchor: "middle" });
}
