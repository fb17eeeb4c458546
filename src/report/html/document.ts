/** The page of a report record: blocks as tables, figures and lists; data and script inside. */
import type { Block, Cell, DocumentTable, ReportDocument } from "../document.ts";
import { escapeMarkup, html, trusted } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { figure, notes } from "./figure.ts";
import { page } from "./page.ts";
import { pair } from "./section.ts";
import { second, table } from "./table.ts";

export async function documentPage(document: ReportDocument): Promise<string> {
  const sections = [];
  for (const [i, { title, reader, lede, blocks }] of document.sections.entries()) {
    const body: HtmlPart[] = [];
    for (const block of blocks) body.push(await blockHtml(block));
    if (i === 0 && document.isSigned) body.push(SIGNATURES);
    sections.push({ title, reader, lede, body });
  }
  const { figures, scope, isRedacted, footer, embedded } = document;
  return page({
    result: document,
    ...{ figures, scope, sections },
    living: { embedded: JSON.stringify(embedded), footer, isRedacted },
  });
}

async function blockHtml(block: Block): Promise<HtmlPart> {
  switch (block.kind) {
    case "table":
      return tableHtml(block);
    case "chart": {
      const drawing = await figure(block.chart);
      if (block.remarks === undefined) return drawing;
      return html`<div class="pair uneven">${drawing}${notes(block.remarks)}</div>`;
    }
    case "list":
      return html`<div class="${block.isOffPaper === true ? "block off-paper" : "block"}">
        <h3>${block.title}</h3>
        <ul class="items">
          ${block.items.map((item) => html`<li>${item}</li>`)}
        </ul>
      </div>`;
    case "commands":
      return trusted(`<pre tabindex="0">${block.lines.map(escapeMarkup).join("\n")}</pre>`);
    case "pair":
      return pair(await all(block.left), await all(block.right));
  }
}

async function all(blocks: readonly Block[]): Promise<HtmlPart[]> {
  const parts: HtmlPart[] = [];
  for (const block of blocks) parts.push(await blockHtml(block));
  return parts;
}

type Row = readonly Cell[];

function tableHtml(block: DocumentTable): Html {
  const { heads, rows, numbers, caption, markedIndex, isSummed, printedRowCount, foldedAs } = block;
  const { offPaperRows = [] } = block;
  const columns = heads.map((head, i) => ({
    head,
    isNumber: numbers.includes(i),
    cell: (row: Row): HtmlPart => cellHtml(row[i] ?? ""),
  }));
  const isOffPaper = (i: number): boolean =>
    i >= (printedRowCount ?? Infinity) || offPaperRows.includes(i);
  const body = table(columns, rows, {
    caption,
    isMarked: (row: Row) => markedIndex !== undefined && row === rows[markedIndex],
    isTotal: (row: Row) => isSummed === true && row === rows.at(-1),
    isOffPaper: (row: Row) => isOffPaper(rows.indexOf(row)),
  });
  const more = rows.filter((_, i) => isOffPaper(i)).length;
  if (foldedAs !== undefined) {
    return html`<details>
      <summary>${foldedAs}</summary>
      ${body}
    </details>`;
  }
  return html`<div class="${block.isOffPaper === true ? "block off-paper" : "block"}">
    ${block.title === undefined ? undefined : html`<h3>${block.title}</h3>`} ${body}
    ${more > 0 ? html`<p class="on-paper sub">${more} more in the file.</p>` : undefined}
  </div>`;
}

function cellHtml(cell: Cell): HtmlPart {
  if (typeof cell === "string") return isDate(cell) ? whole(cell) : marksHtml(cell);
  const [first, more] = cell;
  if (isDate(first)) return [whole(first), html`<span class="second whole">${more}</span>`];
  return [marksHtml(first), second(more)];
}

const isDate = (text: string): boolean => /^\d{4}(?:-\d{2}){0,2}$/.test(text);

/** Never broken at its hyphens. */
const whole = (text: string): Html => html`<span class="whole">${text}</span>`;

/** What holds and what does not is told by a glyph and by its color. */
function marksHtml(text: string): HtmlPart {
  if (text.startsWith("✓")) return html`<span class="ok">${text}</span>`;
  return text.startsWith("✗") ? html`<span class="fail">${text}</span>` : text;
}

const SIGNATURES = html`<div class="sign">
  ${["Finance", "Architect", "Audit"].map((who) => html`<p>${who}: name, date, signature</p>`)}
</div>`;
