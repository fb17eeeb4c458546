/** The catalog for a terminal and for programs. */
import { fixed } from "../base/format.ts";
import type { CatalogFigure, CatalogPart } from "../records/catalog.ts";
import { plain } from "./escape.ts";
import { layOut } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

/** A part with what the caller found out about it. */
export interface ListedPart {
  readonly part: CatalogPart;
  readonly price?: CatalogFigure;
  readonly isOld: boolean;
}

const LIST: readonly TextColumn<ListedPart>[] = [
  { head: "id", cell: ({ part }) => part.id },
  { head: "sort", cell: ({ part }) => part.sort },
  { head: "name", cell: ({ part }) => plain(part.name) },
  { head: "price", isNumber: true, cell: ({ price }) => plain(price?.written ?? "–") },
  { head: "kind", cell: ({ price }) => price?.priceKind ?? "" },
  { head: "as of", cell: ({ price }) => price?.sourced.date ?? "" },
  { head: "from", cell: ({ price }) => price?.sourced.provenance ?? "" },
  { head: "", cell: ({ isOld }) => (isOld ? "old" : "") },
  { head: "figures", isNumber: true, cell: ({ part }) => fixed(part.figures.length) },
  { head: "conflicts", isNumber: true, cell: ({ part }) => fixed(part.conflicts.length) },
];

export function catalogText(parts: readonly ListedPart[]): string {
  const laid = layOut(LIST, parts, Infinity);
  return text([laid.head, "─".repeat(laid.columnCount), ...laid.rows]);
}

const FIGURES: readonly TextColumn<CatalogFigure>[] = [
  { head: "figure", cell: ({ pointer }) => plain(pointer.slice(1).replaceAll("/", ".")) },
  { head: "value", isNumber: true, cell: ({ written }) => plain(written) },
  { head: "kind", cell: ({ priceKind }) => priceKind ?? "" },
  { head: "as of", cell: ({ sourced }) => sourced.date },
  { head: "from", cell: ({ sourced }) => sourced.provenance },
  { head: "source", cell: ({ sourced }) => plain(withNote(sourced)) },
];

const withNote = ({ source, note }: CatalogFigure["sourced"]): string =>
  note === undefined ? source : `${source}; ${note}`;

/** Sources last and uncut: who says so is what this is asked for. */
export function partText(part: CatalogPart): string {
  const laid = layOut(FIGURES, part.figures, Infinity);
  return text([
    plain(`${part.name} (${part.sort} ${part.id})`),
    "",
    ...[laid.head, ...laid.rows].map((line) => `  ${line}`),
    ...part.conflicts.map((line) => plain(`  conflict: ${line}`)),
  ]);
}

const text = (lines: readonly string[]): string =>
  `${lines
    .map((line) => line.trimEnd())
    .join("\n")
    .replaceAll("\u00a0", " ")}\n`;

/** Every figure with value and unit as written and in SI, source, date and provenance. */
export function partShown(part: CatalogPart): Readonly<Record<string, unknown>> {
  const { figures, ...head } = part;
  return {
    ...head,
    figures: figures.map(({ pointer, written, sourced, priceKind }) => ({
      figure: pointer,
      ...splitUnit(written),
      si: sourced.value,
      source: sourced.source,
      date: sourced.date,
      provenance: sourced.provenance,
      ...(priceKind === undefined ? {} : { kind: priceKind }),
      ...(sourced.note === undefined ? {} : { note: sourced.note }),
    })),
  };
}

/** "400 Gb/s" → 400 and "Gb/s"; a plain number has no unit. */
function splitUnit(written: string): { value: number | string; unit: string } {
  const found = /^([-+.\d,eE]+)\s*(.*)$/.exec(written);
  if (found === null) return { value: written, unit: "" };
  return { value: Number((found[1] ?? "").replaceAll(",", "")), unit: found[2] ?? "" };
}
