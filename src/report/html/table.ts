/** Tables as a reader expects them: head, rules, numbers to the right, one unit a column. */
import type { Values } from "../chart/chart.ts";
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => HtmlPart;
  readonly isNumber?: boolean;
}

export interface TableOptions<T> {
  /** What the table shows, for which case. */
  readonly caption: string;
  /** Rows become cards on a phone. */
  readonly cards?: boolean;
  readonly isMarked?: (row: T) => boolean;
  readonly isTotal?: (row: T) => boolean;
  /** Shown on screens only. */
  readonly isOffPaper?: (row: T) => boolean;
}

export function table<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  options: TableOptions<T>,
): Html {
  // More than five columns do not fit a phone.
  const cards = options.cards ?? columns.length > 5;
  const heads = columns.map(
    ({ head, isNumber }) =>
      html`<th scope="col" class="${kind(isNumber)}" role="columnheader">${head}</th>`,
  );
  const body = rows.map((row) => {
    const classes = [
      options.isMarked?.(row) === true ? "marked" : "",
      options.isTotal?.(row) === true ? "sum" : "",
      options.isOffPaper?.(row) === true ? "off-paper" : "",
    ];
    return html`<tr class="${classes.filter(Boolean).join(" ")}" role="row">
      ${cells(columns, row)}
    </tr>`;
  });
  // Roles are said outright because cards change `display`, which drops the implied ones.
  return html`<p class="caption">${options.caption}</p>
    <div class="scroll" role="group" tabindex="0" aria-label="${options.caption}">
      <table class="${cards ? "cards" : ""}" role="table" aria-label="${options.caption}">
        <thead role="rowgroup">
          <tr role="row">
            ${heads}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${body}
        </tbody>
      </table>
    </div>`;
}

const kind = (isNumber = false): string => (isNumber ? "n" : "");

function cells<T>(columns: readonly Column<T>[], row: T): Html[] {
  return columns.map(({ head, cell, isNumber }, index) =>
    index === 0
      ? html`<th scope="row" role="rowheader" class="${kind(isNumber)}">${cell(row)}</th>`
      : html`<td role="cell" class="${kind(isNumber)}" data-label="${head}">${cell(row)}</td>`,
  );
}

/** All plotted values of a chart, unrounded, behind a disclosure. */
export function valuesTable(values: Values, caption: string): Html {
  const columns = values.columns.map((head, index) => ({
    head,
    isNumber: typeof values.rows[0]?.[index] === "number",
    cell: (row: readonly (string | number)[]) => row[index],
  }));
  return html`<details>
    <summary>Show the values as a table</summary>
    ${table(columns, values.rows, {
      caption: `${caption}: all values shown, unrounded`,
    })}
  </details>`;
}

/** A second line in a cell: range, configuration, source. */
export const second = (text: string): Html => html` <span class="second">${text}</span>`;
