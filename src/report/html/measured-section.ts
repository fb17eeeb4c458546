/** 7 Measured on this machine: the only section with times of the machine that ran it. */
import { duration, fixed } from "../../base/format.ts";
import type { MeasuredOp, Measurement } from "../../records/trace.ts";
import { losses } from "../chart/losses.ts";
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { figure } from "./figure.ts";
import type { Section } from "./section.ts";
import { table } from "./table.ts";
import type { Column } from "./table.ts";

export async function measuredSection(
  measurement: Measurement,
  file: string | undefined,
): Promise<Section> {
  const all = [measurement, ...(measurement.others ?? [])];
  const body: HtmlPart[] = [];
  for (const [index, one] of all.entries()) body.push(await modelBlock(one, index + 1));
  const models = all.map((one) => `${one.model} (${fixed(one.steps)} steps)`).join(" and ");
  return {
    title: "Measured on this machine",
    reader: "the auditor",
    lede:
      file === undefined
        ? `${models} really trained for this report. These times are this machine’s and enter ` +
          "no other section."
        : `A stored measurement was taken, not a fresh one: ${file}, with ${models}. Its times ` +
          "are those of the machine that wrote it and enter no other section.",
    body,
  };
}

async function modelBlock(measurement: Measurement, ordinal: number): Promise<Html> {
  const { model, backend, ops } = measurement;
  const chart =
    measurement.losses.length === 0 ? undefined : await figure(losses(measurement, ordinal));
  return html`<div class="pair">
    <div>${chart}</div>
    <div class="block">
      <h3>${model}: time by kind of op</h3>
      ${table(COLUMNS, ops, { caption: `Backend ${backend}; all calls together` })}
    </div>
  </div>`;
}

const COLUMNS: readonly Column<MeasuredOp>[] = [
  { head: "Op", cell: (op) => op.kind },
  { head: "Calls", isNumber: true, cell: (op) => fixed(op.calls) },
  { head: "Duration", isNumber: true, cell: (op) => duration(op.durationS) },
];
