/**
 * What is known of a part beyond its own file. These figures enter no prediction, so they lie
 * apart and are read only where the catalog is asked for.
 */
import { at } from "../base/assert.ts";
import type { CatalogFact, CatalogFigure, CatalogPart, Grade } from "../records/catalog.ts";
import type { Provenance } from "../records/sourced.ts";
import { readText } from "./read.ts";
import { readReference } from "./references.ts";
import type { Shelf } from "./shipped.ts";
import { SHELVES, shippedPath } from "./shipped.ts";
import { validated } from "./validators.ts";

interface FigureFile {
  readonly id: string;
  readonly name: string;
  readonly figures?: readonly Entry[];
  readonly facts?: readonly CatalogFact[];
  readonly unsupported?: readonly string[];
  readonly unknown?: readonly string[];
  readonly notes?: readonly string[];
}

interface Entry {
  readonly name: string;
  readonly value: number | readonly number[];
  readonly unit?: string;
  readonly kind?: string;
  readonly source: string;
  readonly date?: string | number;
  readonly provenance: Provenance;
  readonly grade?: Grade;
  readonly note?: string;
}

export async function readFigures(
  shelf: Shelf,
  id: string,
): Promise<Omit<CatalogPart, "sort" | "conflicts">> {
  const { document } = await readReference(shelf, id, {});
  const { figures = [], ...rest } = await validated<FigureFile>("figures", document);
  return { ...rest, figures: figures.map(figureOf) };
}

function figureOf(entry: Entry, index: number): CatalogFigure {
  const { name, value, unit, kind, source, date, provenance, grade, note } = entry;
  const values = typeof value === "number" ? [value] : value;
  const isRange = values.length === 2;
  const numbers = values.join(isRange ? " to " : ", ");
  const middle = isRange ? (at(values, 0) + at(values, 1)) / 2 : at(values, 0);
  return {
    pointer: `/figures/${index}`,
    name,
    written: unit === undefined ? numbers : `${numbers} ${unit}`,
    sourced: {
      value: middle,
      source,
      date: date === undefined ? "" : String(date),
      provenance,
      ...(note === undefined ? {} : { note }),
    },
    isPrice: kind !== undefined,
    ...(kind === undefined ? {} : { priceKind: kind }),
    ...(grade === undefined ? {} : { grade }),
  };
}

/**
 * Name and number of the figures alone, for lists: parsing all files would take a second. It
 * counts on the layout in which they ship; a test compares it with the parser.
 */
export async function countFigures(
  shelf: Shelf,
  id: string,
): Promise<{ readonly name: string; readonly count: number }> {
  const text = await readText(shippedPath(`${SHELVES[shelf]}/${id}.yaml`));
  const name = /^name: "?(.*?)"?$/m.exec(text)?.[1] ?? id;
  const block = /^figures:\n((?: .*\n)*)/m.exec(text)?.[1] ?? "";
  return { name, count: block.match(/^ {2}- name: /gm)?.length ?? 0 };
}
