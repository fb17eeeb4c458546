/** Strict XML and HTML parsing for tests, by the DOM that comes with d3-node. */
import { strict as assert } from "node:assert";
import { D3Node } from "d3-node";
import { TEXT_STYLES } from "../../src/report/chart/svg.ts";
import type { TextStyle } from "../../src/report/chart/svg.ts";
import { textWidth } from "../../src/report/chart/text-width.ts";

export interface Element {
  readonly tagName: string;
  readonly textContent: string;
  readonly attributes: ArrayLike<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): ArrayLike<Element> & Iterable<Element>;
}

interface Parser {
  parseFromString(text: string, type: string): Element & { readonly documentElement: Element };
}

let parser: Parser | undefined;

function parse(text: string, type: string): Element {
  parser ??= new (new D3Node().window as unknown as { DOMParser: new () => Parser }).DOMParser();
  return parser.parseFromString(text, type).documentElement;
}

/** Fails unless the text is well-formed XML. */
export function parseXml(text: string): Element {
  const root = parse(text, "application/xml");
  assert.equal(root.querySelector("parsererror"), null, `well-formed: ${text.slice(0, 200)}`);
  return root;
}

export const parseHtml = (text: string): Element => parse(text, "text/html");

export const all = (root: Element, selector: string): Element[] => [
  ...root.querySelectorAll(selector),
];

/** Elements counted with what each stands for. */
export const countOf = (root: Element, selector: string): number =>
  all(root, selector).reduce((sum, one) => sum + Number(one.getAttribute("data-count") ?? 1), 0);

export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the texts of a drawing stand, by the widths the drawing was laid out with. */
export function textBoxes(svg: Element): TextBox[] {
  return all(svg, "text").map((element) => {
    const style = /t-([a-z-]+)/.exec(element.getAttribute("class") ?? "")?.[1] as TextStyle;
    const { sizePx, weight } = TEXT_STYLES[style];
    const width = textWidth(element.textContent, sizePx, weight);
    const [x, y] = [Number(element.getAttribute("x")), Number(element.getAttribute("y"))];
    const anchor = element.getAttribute("text-anchor");
    const left = x - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
    const box = { text: element.textContent, left, right: left + width };
    return { ...box, top: y - sizePx * 0.8, bottom: y + sizePx * 0.22 };
  });
}

/** Pairs of texts that run into each other by more than a pixel across and 3.5 down. */
export function overlaps(boxes: readonly TextBox[]): string[] {
  return boxes.flatMap((a, index) =>
    boxes
      .slice(index + 1)
      .filter(
        (b) =>
          Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3.5,
      )
      .map((b) => `"${a.text}" and "${b.text}"`),
  );
}

/** With plain spaces, for comparing with what a test spells out. */
export const spaced = (text: string): string => text.replaceAll("\u00a0", " ");
