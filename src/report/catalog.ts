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
  {
    head: "figures",
    isNumber: true,
    cell: ({ part }) => fixed(part.figures.length + (part.furtherCount ?? 0)),
  },
  { head: "conflicts", isNumber: true, cell: ({ part }) => fixed(part.conflicts.length) },
];

export function catalogText(parts: readonly ListedPart[]): string {
  const laid = layOut(LIST, parts, Infinity);
  return text([laid.head, "─".repeat(laid.columnCount), ...laid.rows]);
}

interface AgedFigure {
  readonly figure: CatalogFigure;
  readonly ageDays: number | undefined;
}

const FIGURES: readonly TextColumn<AgedFigure>[] = [
  { head: "figure", cell: ({ figure }) => plain(nameOf(figure)) },
  { head: "value", isNumber: true, cell: ({ figure }) => plain(figure.written) },
  { head: "kind", cell: ({ figure }) => plain(figure.priceKind ?? "") },
  { head: "as of", cell: ({ figure }) => figure.sourced.date },
  {
    head: "days",
    isNumber: true,
    cell: ({ ageDays }) => (ageDays === undefined ? "" : fixed(ageDays)),
  },
  { head: "from", cell: ({ figure }) => figure.sourced.provenance },
  { head: "grade", cell: ({ figure }) => figure.grade ?? "" },
  { head: "source", cell: ({ figure }) => plain(withNote(figure.sourced)) },
];

const nameOf = ({ name, pointer }: CatalogFigure): string =>
  name ?? pointer.slice(1).replaceAll("/", ".");

const withNote = ({ source, note }: CatalogFigure["sourced"]): string =>
  note === undefined ? source : `${source}; ${note}`;

/** Sources last and uncut: who says so is what this is asked for. `ageOf` in days, if known. */
export function partText(
  part: CatalogPart,
  ageOf: (figure: CatalogFigure) => number | undefined = () => undefined,
): string {
  const aged = part.figures.map((figure) => ({ figure, ageDays: ageOf(figure) }));
  const rows = (shown: readonly AgedFigure[]): string[] => {
    if (shown.length === 0) return [];
    const laid = layOut(FIGURES, shown, Infinity);
    return [laid.head, ...laid.rows].map((line) => `  ${line}`);
  };
  const used = rows(aged.filter(({ figure }) => figure.name === undefined));
  const others = rows(aged.filter(({ figure }) => figure.name !== undefined));
  const { facts = [], unsupported = [], unknown = [], notes = [] } = part;
  const head =
    used.length === 0
      ? "  Shown, and used by no prediction:"
      : "  Further figures, used by no prediction:";
  return text([
    plain(`${part.name} (${part.sort} ${part.id})`),
    "",
    ...used,
    ...(used.length > 0 && others.length > 0 ? [""] : []),
    ...(others.length === 0 ? [] : [head, ...others]),
    ...facts.map((fact) => plain(`  ${fact.name}: ${fact.text} (${fact.source})`)),
    ...part.conflicts.map((line) => plain(`  conflict: ${line}`)),
    ...(unsupported.length === 0 ? [] : [plain(`  not supported: ${unsupported.join(", ")}`)]),
    ...(unknown.length === 0 ? [] : [plain(`  not known: ${unknown.join(", ")}`)]),
    ...notes.map((line) => plain(`  ${line}`)),
  ]);
}

const text = (lines: readonly string[]): string =>
  `${lines
    .map((line) => line.trimEnd())
    .join("\n")
    .replaceAll("\u00a0", " ")}\n`;

/** Every figure with value and unit as written and in SI, source, date and provenance. */
export function partShown(
  part: CatalogPart,
  ageOf: (figure: CatalogFigure) => number | undefined = () => undefined,
): Readonly<Record<string, unknown>> {
  const { figures, ...head } = part;
  return { ...head, figures: figures.map((figure) => figureShown(figure, ageOf(figure))) };
}

/** A figure with a name is in the unit of its source, so its number stands for itself. */
function figureShown(figure: CatalogFigure, ageDays: number | undefined): object {
  const { pointer, written, sourced, priceKind, name, grade } = figure;
  return {
    figure: pointer,
    ...(name === undefined ? {} : { name }),
    ...splitUnit(written),
    ...(name === undefined ? { si: sourced.value } : { isUsed: false }),
    source: sourced.source,
    date: sourced.date,
    ...(ageDays === undefined ? {} : { ageDays }),
    provenance: sourced.provenance,
    ...(grade === undefined ? {} : { grade }),
    ...(priceKind === undefined ? {} : { kind: priceKind }),
    ...(sourced.note === undefined ? {} : { note: sourced.note }),
  };
}

/** "400 Gb/s" → 400 and "Gb/s"; "3 to 5 m" → [3, 5] and "m"; a plain number has no unit. */
function splitUnit(written: string): { value: number | string | number[]; unit: string } {
  const found = /^((?:[-+.\d,eE]+(?: to |, ))*[-+.\d,eE]+)\s*(.*)$/.exec(written);
  if (found === null) return { value: written, unit: "" };
  const [, numbers = "", unit = ""] = found;
  const values = numbers.split(/ to |, /).map((text) => Number(text.replaceAll(",", "")));
  return { value: values.length === 1 ? (values[0] ?? written) : values, unit };
}
