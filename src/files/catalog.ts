/** All shipped parts with all their figures, in the order of shelves and ids. */
import { suggest } from "../base/suggest.ts";
import type { CatalogFigure, CatalogPart, Grade } from "../records/catalog.ts";
import { isSourced } from "../records/sourced.ts";
import { countFigures, readFigures } from "./catalog-figures.ts";
import { pointerTo } from "./document.ts";
import { didYouMean, listed, plainText, refuse, shown, wholeFile } from "./issue.ts";
import { readReference } from "./references.ts";
import type { SchemaName } from "./schemas/table.ts";
import type { Shelf } from "./shipped.ts";
import { shippedIds } from "./shipped.ts";
import { validated } from "./validators.ts";
import { isGroup } from "./walk.ts";

interface Sort {
  readonly sort: string;
  /** Where predictions look. */
  readonly parts?: { readonly shelf: Shelf; readonly schema: SchemaName };
  /** Where the rest of what is known lies. */
  readonly figures?: Shelf;
}

const SORTS: readonly Sort[] = [
  part("accelerator", "accelerator", "accelerator", "accelerator-figures"),
  part("node", "host-part", "host-part", "host-figures"),
  part("nic", "nic", "network-part", "nic-figures"),
  part("switch", "switch", "network-part", "switch-figures"),
  part("link", "link", "network-part"),
  part("optic", "optic", "network-part", "optic-figures"),
  part("software", "software", "software"),
  part("site", "site", "site", "site-figures"),
  { sort: "facility", figures: "facility" },
  { sort: "latency", figures: "latency" },
  { sort: "reliability", figures: "reliability" },
  { sort: "cost model", figures: "cost-model" },
  { sort: "rule", figures: "rule" },
  { sort: "design", figures: "design" },
];

/** Shelves of what is shown only, some of it of no part. */
export const FIGURE_SHELVES: readonly Shelf[] = SORTS.flatMap(({ figures }) => figures ?? []);

function part(sort: string, shelf: Shelf, schema: SchemaName, figures?: Shelf): Sort {
  return { sort, parts: { shelf, schema }, ...(figures === undefined ? {} : { figures }) };
}

export async function readCatalog(): Promise<readonly CatalogPart[]> {
  const parts: CatalogPart[] = [];
  for (const sort of SORTS) {
    const known = await knownIds(sort);
    for (const id of known.all) parts.push(await partOf(sort, id, known));
  }
  return parts;
}

/** The parts of one sort, with the figures of their own files alone: what predictions use. */
export async function readParts(wanted: string): Promise<readonly CatalogPart[]> {
  const parts: CatalogPart[] = [];
  for (const { sort, parts: own } of SORTS) {
    if (sort !== wanted || own === undefined) continue;
    for (const id of await shippedIds(own.shelf))
      parts.push({ id, sort, ...(await ownOf(own, id)) });
  }
  return parts;
}

/** As `readCatalog`, with further figures only counted: for lists. */
export async function readCatalogHeads(): Promise<readonly CatalogPart[]> {
  const parts: CatalogPart[] = [];
  for (const sort of SORTS) {
    const known = await knownIds(sort);
    for (const id of known.all) parts.push(await headOf(sort, id, known));
  }
  return parts;
}

async function headOf(sort: Sort, id: string, known: KnownIds): Promise<CatalogPart> {
  const { parts, figures } = sort;
  const own = parts && known.parts.includes(id) ? await ownOf(parts, id) : undefined;
  const more = figures && known.figures.includes(id) ? await countFigures(figures, id) : undefined;
  return {
    ...{ id, sort: sort.sort, name: own?.name ?? more?.name ?? id },
    figures: own?.figures ?? [],
    conflicts: own?.conflicts ?? [],
    furtherCount: more?.count ?? 0,
  };
}

/** One part by its id; a wrong one is refused with the nearest. */
export async function readCatalogPart(id: string): Promise<CatalogPart> {
  const ids: string[] = [];
  for (const sort of SORTS) {
    const known = await knownIds(sort);
    if (known.all.includes(id)) return partOf(sort, id, known);
    ids.push(...known.all);
  }
  return refuse(wholeFile(shown(id)), {
    code: "unknown-part",
    found: `the part ${shown(id)}`,
    expected: `the id of a part (${listed(ids)})`,
    nextStep: didYouMean(suggest(id, ids), "`fabricast catalog list` shows them"),
  });
}

interface KnownIds {
  readonly parts: readonly string[];
  readonly figures: readonly string[];
  readonly all: readonly string[];
}

async function knownIds({ parts, figures }: Sort): Promise<KnownIds> {
  const ids = {
    parts: parts === undefined ? [] : await shippedIds(parts.shelf),
    figures: figures === undefined ? [] : await shippedIds(figures),
  };
  return { ...ids, all: [...new Set([...ids.parts, ...ids.figures])].sort() };
}

async function partOf(sort: Sort, id: string, known: KnownIds): Promise<CatalogPart> {
  const { parts, figures } = sort;
  const own = parts && known.parts.includes(id) ? await ownOf(parts, id) : undefined;
  const more = figures && known.figures.includes(id) ? await readFigures(figures, id) : undefined;
  return {
    ...{ ...more, id, sort: sort.sort, name: own?.name ?? more?.name ?? id },
    figures: [...(own?.figures ?? []), ...(more?.figures ?? [])],
    conflicts: own?.conflicts ?? [],
  };
}

/** The part's own file: what predictions use of it. */
async function ownOf({ shelf, schema }: NonNullable<Sort["parts"]>, id: string) {
  const { document } = await readReference(shelf, id, {});
  const data = await validated<PartFile>(schema, document);
  const figures = figuresOf(data, document.data);
  return { name: data.name ?? id, figures, conflicts: data.conflicts ?? [] };
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
    const grade = isGroup(raw) ? (raw["grade"] as Grade | undefined) : undefined;
    const head = { pointer, written, sourced: data, isPrice };
    const graded = grade === undefined ? head : { ...head, grade };
    return [priceKind === undefined ? graded : { ...graded, priceKind }];
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
