/** Seeded damage to a valid file: bytes changed, lines lost, doubled or swapped, ends cut off. */
import { InputError, Refusal } from "../../../src/base/errors.ts";
import { seeded } from "../../../src/base/random.ts";

const LETTERS = ' \n\t"[]{}<>&!=:,-\\0123456789axSNS\u0000é#/';

export function mutantOf(text: string, seed: number): string {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  let made = text;
  for (let times = 1 + below(3); times > 0; times--) {
    const at = below(made.length + 1);
    const letter = LETTERS.charAt(below(LETTERS.length));
    const lines = made.split("\n");
    const line = below(lines.length);
    const ways = [
      () => made.slice(0, at) + letter + made.slice(at + 1),
      () => made.slice(0, at) + letter + made.slice(at),
      () => made.slice(0, at) + made.slice(at + 1 + below(8)),
      () => made.slice(0, at),
      () => lines.toSpliced(line, 1).join("\n"),
      () => lines.toSpliced(line, 0, lines[below(lines.length)] ?? "").join("\n"),
      () => lines.toSpliced(line, 1, lines[below(lines.length)] ?? "").join("\n"),
    ];
    made = ways[below(ways.length)]?.() ?? made;
  }
  return made;
}

/** How many mutants are refused; throws what is neither taken nor refused in words. */
export async function refusedOf(
  text: string,
  count: number,
  read: (mutant: string) => unknown,
): Promise<number> {
  let refused = 0;
  for (let seed = 1; seed <= count; seed++) {
    const mutant = mutantOf(text, seed);
    try {
      await read(mutant);
    } catch (error) {
      if (!(error instanceof InputError || error instanceof Refusal)) {
        throw new Error(`mutant ${seed}: ${String(error)}`, { cause: error });
      }
      refused++;
    }
  }
  return refused;
}
