/** Where ranks sit, from a file: the place of rank 0, 1, 2 … as whole numbers in any layout. */
import type { Placement } from "../records/schedule.ts";
import { refuse, wholeFile } from "./issue.ts";
import { readText } from "./read.ts";

export async function readPlacement(path: string, rankCount: number): Promise<Placement> {
  const words = (await readText(path)).split(/[\s,;]+/).filter((word) => word !== "");
  const order: number[] = [];
  const rankAt = new Map<number, number>();
  for (const [rank, word] of words.entries()) {
    const place = /^[0-9]{1,9}$/.test(word) ? Number(word) : Infinity;
    if (place >= rankCount) {
      const found = `"${word}" for rank ${rank}`;
      return refused(path, "out-of-range", found, `a place from 0 to ${rankCount - 1}`);
    }
    const before = rankAt.get(place);
    if (before !== undefined) {
      const found = `place ${place} for ranks ${before} and ${rank}`;
      return refused(path, "repeated-value", found, "every place once");
    }
    rankAt.set(place, rank);
    order.push(place);
  }
  if (order.length !== rankCount) {
    return refused(path, "out-of-range", `${order.length} places`, `${rankCount}, one a rank`);
  }
  return { kind: "given", name: path, order };
}

function refused(path: string, code: string, found: string, expected: string): never {
  const nextStep = "list the place of each rank once, rank 0 first";
  return refuse(wholeFile(path), { code, found, expected, nextStep });
}
