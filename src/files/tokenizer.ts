/**
 * A tokenizer.json as the library of that name writes it, of one kind: byte-level byte pairs, as
 * GPT-2 and Llama 3 have them. Any other kind is refused by its name, since it would give other
 * tokens without a word.
 */
import { byteCharacters } from "../base/byte-characters.ts";
import { printable } from "../base/printable.ts";
import type { BytePairs } from "../records/tokenizer.ts";
import { refuse, wholeFile } from "./issue.ts";
import { readBytes } from "./read.ts";

/** Llama 3's has 17 MB. */
const SIZE_MAX_BYTES = 64 * 2 ** 20;

/** Patterns by which published tokenizers cut text into words; others are refused. */
const PATTERNS: ReadonlyMap<string, BytePairs["pattern"]> = new Map([
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|` +
      String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    "llama-3",
  ],
  [String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, "gpt-2"],
]);

type Fields = Readonly<Record<string, unknown>>;

export async function readTokenizer(path: string): Promise<BytePairs> {
  const bytes = await readBytes(path, "a tokenizer.json", SIZE_MAX_BYTES);
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refuseKind(path, "a file that is not JSON");
  }
  const file = fields(data);
  const model = fields(file["model"]);
  if (model["type"] !== "BPE") {
    const { type } = model;
    return refuseKind(path, typeof type === "string" ? `a ${type} tokenizer` : "no tokenizer");
  }
  if (model["byte_fallback"] === true) return refuseKind(path, "a BPE tokenizer of characters");
  if (file["normalizer"] !== null && file["normalizer"] !== undefined) {
    return refuseKind(path, "a tokenizer that changes the text first");
  }
  const cutting = cuttingOf(file["pre_tokenizer"], path);
  const vocabulary = vocabularyOf(model["vocab"], path);
  return {
    ...cutting,
    vocabulary,
    merges: mergesOf(model["merges"], vocabulary, path),
    takesWholeWords: model["ignore_merges"] === true,
    special: specialOf(file["added_tokens"]),
  };
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function cuttingOf(value: unknown, path: string): Pick<BytePairs, "pattern" | "addsPrefixSpace"> {
  const outer = fields(value);
  const steps = outer["type"] === "Sequence" ? list(outer["pretokenizers"]).map(fields) : [outer];
  const byteLevel = steps.find((step) => step["type"] === "ByteLevel");
  const split = steps.find((step) => step["type"] === "Split");
  const isKnown = steps.length === (split === undefined ? 1 : 2);
  if (byteLevel === undefined || !isKnown) {
    return refuseKind(path, "a BPE tokenizer that is not byte-level");
  }
  const addsPrefixSpace = byteLevel["add_prefix_space"] === true;
  if (split === undefined) {
    if (byteLevel["use_regex"] !== false) return { pattern: "gpt-2", addsPrefixSpace };
    return refuseKind(path, "a tokenizer that does not cut text into words");
  }
  const pattern = PATTERNS.get(String(fields(split["pattern"])["Regex"]));
  if (pattern !== undefined) return { pattern, addsPrefixSpace };
  return refuseKind(path, "a tokenizer that cuts text into words of its own");
}

function vocabularyOf(value: unknown, path: string): ReadonlyMap<string, number> {
  const entries = Object.entries(fields(value));
  const ids = new Set(entries.map(([, id]) => id));
  const isFine = entries.every(([, id]) => Number.isSafeInteger(id) && Number(id) >= 0);
  if (entries.length === 0 || !isFine || ids.size !== entries.length) {
    return refuseKind(path, "a tokenizer without a vocabulary of different ids");
  }
  const vocabulary = new Map(entries.map(([text, id]) => [text, Number(id)]));
  const absent = byteCharacters().findIndex((character) => !vocabulary.has(character));
  if (absent < 0) return vocabulary;
  return refuseKind(path, `a tokenizer without a token for the byte ${absent}`);
}

/** Each "left right", or in newer files ["left", "right"]. */
function mergesOf(
  value: unknown,
  vocabulary: ReadonlyMap<string, number>,
  path: string,
): ReadonlyMap<string, number> {
  const merges = new Map<string, number>();
  for (const [place, merge] of list(value).entries()) {
    const pair = Array.isArray(merge) ? merge.map(String) : String(merge).split(" ");
    if (pair.length !== 2) return refuseKind(path, `a merge of ${pair.length} parts`);
    if (!vocabulary.has(pair.join(""))) return refuseKind(path, "a merge that is no token");
    merges.set(pair.join(" "), place);
  }
  return merges;
}

function specialOf(value: unknown): ReadonlyMap<number, string> {
  const special = new Map<number, string>();
  for (const token of list(value).map(fields)) {
    const { id, content } = token;
    if (Number.isSafeInteger(id) && typeof content === "string") special.set(Number(id), content);
  }
  return special;
}

function refuseKind(path: string, found: string): never {
  return refuse(wholeFile(path), {
    code: "not-a-tokenizer",
    found: printable(found),
    expected: "a tokenizer.json of byte-level byte pairs, such as GPT-2's or Llama 3's",
    nextStep: "give the file that belongs to the model, or leave it out to read bytes",
  });
}
