/** A chart in the page: its finding as a heading, two drawings of which one shows, its values. */
import { chartSvg } from "../chart/chart.ts";
import type { Chart } from "../chart/chart.ts";
import { html, trusted } from "../escape.ts";
import type { Html } from "../escape.ts";
import { valuesTable } from "./table.ts";

export async function figure(chart: Chart): Promise<Html> {
  const wide = trusted(await chartSvg(chart, "wide"));
  const narrow = trusted(await chartSvg(chart, "narrow"));
  return html`<div class="figure w${chart.wide[0]}">
    <h3>${chart.title}</h3>
    <p class="sub">${chart.subtitle}</p>
    <div class="wide">${wide}</div>
    <div class="narrow">${narrow}</div>
    ${valuesTable(chart.values, chart.subject)}
  </div>`;
}

/** Text beside a figure: a few headed remarks. */
export function notes(items: readonly (readonly [string, string])[]): Html {
  const parts = items.map(
    ([head, text]) =>
      html`<h3>${head}</h3>
        <p>${text}</p>`,
  );
  // Pages have several: each is told apart by what it begins with.
  const label = `Remarks: ${items[0]?.[0] ?? "none"}`;
  return html`<aside class="notes" aria-label="${label}">${parts}</aside>`;
}
