/** A report record as Markdown, as rows for a spreadsheet, and as files of drawings. */
import { fixed } from "../base/format.ts";
import { standaloneSvg } from "./chart/chart.ts";
import { csvOf } from "./csv.ts";
import { blocksOf, cellText } from "./document.ts";
import type { Block, DocumentSection, DocumentTable, ReportDocument } from "./document.ts";
import { fenced, safe } from "./markdown.ts";
import { VERDICT } from "./words.ts";

export type DrawingsIn = (name: string) => string;

/** `drawing` gives the address of a chart by its file name; without it charts are tables. */
export function documentMarkdown(document: ReportDocument, drawing?: DrawingsIn): string {
  const { answer, asOf, catalog, seed, version } = document;
  const { glyph, word } = VERDICT[answer.verdict];
  const redacted = document.isRedacted ? " · **prices redacted**" : "";
  const blocks = [
    `# ${safe(answer.sentence)}`,
    `> ${safe(document.question)}`,
    `**${glyph} ${word}** · as of ${safe(asOf)} · catalog ${safe(catalog)} · ` +
      `seed ${fixed(seed)} · fabricast ${safe(version)}${redacted}`,
    answer.beware.map((sentence) => `- ${safe(sentence)}`).join("\n"),
    [
      ...document.figures.map(
        ({ name, value, unit, more }) =>
          `- ${safe(name)}: **${safe(`${value} ${unit}`.trim())}** ${safe(more)}`,
      ),
      ...document.scope.map(([name, text]) => `- ${safe(name)}: ${safe(text)}`),
    ].join("\n"),
    ...document.sections.map((section, i) => sectionText(section, i + 1, drawing)),
    safe(document.footer),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function sectionText(section: DocumentSection, place: number, drawing?: DrawingsIn): string {
  const head = `## ${place} ${safe(section.title)}\n\n${safe(section.lede)}`;
  return [head, ...section.blocks.map((block) => blockText(block, drawing))].join("\n\n");
}

function blockText(block: Block, drawing?: DrawingsIn): string {
  switch (block.kind) {
    case "table":
      return tableText(block);
    case "chart": {
      const { title, subtitle, values, desc, name, index } = block.chart;
      const head = `### ${safe(title)}\n\n${safe(subtitle)}`;
      const picture =
        drawing === undefined
          ? []
          : [`![${safe(desc)}](${encodeURI(drawing(`${name}-${index}.svg`))})`];
      const rows = values.rows.map((row) => row.map(String));
      const body = rowsText(values.columns, rows, []);
      const remarks = (block.remarks ?? []).map(([h, text]) => `**${safe(h)}.** ${safe(text)}`);
      return [head, ...picture, body, ...remarks].join("\n\n");
    }
    case "list":
      return `### ${safe(block.title)}\n\n${block.items.map((one) => `- ${safe(one)}`).join("\n")}`;
    case "commands":
      return fenced(block.lines);
    case "pair":
      return [...block.left, ...block.right].map((one) => blockText(one, drawing)).join("\n\n");
  }
}

function tableText({ title, caption, heads, rows, numbers }: DocumentTable): string {
  const head = title === undefined ? "" : `### ${safe(title)}\n\n`;
  const body = rowsText(
    heads,
    rows.map((row) => row.map(cellText)),
    numbers,
  );
  return `${head}${safe(caption)}\n\n${body}`;
}

function rowsText(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(heads.map(safe)),
    line(heads.map((_, i) => (numbers.includes(i) ? "---:" : "---"))),
    ...rows.map((row) => line(row.map(safe))),
  ].join("\n");
}

/** One row a cell: where it stands, and what it says. */
export function documentCsv(document: ReportDocument): Promise<string> {
  const rows = document.sections.flatMap((section) =>
    blocksOf({ ...document, sections: [section] }).flatMap((block) => {
      if (block.kind === "chart") {
        const { columns, rows: values } = block.chart.values;
        return longRows(section.title, block.chart.title, columns, values);
      }
      if (block.kind !== "table") return [];
      const cells = block.rows.map((row) => row.map(cellText));
      return longRows(section.title, block.title ?? block.caption, block.heads, cells);
    }),
  );
  return csvOf(rows);
}

function longRows(
  section: string,
  table: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
) {
  return rows.flatMap((row, i) =>
    row.map((value, column) => ({
      ...{ section, table, row: i + 1, column: heads[column] ?? "", value },
    })),
  );
}

/** Every drawing as a file of its own, with its title inside. */
export async function documentDrawings(
  document: ReportDocument,
): Promise<{ readonly name: string; readonly text: string }[]> {
  const source = `fabricast ${document.version}, catalog ${document.catalog}`;
  const files: { name: string; text: string }[] = [];
  for (const block of blocksOf(document)) {
    if (block.kind !== "chart") continue;
    const { name, index } = block.chart;
    files.push({ name: `${name}-${index}.svg`, text: await standaloneSvg(block.chart, source) });
  }
  return files;
}
