/** A tree of switches as topology.conf, numbers in a row as ranges. */
import { printable } from "../../base/printable.ts";

export function slurmTopologyText(
  head: string,
  tree: readonly {
    readonly name: string;
    readonly nodes: readonly number[];
    readonly switches: readonly string[];
  }[],
): string {
  const word = (name: string): string => name.replace(/[^\w.-]+/g, "-");
  const lines = tree.map(({ name, nodes, switches }) => {
    const below = [
      ...(nodes.length > 0 ? [`Nodes=node${rangesOf(nodes)}`] : []),
      ...(switches.length > 0 ? [`Switches=${switches.map(word).join(",")}`] : []),
    ];
    return `SwitchName=${word(name)} ${below.join(" ")}`;
  });
  return `${[`# ${printable(head).replace(/\s+/g, " ")}`, ...lines].join("\n")}\n`;
}

/** [0, 1, 2, 5] → "[0-2,5]". */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const words = ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`));
  return `[${words.join(",")}]`;
}
