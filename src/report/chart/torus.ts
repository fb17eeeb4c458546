/**
 * A torus as flat slices, one per z, in snake order, so that neighbors in z are neighbors on
 * paper. Links that close a ring are stubs at both ends of their row or column; a mesh has
 * none. Links have the color of their dimension's busiest link.
 */
import { at } from "../../base/assert.ts";
import { bitRate, fixed, percent } from "../../base/format.ts";
import type { TorusDrawing } from "../../records/drawing.ts";
import type { Chart, Size } from "./chart.ts";
import { busiestTier, collapsed, drawLoadKey, fabricTiers, tierValues } from "./load-key.ts";
import type { Glyph } from "./load-key.ts";
import { loadClass } from "./palette.ts";
import type { Pen, Point } from "./svg.ts";

const SLICES_MOST = 8;
const ACROSS_MOST = 16;
const STUB_PX = 9;
const GAP_PX = 26;

interface Grid {
  readonly X: number;
  readonly Y: number;
  readonly Z: number;
  readonly slices: readonly Glyph[];
  /** Slices side by side. */
  readonly columnCount: number;
  readonly lineCount: number;
  readonly spacing: number;
  readonly blockWidth: number;
  readonly blockHeight: number;
  readonly left: number;
}

export function torus(drawing: TorusDrawing, ordinal = 1, lead = drawing.name): Chart {
  const busiest = busiestTier(drawing.tiers);
  const load =
    busiest === undefined
      ? ""
      : `: ${busiest.name} links are the busiest, ${percent(busiest.utilizationMax, 0)} at most`;
  const closed = drawing.wraps.some(Boolean);
  const kind = drawing.wraps.every(Boolean) ? "torus" : closed ? "partly closed torus" : "mesh";
  const shape = drawing.shape.map((length) => fixed(length)).join(" × ");
  const [wide, narrow] = [gridOf(drawing, 540), gridOf(drawing, 328)];
  return {
    name: "torus",
    index: ordinal,
    title: `${lead}${load}`,
    subtitle:
      `${drawing.shape.length}D ${kind} ${shape}, drawn from the graph that was simulated. ` +
      `Load: ${drawing.loadOf}.`,
    subject: `${kind} of ${drawing.name}`,
    desc:
      `Grid drawing of a ${shape} ${kind} of ${fixed(drawing.nodeCount)} nodes in ` +
      `${fixed(wide.Z)} slices${load}.`,
    wide: [540, heightOf(wide, 540)],
    narrow: [328, heightOf(narrow, 328)],
    draw: (pen, { size }) => draw(pen, drawing, size),
    values: tierValues(drawing.tiers),
  };
}

function gridOf(drawing: TorusDrawing, width: number): Grid {
  const [X = 1, Y = 1, ...rest] = drawing.shape;
  // Dimensions past the third are further slices.
  const Z = rest.reduce((product, length) => product * length, 1);
  const slices = collapsed(Z, SLICES_MOST).filter((glyph) => glyph.count === 1);
  const side = width < 400 ? 22 : 34;
  const across = Math.min(X, ACROSS_MOST);
  const room = width - 2 * side;
  const wanted = width < 400 ? 14 : slices.length > 4 ? 20 : 27;
  const columnCount = columnsFor(slices.length, across, room, wanted);
  const blockWidth = (room - (columnCount - 1) * GAP_PX) / columnCount;
  const spacing = Math.min(27, (blockWidth - 2 * STUB_PX) / Math.max(1, across - 1));
  return {
    X,
    Y,
    Z,
    slices,
    columnCount,
    lineCount: Math.ceil(slices.length / columnCount),
    spacing,
    blockWidth,
    blockHeight: 44 + 2 * STUB_PX + (Math.min(Y, ACROSS_MOST) - 1) * spacing + 20,
    left: side,
  };
}

/** As many side by side as fit at the wanted spacing, preferably in lines of equal length. */
function columnsFor(slices: number, across: number, room: number, spacing: number): number {
  const least = Math.max(90, (across - 1) * spacing + 2 * STUB_PX);
  const most = Math.floor((room + GAP_PX) / (least + GAP_PX));
  const count = Math.max(1, Math.min(slices, Math.max(most, slices > 1 ? 2 : 1)));
  for (let even = count; even > 1; even--) if (slices % even === 0) return even;
  return count;
}

const KEY_PX = 80;
const heightOf = (grid: Grid, width: number): number =>
  Math.ceil(grid.lineCount * grid.blockHeight + KEY_PX + (width < 400 ? 36 : 0));

function draw(pen: Pen, drawing: TorusDrawing, [width]: Size): void {
  const grid = gridOf(drawing, width);
  grid.slices.forEach((slice, order) => {
    drawSlice(pen, drawing, grid, { z: slice.index, corner: cornerOf(grid, order) });
  });
  if (grid.slices.length > 1) drawBetween(pen, drawing, grid);
  const y = grid.lineCount * grid.blockHeight + 14;
  drawNote(pen, drawing, grid, [y, width]);
}

/** Snake order: left to right, then right to left. */
function cornerOf(grid: Grid, order: number): Point {
  const line = Math.floor(order / grid.columnCount);
  const along = order % grid.columnCount;
  const column = line % 2 === 0 ? along : grid.columnCount - 1 - along;
  return [grid.left + column * (grid.blockWidth + GAP_PX), line * grid.blockHeight];
}

const tierOf = (drawing: TorusDrawing, dimension: number) =>
  drawing.tiers.find((tier) => tier.kind === at(["x", "y", "z"], dimension));

function drawSlice(
  pen: Pen,
  drawing: TorusDrawing,
  grid: Grid,
  { z, corner }: { z: number; corner: Point },
): void {
  const { X, Y, spacing } = grid;
  const [across, down] = [Math.min(X, ACROSS_MOST), Math.min(Y, ACROSS_MOST)];
  const [left, top] = [corner[0] + STUB_PX, corner[1] + 36 + STUB_PX];
  const [right, bottom] = [left + (across - 1) * spacing, top + (down - 1) * spacing];
  if (grid.Z > 1) pen.text([corner[0], corner[1] + 18], `Z = ${z}`, { style: "name" });
  const stub = (dimension: number): number => (drawing.wraps[dimension] === true ? STUB_PX : 0);
  const load = (dimension: number): string =>
    `l-u${loadClass(tierOf(drawing, dimension)?.utilizationMax ?? 0)}`;
  for (let row = 0; row < down && X > 1; row++) {
    const y = top + row * spacing;
    pen.line([left - stub(0), y], [right + stub(0), y], load(0));
  }
  for (let column = 0; column < across && Y > 1; column++) {
    const x = left + column * spacing;
    pen.line([x, top - stub(1)], [x, bottom + stub(1)], load(1));
  }
  for (let row = 0; row < down; row++) {
    const y = Math.round((top + row * spacing) * 10) / 10;
    let d = "";
    for (let column = 0; column < across; column++) {
      d += `M${Math.round((left + column * spacing) * 10) / 10} ${y}h0`;
    }
    pen.path(d, "vertex-rim");
    pen.path(d, "vertex", verticesIn(grid, { row, down, z }));
  }
}

/** Nodes that a row stands for: the last drawn row and slice also count those left out. */
function verticesIn(
  grid: Grid,
  { row, down, z }: { row: number; down: number; z: number },
): number {
  const rows = row === down - 1 ? grid.Y - down + 1 : 1;
  const hidden = grid.Z - grid.slices.length;
  const slices = z === grid.Z - 1 ? hidden + 1 : 1;
  return grid.X * rows * slices;
}

/** Arrows between slices that are neighbors in z, and the dashed one that closes the ring. */
function drawBetween(pen: Pen, drawing: TorusDrawing, grid: Grid): void {
  const count = `${fixed(grid.X * grid.Y)} Z links`;
  const hidden = grid.Z - grid.slices.length;
  const half = grid.blockHeight / 2;
  for (let order = 0; order + 1 < grid.slices.length; order++) {
    const [from, to] = [cornerOf(grid, order), cornerOf(grid, order + 1)];
    const isLast = order + 2 === grid.slices.length;
    const words = isLast && hidden > 0 ? `… ${fixed(hidden)} alike` : count;
    if (from[1] === to[1]) {
      const [start, end] = [Math.min(from[0], to[0]) + 52, Math.max(from[0], to[0]) - 8];
      const y = from[1] + 18;
      pen.arrow([(start + end) / 2, y], [end, y], "arrow");
      pen.arrow([(start + end) / 2, y], [start, y], "arrow");
      pen.text([(start + end) / 2, y - 5], words, { style: "small", anchor: "middle" });
    } else {
      const isRight = from[0] > grid.left;
      const x = isRight ? from[0] + grid.blockWidth + 12 : grid.left - 8;
      pen.arrow([x, to[1]], [x, from[1] + half - 20], "arrow");
      pen.arrow([x, to[1]], [x, to[1] + half + 10], "arrow");
    }
  }
  if (drawing.wraps[2] !== true || grid.lineCount < 2) return;
  const lastY = cornerOf(grid, grid.slices.length - 1)[1] + half;
  pen.line([4, half], [4, lastY], "dotted");
  pen.path(
    pen.polyline([
      [4, half - 8],
      [0, half],
      [8, half],
    ]) + "Z",
    "arrow-head",
  );
  pen.path(
    pen.polyline([
      [4, lastY + 8],
      [0, lastY],
      [8, lastY],
    ]) + "Z",
    "arrow-head",
  );
}

function drawNote(pen: Pen, drawing: TorusDrawing, grid: Grid, [y, width]: Point): void {
  const tiers = fabricTiers(drawing.tiers);
  const cables = tiers.reduce((sum, tier) => sum + tier.cableCount, 0);
  const rate = tiers[0]?.linkBytesPerS ?? 0;
  const links = `${fixed(cables)} links of ${bitRate(rate)}`;
  const head = `${fixed(drawing.nodeCount)} nodes, ${links}, no switch`;
  pen.text([0, y], head, { style: "name" });
  const closes = drawing.wraps.some(Boolean);
  const stubs = closes
    ? "stubs: links that close a row or column"
    : "mesh: no row or column closes";
  const dashed = closes && drawing.wraps[2] === true && grid.lineCount > 1;
  const narrow = width < 400;
  pen.text([0, y + 17], dashed && !narrow ? `${stubs} · dotted: Z closes` : stubs, {
    style: "small",
  });
  const words = tiers
    .map((tier) => `${tier.kind.toUpperCase()} ${percent(tier.utilizationMax, 0)}`)
    .join(" · ");
  drawLoadKey(pen, [0, y + 32], `busiest link: ${words}`, width);
}
