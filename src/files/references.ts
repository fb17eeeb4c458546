/** Finds what a file or a flag refers to: by id on the shelves, then beside it, or by path. */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { suggest } from "../base/suggest.ts";
import type { Document } from "./document.ts";
import { readDocument } from "./document.ts";
import type { Place } from "./issue.ts";
import { didYouMean, listed, refuse, shown, wholeFile } from "./issue.ts";
import type { Shelf } from "./shipped.ts";
import { SHELVES, shippedIds, shippedPath } from "./shipped.ts";

/** Where a reference stands. */
export interface Origin {
  /** Path of the referring file; relative paths and neighbors count from it. */
  readonly from?: string;
  /** Place of the reference in it: for messages. */
  readonly place?: Place;
}

export interface Located {
  readonly path: string;
  /** For messages: shipped files without the machine's folders. */
  readonly name: string;
}

export async function locate(shelf: Shelf, reference: string, origin: Origin): Promise<Located> {
  if (isPath(reference)) return locatePath(reference, origin);
  const name = `${SHELVES[shelf]}/${reference}.yaml`;
  const isName = /^[\w][\w.-]*$/.test(reference);
  if (isName && existsSync(shippedPath(name))) return { path: shippedPath(name), name };
  for (const extension of isName && origin.from !== undefined ? ["yaml", "yml", "json"] : []) {
    const path = join(dirname(origin.from ?? ""), `${reference}.${extension}`);
    if (existsSync(path)) return { path, name: path };
  }
  return refuseId(shelf, reference, origin);
}

/** The document that a reference leads to. */
export async function readReference(
  shelf: Shelf,
  reference: string,
  origin: Origin,
): Promise<{ document: Document; path: string }> {
  const { path, name } = await locate(shelf, reference, origin);
  return { document: await readDocument(path, name), path };
}

/** A slash or the ending of a file makes a path, all else is an id. */
export function isPath(reference: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/i.test(reference);
}

function locatePath(reference: string, origin: Origin): Located {
  const { from, place } = origin;
  const path =
    from === undefined || isAbsolute(reference) ? reference : join(dirname(from), reference);
  if (place !== undefined && !existsSync(path)) {
    return refuse(place, {
      code: "missing-file",
      found: `the path ${shown(reference)}, where no file is`,
      expected: "the path of a file, counted from this one",
      nextStep: "check the path",
    });
  }
  return { path, name: path };
}

async function refuseId(shelf: Shelf, reference: string, origin: Origin): Promise<never> {
  const ids = await shippedIds(shelf);
  const what = WORDS[shelf] ?? shelf;
  return refuse(origin.place ?? wholeFile(origin.from ?? shown(reference)), {
    code: shelf === "model" ? "unknown-model" : "unknown-part",
    found: `the ${what} ${shown(reference)}`,
    expected: `the id of a ${what} (${listed(ids)}) or the path of its file`,
    nextStep: didYouMean(suggest(reference, ids), "choose one of them"),
  });
}

const WORDS: Partial<Readonly<Record<Shelf, string>>> = {
  "host-part": "node",
  software: "software profile",
};
