/**
 * A chart as a record: what it says, what it plots, and how to draw it at two widths. The
 * page draws it twice and shows one; a file of its own is drawn once, with its title inside.
 */
import { bakedChartCss } from "./palette.ts";
import { drawSvg } from "./svg.ts";
import type { Pen } from "./svg.ts";
import { fitted } from "./text-width.ts";

export type Size = readonly [width: number, height: number];

export interface Chart {
  /** "waterfall": part of ids. */
  readonly name: string;
  /** 1 for the first chart of this name in a page. */
  readonly index: number;
  /** The finding, with its number. */
  readonly title: string;
  /** What, for which case, in which unit, and what the marks mean. */
  readonly subtitle: string;
  /** What the drawing shows, in a few words. */
  readonly subject: string;
  readonly desc: string;
  readonly wide: Size;
  readonly narrow: Size;
  readonly draw: (pen: Pen, place: { readonly size: Size; readonly narrow: boolean }) => void;
  readonly values: Values;
}

/** Everything plotted, unrounded. */
export interface Values {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** For a page whose style sheet holds the chart classes. */
export function chartSvg(chart: Chart, variant: "wide" | "narrow"): Promise<string> {
  const [width, height] = chart[variant];
  const { subject: title, desc } = chart;
  const id = `fc-${chart.name}-${variant}-${chart.index}`;
  return drawSvg({ id, variant, width, height, title, desc }, (pen) =>
    chart.draw(pen, { size: [width, height], narrow: variant === "narrow" }),
  );
}

const HEAD_PX = 48;
const FOOT_PX = 20;

/** For a file: title, subtitle and source inside, light palette baked in. */
export function standaloneSvg(chart: Chart, source: string): Promise<string> {
  const [width, height] = chart.wide;
  const canvas = {
    id: `fc-${chart.name}-alone-${chart.index}`,
    variant: "alone",
    width,
    height: height + HEAD_PX + FOOT_PX,
    title: chart.subject,
    desc: chart.desc,
    css: bakedChartCss(),
    offsetY: HEAD_PX,
  } as const;
  return drawSvg(canvas, (pen) => {
    pen.text([2, 18 - HEAD_PX], fitted(chart.title, width - 4, 16, "bold"), { style: "heading" });
    const subtitle = fitted(chart.subtitle, width - 4, 11.5, "regular");
    pen.text([2, 36 - HEAD_PX], subtitle, { style: "small" });
    chart.draw(pen, { size: [width, height], narrow: false });
    const line = fitted(source, width - 4, 11.5, "regular");
    pen.text([2, height + FOOT_PX - 6], line, { style: "small" });
  });
}
