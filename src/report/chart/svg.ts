/**
 * Drawings through d3-node: one shared document, a small pen, well-formed XML out.
 *
 * d3-node's own output is HTML (entities such as &nbsp;), which XML parsers reject, and its
 * `styles` are written unescaped; so elements are serialized by XMLSerializer and styles are
 * never passed. Text and attributes set through d3 are escaped there. Loaded on first use,
 * because jsdom takes a third of a second to load.
 */
import type { ContinuousScale } from "d3";
import type { D3Node, SvgSelection } from "d3-node";
import { assert } from "../../base/assert.ts";
import { plain } from "../escape.ts";
import type { Weight } from "./text-width.ts";

export type Variant = "wide" | "narrow" | "alone";

export interface Canvas {
  /** Prefix of all ids in the drawing; unique in the page. */
  readonly id: string;
  readonly variant: Variant;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly desc: string;
  /** Constant style sheet for a drawing that stands alone; never holds outside text. */
  readonly css?: string;
  /** Everything is drawn this far down. */
  readonly offsetY?: number;
}

/** Styles of text, in the order of importance: see the style sheet. */
export type TextStyle =
  "heading" | "name" | "bad" | "on-fill" | "on-total" | "value" | "axis" | "small";

export const TEXT_STYLES: Readonly<Record<TextStyle, { sizePx: number; weight: Weight }>> = {
  heading: { sizePx: 16, weight: "bold" },
  name: { sizePx: 12, weight: "bold" },
  bad: { sizePx: 12, weight: "bold" },
  "on-total": { sizePx: 12, weight: "regular" },
  "on-fill": { sizePx: 12, weight: "bold" },
  value: { sizePx: 12, weight: "regular" },
  axis: { sizePx: 12, weight: "regular" },
  small: { sizePx: 11.5, weight: "regular" },
};

export interface TextOptions {
  readonly style?: TextStyle;
  readonly anchor?: "start" | "middle" | "end";
  /** A rim in the page's color, for text over lines. */
  readonly halo?: boolean;
  /** On a shape filled with this class of load. */
  readonly loadStep?: number;
}

/** The d3 functions and shapes a drawing is made with. Classes are constants of ours. */
export interface Pen {
  readonly scaleLinear: () => ContinuousScale;
  readonly scaleLog: () => ContinuousScale;
  readonly polyline: (points: readonly (readonly [number, number])[]) => string;
  rect(box: Box, className: string, count?: number): void;
  hatch(box: Box): void;
  line(from: Point, to: Point, className: string): void;
  arrow(from: Point, to: Point, className: string): void;
  path(d: string, className: string, count?: number): void;
  circle(center: Point, radius: number, className: string, count?: number): void;
  text(place: Point, words: string, options?: TextOptions): void;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [number, number];

interface Tools {
  readonly node: D3Node;
  readonly d3: typeof import("d3");
}

let shared: Promise<Tools> | undefined;

async function load(): Promise<Tools> {
  const [{ D3Node }, d3] = await Promise.all([import("d3-node"), import("d3")]);
  return { node: new D3Node({ d3Module: d3 }), d3 };
}

/** Draws and returns the text of one <svg> element. */
export async function drawSvg(canvas: Canvas, draw: (pen: Pen) => void): Promise<string> {
  shared ??= load();
  const tools = await shared;
  const { width, height, id, title, desc } = canvas;
  // Taken out of the page again at once: elements that no page shows are cheaper to add.
  const svg = tools.node.createSVG(width, height).remove();
  svg.attr("viewBox", `0 0 ${width} ${height}`).attr("role", "img").attr("class", "chart");
  svg.attr("aria-labelledby", `${id}-title ${id}-desc`);
  svg.append("title").attr("id", `${id}-title`).text(plain(title));
  svg.append("desc").attr("id", `${id}-desc`).text(plain(desc));
  if (canvas.css !== undefined) svg.append("style").text(canvas.css);
  const { offsetY } = canvas;
  const layer = svg.append("g");
  if (offsetY !== undefined) layer.attr("transform", `translate(0 ${offsetY})`);
  draw(penOn(layer, tools));
  return new tools.node.window.XMLSerializer().serializeToString(svg.node());
}

/** Hundredths of a pixel are enough, and keep files small. */
function round(value: number): number {
  assert(Number.isFinite(value), "coordinates are finite");
  return Math.round(value * 100) / 100;
}

function penOn(svg: SvgSelection, { d3 }: Tools): Pen {
  const shape = (name: string, className: string, count?: number): SvgSelection => {
    const element = svg.append(name).attr("class", className);
    return count === undefined ? element : element.attr("data-count", count);
  };
  const lineD = d3.line();
  const boxed = (element: SvgSelection, { x, y, width, height }: Box): SvgSelection => {
    element.attr("x", round(x)).attr("y", round(y));
    return element.attr("width", round(width)).attr("height", round(height));
  };
  const polyline: Pen["polyline"] = (points) =>
    lineD(points.map(([x, y]) => [round(x), round(y)])) ?? "";
  const line: Pen["line"] = ([x1, y1], [x2, y2], className) => {
    const element = shape("line", className).attr("x1", round(x1)).attr("y1", round(y1));
    element.attr("x2", round(x2)).attr("y2", round(y2));
  };
  const path: Pen["path"] = (d, className, count) => {
    shape("path", className, count).attr("d", d);
  };
  return {
    scaleLinear: d3.scaleLinear,
    scaleLog: d3.scaleLog,
    polyline,
    line,
    path,
    rect: (box, className, count) => void boxed(shape("rect", className, count), box),
    hatch: (box) => path(hatching(box, polyline), "hatch"),
    arrow: (from, to, className) => {
      line(from, to, className);
      path(arrowHead(from, to, polyline), "arrow-head");
    },
    circle: ([cx, cy], radius, className, count) => {
      const element = shape("circle", className, count).attr("r", round(radius));
      element.attr("cx", round(cx)).attr("cy", round(cy));
    },
    text: (place, words, options = {}) => drawText(svg, place, words, options),
  };
}

function drawText(
  svg: SvgSelection,
  [x, y]: Point,
  words: string,
  { style = "value", anchor = "start", halo = false, loadStep }: TextOptions,
): void {
  const shown = plain(words);
  if (shown === "") return;
  const on = loadStep === undefined ? "" : ` on-u${loadStep}`;
  const element = svg.append("text").attr("class", `t-${style}${halo ? " halo" : ""}${on}`);
  element.attr("x", round(x)).attr("y", round(y));
  if (anchor !== "start") element.attr("text-anchor", anchor);
  element.text(shown);
}

/**
 * Lines of 45° at a pitch of 6 px across a box, cut at its edges. Drawn as a path, not as a
 * pattern, so that no id is needed and every viewer shows it.
 */
function hatching({ x, y, width, height }: Box, polyline: Pen["polyline"]): string {
  const pitch = 6 * Math.SQRT2;
  let d = "";
  for (let offset = pitch / 2; offset < width + height; offset += pitch) {
    // The line runs from the left or bottom edge up to the top or right edge.
    const fromX = Math.max(0, offset - height);
    const toX = Math.min(width, offset);
    d += polyline([
      [x + fromX, y + Math.min(height, offset)],
      [x + toX, y + Math.max(0, offset - width)],
    ]);
  }
  return d;
}

function arrowHead(from: Point, to: Point, polyline: Pen["polyline"]): string {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const [backX, backY] = [to[0] - 8 * ux, to[1] - 8 * uy];
  const head = [
    [to[0], to[1]],
    [backX - 4 * uy, backY + 4 * ux],
    [backX + 4 * uy, backY - 4 * ux],
  ] as const;
  return `${polyline(head)}Z`;
}
