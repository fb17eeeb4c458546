/** Labels that keep out of each other's way. */

export interface Spot {
  /** Where the label would like to be. */
  readonly wantedY: number;
}

export interface Placed<T extends Spot> {
  readonly label: T;
  readonly position: number;
}

/**
 * Moves labels apart along one axis until neighbors are at least `gap` apart, as little as
 * possible, inside [low, high] where that can be. Order of wanted places is kept, equal ones
 * stay in the order given.
 *
 * Labels that touch become a block at the mean of what its members want (pool adjacent
 * violators: least squares under the order's constraint).
 */
export function spread<T extends Spot>(
  labels: readonly T[],
  room: { readonly gap: number; readonly low: number; readonly high: number },
): Placed<T>[] {
  const { gap, low, high } = room;
  const sorted = labels
    .map((label, order) => ({ label, order }))
    .sort((a, b) => a.label.wantedY - b.label.wantedY || a.order - b.order);
  // With gap·i subtracted, "at least gap apart" becomes "not decreasing".
  const blocks: { sum: number; count: number }[] = [];
  sorted.forEach(({ label }, i) => {
    let block = { sum: label.wantedY - gap * i, count: 1 };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.count <= block.sum / block.count) break;
      block = { sum: block.sum + last.sum, count: block.count + last.count };
      blocks.pop();
    }
    blocks.push(block);
  });
  const ceiling = Math.max(low, high - gap * (sorted.length - 1));
  const means = blocks.flatMap(({ sum, count }) => Array<number>(count).fill(sum / count));
  return sorted.map(({ label }, i) => ({
    label,
    position: Math.min(Math.max(means[i] ?? 0, low), ceiling) + gap * i,
  }));
}

/**
 * Names without a first word that another name shares ("H100 fat tree", "H100 torus"), so
 * that direct labels are short. The tables have the full names.
 */
export function shortNames(names: readonly string[]): string[] {
  const first = (name: string): string => name.split(/[\s,:]+/)[0] ?? "";
  const shorter = names.map((name) => {
    const shared = names.filter((other) => first(other) === first(name)).length > 1;
    const rest = name.slice(first(name).length).replace(/^[\s,:]+/, "");
    return shared && rest !== "" ? rest : name;
  });
  return new Set(shorter).size === new Set(names).size ? shorter : [...names];
}
