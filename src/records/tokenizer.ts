/** Byte-pair encoding of text, as a tokenizer file describes it. */
export interface BytePairs {
  /** Token ids by their text, in which each character stands for a byte. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Which pairs become one token, the first of the list before others: "left right" → place. */
  readonly merges: ReadonlyMap<string, number>;
  /** How text is cut into words, which no token crosses. */
  readonly pattern: "gpt-2" | "llama-3";
  /** Words that are tokens are taken whole, whatever the merges say. */
  readonly takesWholeWords: boolean;
  readonly addsPrefixSpace: boolean;
  /** Tokens that stand for themselves, such as the end of a text. */
  readonly special: ReadonlyMap<number, string>;
}
