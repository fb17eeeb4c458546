/**
 * Parts that a cluster file defines for itself, under `parts`: where one of their ids stands,
 * the part is put in its place. Complaints still name the line where it was written.
 */
import type { Document } from "./document.ts";
import { pointerTo } from "./document.ts";
import { isGroup } from "./walk.ts";

export function withOwnParts(document: Document, keys: readonly string[]): Document {
  const { data } = document;
  const parts = isGroup(data) ? data["parts"] : undefined;
  if (!isGroup(data) || !isGroup(parts)) return document;
  /** Where a part was put → where it was written. */
  const origins = new Map<string, string>();
  const replaced = (value: unknown, key: string, pointer: string): unknown => {
    if (typeof value === "string" && keys.includes(key) && Object.hasOwn(parts, value)) {
      origins.set(pointer, pointerTo("/parts", value));
      const { kind: _, ...body } = isGroup(parts[value]) ? parts[value] : {};
      return isGroup(parts[value]) ? replaced({ id: value, ...body }, key, pointer) : parts[value];
    }
    if (!isGroup(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        replaced(one, name, pointerTo(pointer, name)),
      ]),
    );
  };
  const { parts: _, ...rest } = data;
  return {
    ...document,
    data: replaced(rest, "", ""),
    place: (pointer, part) => {
      // A part in a part: the deepest one that holds the pointer, as often as it applies.
      let here = pointer;
      for (const [put, origin] of [...origins].toReversed()) {
        if (here === put || here.startsWith(`${put}/`)) here = origin + here.slice(put.length);
      }
      return { ...document.place(here, part), pointer };
    },
  };
}
