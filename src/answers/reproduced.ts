/**
 * A stored answer beside the one that the same question gets now: value by value, so that a
 * reader sees what moved. What was taken out of a report cannot be compared, and is counted.
 */
export interface Moved {
  /** "options.0.days.p50" */
  readonly pointer: string;
  readonly was: string;
  readonly is: string;
}

export interface Reproduced {
  readonly equalCount: number;
  readonly moved: readonly Moved[];
  /** Values without figures in the report. */
  readonly hidden: readonly string[];
}

/** `hiddenWord` stands where a figure was taken out. */
export function reproduced(was: unknown, is: unknown, hiddenWord: string): Reproduced {
  const moved: Moved[] = [];
  const hidden: string[] = [];
  let equalCount = 0;
  const old = leaves(was);
  const fresh = leaves(is);
  for (const pointer of new Set([...old.keys(), ...fresh.keys()])) {
    const [before, after] = [old.get(pointer), fresh.get(pointer)];
    if (before !== after) {
      moved.push({ pointer, was: before ?? "nothing", is: after ?? "nothing" });
    } else if (before?.includes(hiddenWord) === true) hidden.push(pointer);
    else equalCount += 1;
  }
  return { equalCount, moved, hidden };
}

/** All values that hold no others, by where they stand; empty lists and groups as such. */
function leaves(data: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const open: (readonly [string, unknown])[] = [["", data]];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const [pointer, value] = one;
    const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
    if (inner.length === 0) found.set(pointer, JSON.stringify(value) ?? "nothing");
    for (const [key, part] of inner.toReversed()) {
      open.push([pointer === "" ? key : `${pointer}.${key}`, part]);
    }
  }
  return found;
}
