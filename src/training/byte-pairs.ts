/**
 * Text to token ids by byte pairs, and back (Sennrich et al. 2016, arXiv:1508.07909; on bytes as
 * Radford et al. 2019, section 2.2). Text is cut into words; in each, the pair that stands first
 * in the list of merges becomes one token, again and again until none is left.
 */
import { assert, at } from "../base/assert.ts";
import { byteCharacters } from "../base/byte-characters.ts";
import type { BytePairs } from "../records/tokenizer.ts";

/** The published patterns; (?i:…) of Llama 3's is spelt out, for older engines. */
const WORDS: Readonly<Record<BytePairs["pattern"], RegExp>> = {
  "gpt-2": /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu,
  "llama-3": new RegExp(
    String.raw`'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|` +
      String.raw`[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|` +
      String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`,
    "gu",
  ),
};

/** Text as a model reads and writes it. */
export interface Codec {
  /** Tokens that stand for text: ids below it may be written. */
  readonly tokenCount: number;
  encode(text: string): readonly number[];
  decode(ids: readonly number[]): string;
}

/** Bytes are the tokens. */
export const BYTES: Codec = {
  tokenCount: 256,
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids)),
};

export function bytePairCodec(pairs: BytePairs): Codec {
  const characters = byteCharacters();
  const bytesByCharacter = new Map(characters.map((character, byte) => [character, byte]));
  const texts = new Map([...pairs.vocabulary].map(([text, id]) => [id, text]));
  const known = new Map<string, readonly number[]>();
  return {
    tokenCount: 1 + [...texts.keys()].reduce((most, id) => Math.max(most, id), -1),
    encode(text) {
      const spaced = pairs.addsPrefixSpace && !text.startsWith(" ") ? ` ${text}` : text;
      return (spaced.match(WORDS[pairs.pattern]) ?? []).flatMap((word) => {
        const found = known.get(word) ?? wordTokens(word, pairs, characters);
        known.set(word, found);
        return found;
      });
    },
    decode(ids) {
      const bytes: number[] = [];
      for (const id of ids) {
        const special = pairs.special.get(id);
        if (special !== undefined) bytes.push(...new TextEncoder().encode(special));
        else for (const one of texts.get(id) ?? "") bytes.push(bytesByCharacter.get(one) ?? 63);
      }
      return new TextDecoder().decode(Uint8Array.from(bytes));
    },
  };
}

/** Tokens of one word, by its bytes. */
function wordTokens(word: string, pairs: BytePairs, characters: readonly string[]) {
  const { vocabulary, merges, takesWholeWords } = pairs;
  let parts = [...new TextEncoder().encode(word)].map((byte) => at(characters, byte));
  const whole = vocabulary.get(parts.join(""));
  if (takesWholeWords && whole !== undefined) return [whole];
  for (;;) {
    const pair = firstPair(parts, merges);
    if (pair === undefined) break;
    parts = merged(parts, pair);
  }
  return parts.map((part) => {
    const id = vocabulary.get(part);
    assert(id !== undefined, `the vocabulary has every byte and every merge, such as ${part}`);
    return id;
  });
}

/** Of the neighbors that merge, those whose merge stands first in the list. */
function firstPair(parts: readonly string[], merges: ReadonlyMap<string, number>) {
  let best: { readonly left: string; readonly right: string } | undefined;
  let place = Infinity;
  for (let i = 0; i + 1 < parts.length; i++) {
    const [left, right] = [at(parts, i), at(parts, i + 1)];
    const found = merges.get(`${left} ${right}`);
    if (found === undefined || found >= place) continue;
    place = found;
    best = { left, right };
  }
  return best;
}

function merged(
  parts: readonly string[],
  { left, right }: { readonly left: string; readonly right: string },
): string[] {
  const result: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const isPair = parts[i] === left && parts[i + 1] === right;
    result.push(isPair ? left + right : at(parts, i));
    if (isPair) i++;
  }
  return result;
}
