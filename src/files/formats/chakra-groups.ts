/**
 * Groups of ranks as Chakra traces of PyTorch name them: JSON in the text of a METADATA node,
 * `[{"pg_name": "1", "ranks": [0, 2]}]` with two letters of padding at either end; and as
 * ASTRA-sim's communicator file has them, `{"1": [0, 2]}`.
 */
import type { Place } from "../issue.ts";
import { refuse, shown } from "../issue.ts";
import { isGroup } from "../walk.ts";

export function groupsOf(text: string, place: Place): Map<string, readonly number[]> {
  const begin = text.indexOf("[{");
  const end = text.lastIndexOf("}]");
  const groups = new Map<string, readonly number[]>();
  // Other records are METADATA nodes too; only those that speak of groups are read.
  if (begin === -1 || end === -1 || !text.includes("pg_name")) return groups;
  const items = parsed(text.slice(begin, end + 2).replaceAll('\\"', '"'));
  if (!Array.isArray(items)) return refuseGroups(place, text);
  for (const item of items as unknown[]) {
    const name = isGroup(item) ? item["pg_name"] : undefined;
    const ranks = isGroup(item) ? item["ranks"] : undefined;
    const isNamed = typeof name === "string" || typeof name === "number";
    if (!isNamed || !isRanks(ranks)) return refuseGroups(place, JSON.stringify(item));
    // No ranks: everyone.
    if (ranks.length > 0) groups.set(String(name), ranks);
  }
  return groups;
}

export function communicatorsOf(data: unknown, place: Place): Map<string, readonly number[]> {
  if (!isGroup(data)) return refuseGroups(place, shown(data));
  return new Map(
    Object.entries(data).map(([name, ranks]) =>
      isRanks(ranks) && ranks.length > 0 ? [name, ranks] : refuseGroups(place, shown(ranks)),
    ),
  );
}

function isRanks(value: unknown): value is readonly number[] {
  if (!Array.isArray(value)) return false;
  const isRank = (rank: unknown) => Number.isSafeInteger(rank) && (rank as number) >= 0;
  return value.every(isRank) && new Set(value).size === value.length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said by the caller, with its place
  }
}

function refuseGroups(place: Place, found: string): never {
  return refuse(place, {
    code: "not-chakra",
    found: `groups as ${shown(found)}`,
    expected: 'a name and ranks, each once: {"pg_name": "1", "ranks": [0, 2]} or {"1": [0, 2]}',
    nextStep: "export it again",
  });
}
