/** 4 What could change it: the inputs that move the answer, and all that do not. */
import { fixed, percent } from "../../base/format.ts";
import type { Sensitivity } from "../../records/result.ts";
import { ranked, tornado } from "../chart/tornado.ts";
import type { Ranked } from "../chart/tornado.ts";
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { counted, signedPercent } from "../words.ts";
import { figure } from "./figure.ts";
import type { Section } from "./section.ts";
import { table } from "./table.ts";
import type { Column } from "./table.ts";

export async function changeSection(sensitivities: readonly Sensitivity[]): Promise<Section> {
  const groups = ranked(sensitivities);
  const body: HtmlPart[] = [];
  let ordinal = 0;
  for (const group of groups) {
    if (group.largest.length > 0) {
      ordinal += 1;
      body.push(await figure(tornado(group, ordinal)));
    }
    body.push(betweenTable(group), inertText(group));
  }
  return { title: "What could change it", reader: "everybody", lede: ledeOf(groups), body };
}

function ledeOf(groups: readonly Ranked[]): string {
  const firsts = groups.flatMap(({ largest, metric }) => {
    const first = largest[0];
    return first === undefined
      ? []
      : [`10 % of “${first.name}” moves the ${metric} by ${percent(first.swing)}`];
  });
  return firsts.length === 0
    ? "No numeric input was moved for this question."
    : `Every numeric input was moved by 10 % down and up: ${firsts.join("; ")}.`;
}

const COLUMNS: readonly Column<Sensitivity>[] = [
  { head: "Input", cell: (one) => one.name },
  { head: "10 % lower", isNumber: true, cell: (one) => signedPercent(one.whenLower, 2) },
  { head: "10 % higher", isNumber: true, cell: (one) => signedPercent(one.whenHigher, 2) },
];

function betweenTable({ between, metric }: Ranked): HtmlPart {
  if (between.length === 0) return undefined;
  return html`<details>
    <summary>${fixed(between.length)} more that move the ${metric} by 0.1 % or more</summary>
    ${table(COLUMNS, between, { caption: `Change of the ${metric}` })}
  </details>`;
}

function inertText({ inert, metric }: Ranked): Html | undefined {
  if (inert.length === 0) return undefined;
  const names = [...new Set(inert.map((one) => one.name))].join("; ");
  return html`<div class="block">
    <h3>Under 0.1 % of the ${metric} for 10 %: ${counted(inert.length, "input")}</h3>
    <p class="text inert">${names}.</p>
  </div>`;
}
