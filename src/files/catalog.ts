/** All shipped parts with all their figures, in the order of shelves and ids. */
import { suggest } from "../base/suggest.ts";
import type { CatalogFigure, CatalogPart } from "../records/catalog.ts";
import { isSourced } from "../records/sourced.ts";
import { pointerTo } from "./document.ts";
import { didYouMean, listed, plainText, refuse, shown, wholeFile } from "./issue.ts";
import { readReference } from "./references.ts";
import type { SchemaName } from "./schemas/table.ts";
import type { Shelf } from "./shipped.ts";
import { shippedIds } from "./shipped.ts";
import { validated } from "./validators.ts";
import { isGroup } from "./walk.ts";

const SHELVES: readonly (readonly [Shelf, SchemaName, string])[] = [
  ["accelerator", "accelerator", "accelerator"],
  ["host-part", "host-part", "node"],
  ["nic", "network-part", "nic"],
  ["switch", "network-part", "switch"],
  ["link", "network-part", "link"],
  ["optic", "network-part", "optic"],
  ["software", "software", "software"],
  ["site", "site", "site"],
];

export async function readCatalog(): Promise<readonly CatalogPart[]> {
  const parts: CatalogPart[] = [];
  for (const [shelf, schema, sort] of SHELVES) {
    for (const id of await shippedIds(shelf)) parts.push(await partOf(shelf, schema, sort, id));
  }
  return parts;
}

/** One part by its id; a wrong one is refused with the nearest. */
export async function readCatalogPart(id: string): Promise<CatalogPart> {
  const known: string[] = [];
  for (const [shelf, schema, sort] of SHELVES) {
    const ids = await shippedIds(shelf);
    if (ids.includes(id)) return partOf(shelf, schema, sort, id);
    known.push(...ids);
  }
  return refuse(wholeFile(shown(id)), {
    code: "unknown-part",
    found: `the part ${shown(id)}`,
    expected: `the id of a part (${listed(known)})`,
    nextStep: didYouMean(suggest(id, known), "`fabricast catalog list` shows them"),
  });
}

async function partOf(
  shelf: Shelf,
  schema: SchemaName,
  sort: string,
  id: string,
): Promise<CatalogPart> {
  const { document } = await readReference(shelf, id, {});
  const data = await validated<PartFile>(schema, document);
  const figures = figuresOf(data, document.data);
  return { id, sort, name: data.name ?? id, figures, conflicts: data.conflicts ?? [] };
}

interface PartFile {
  readonly name?: string;
  readonly conflicts?: readonly string[];
}

/** Walks the converted file and the written one side by side. */
function figuresOf(data: unknown, raw: unknown, pointer = "", kind?: string): CatalogFigure[] {
  if (isSourced(data)) {
    const written = plainText(isGroup(raw) ? raw["value"] : raw);
    const isPrice = /price$/i.test(pointer) && kind !== "energy";
    const priceKind = isPrice ? (kind ?? "purchase") : undefined;
    const head = { pointer, written, sourced: data, isPrice };
    return [priceKind === undefined ? head : { ...head, priceKind }];
  }
  if (typeof data !== "object" || data === null) return [];
  const own: unknown = Reflect.get(data, "kind");
  // A switch or a link says its kind too; only entries of price lists mean a price by it.
  const here = typeof own === "string" && /\/\d+$/.test(pointer) ? own : kind;
  return Object.entries(data).flatMap(([key, value]) => {
    const inner: unknown = typeof raw === "object" && raw !== null ? Reflect.get(raw, key) : raw;
    return figuresOf(
      value,
      inner,
      pointerTo(pointer, key),
      key === "energyPrice" ? "energy" : here,
    );
  });
}
