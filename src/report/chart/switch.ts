/** Hosts on one switch: a row of links with their load. */
import { bitRate, fixed, percent } from "../../base/format.ts";
import type { SwitchDrawing } from "../../records/drawing.ts";
import type { Chart } from "./chart.ts";
import { busiestTier, cell, collapsed, drawLoadKey, tierValues } from "./load-key.ts";
import { loadClass } from "./palette.ts";
import type { Pen } from "./svg.ts";

export function singleSwitch(drawing: SwitchDrawing, ordinal = 1, lead = drawing.name): Chart {
  const busiest = busiestTier(drawing.tiers);
  const load =
    busiest === undefined ? "" : `: links at most ${percent(busiest.utilizationMax, 0)} busy`;
  return {
    name: "switch",
    index: ordinal,
    title: `${lead}${load}`,
    subtitle: `One switch, drawn from the graph that was simulated. Load: ${drawing.loadOf}.`,
    subject: `One switch of ${drawing.name}`,
    desc: `One switch with ${fixed(drawing.nodeCount)} hosts${load}.`,
    wide: [540, 200],
    narrow: [328, 220],
    draw: (pen, { size }) => draw(pen, drawing, size[0]),
    values: tierValues(drawing.tiers),
  };
}

function draw(pen: Pen, drawing: SwitchDrawing, width: number): void {
  const tier = busiestTier(drawing.tiers);
  pen.rect({ x: 0, y: 6, width, height: 28 }, "box switch", 1);
  const rate = tier === undefined ? "" : `, ${bitRate(tier.linkBytesPerS)} a port`;
  pen.text([width / 2, 24], `switch${rate}`, { anchor: "middle" });
  const glyphs = collapsed(drawing.nodeCount, 64);
  const place = cell([0, width], glyphs.length, 2);
  glyphs.forEach(({ count }, index) => {
    const { x, width: wide } = place(index);
    const middle = x + wide / 2;
    pen.line([middle, 34], [middle, 80], `l-u${loadClass(tier?.utilizationMax ?? 0)}`);
    pen.rect({ x, y: 80, width: wide, height: 12 }, "box node", count);
  });
  pen.text([0, 112], `${fixed(drawing.nodeCount)} hosts`, { style: "name" });
  drawLoadKey(pen, [0, 126], "busiest link, share of its capacity", width);
}
