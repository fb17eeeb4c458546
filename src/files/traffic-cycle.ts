/** A circle of waiting among messages, if there is one. */

/** waits[m]: whom m waits for. The circle in that order, or undefined. Without recursion. */
export function cycleOf(waits: readonly (readonly number[])[]): number[] | undefined {
  const state = new Uint8Array(waits.length); // 0 new, 1 on the path, 2 done
  const at = new Int32Array(waits.length);
  for (let start = 0; start < waits.length; start++) {
    if (state[start] !== 0) continue;
    const path = [start];
    state[start] = 1;
    while (path.length > 0) {
      const m = path[path.length - 1]!;
      const next = waits[m]![at[m]!++];
      if (next === undefined) {
        state[m] = 2;
        path.pop();
      } else if (state[next] === 1) return path.slice(path.indexOf(next));
      else if (state[next] === 0) {
        state[next] = 1;
        path.push(next);
      }
    }
  }
  return undefined;
}
