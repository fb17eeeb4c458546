/** A report record shown in one form, or written in all of them beside each other. */
import { writeAll } from "../files/write.ts";
import type { Output } from "../files/write.ts";
import type { ReportDocument } from "../report/document.ts";
import { documentCsv, documentDrawings, documentMarkdown } from "../report/document-text.ts";
import { documentPage } from "../report/html/document.ts";
import { redacted } from "../report/redact.ts";
import { isOn, text } from "./command.ts";
import { say } from "./output.ts";

type Flags = Readonly<Record<string, unknown>>;

const shown = (document: ReportDocument, flags: Flags): ReportDocument =>
  isOn(flags, "redact-prices") ? redacted(document) : document;

const dataOf = ({ embedded }: ReportDocument): string =>
  `${JSON.stringify(embedded.answer, null, 2)}\n`;

/** Whether a form was asked for with --report, which then stands on standard output. */
export async function showDocument(document: ReportDocument, flags: Flags): Promise<boolean> {
  const form = text(flags, "report");
  if (form === undefined) return false;
  const one = shown(document, flags);
  process.stdout.write(await formOf(one, form));
  return true;
}

function formOf(document: ReportDocument, form: string): Promise<string> | string {
  if (form === "html") return documentPage(document);
  if (form === "csv") return documentCsv(document);
  return form === "json" ? dataOf(document) : documentMarkdown(document);
}

export interface Written {
  readonly folder: string;
  /** Of the files' names. */
  readonly stem: string;
  /** Further files that belong to them. */
  readonly others: readonly Output[];
}

/** Page, Markdown, rows, data and drawings: all of them or none. */
export async function writeDocument(
  document: ReportDocument,
  flags: Flags,
  { folder, stem, others }: Written,
): Promise<void> {
  const one = shown(document, flags);
  const drawings = await documentDrawings(one);
  const name = (drawing: string): string => `${stem}-${drawing}`;
  const files = [
    { path: `${folder}/${stem}.html`, text: await documentPage(one) },
    { path: `${folder}/${stem}.md`, text: documentMarkdown(one, name) },
    { path: `${folder}/${stem}.csv`, text: await documentCsv(one) },
    { path: `${folder}/${stem}.json`, text: dataOf(one) },
    ...drawings.map((drawing) => ({ path: `${folder}/${name(drawing.name)}`, text: drawing.text })),
    ...others,
  ];
  await writeAll(files);
  for (const { path } of files) say(`wrote ${path}`);
}
