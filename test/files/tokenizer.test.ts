import { deepEqual, equal, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { byteCharacters } from "../../src/base/byte-characters.ts";
import { readTokenizer } from "../../src/files/tokenizer.ts";
import { freshFolder } from "../support/cli.ts";

const bytes = Object.fromEntries(byteCharacters().map((character, byte) => [character, byte]));
const GOOD = {
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false },
  added_tokens: [{ id: 258, content: "<|endoftext|>", special: true }],
  model: { type: "BPE", vocab: { ...bytes, he: 256, hel: 257 }, merges: ["h e", ["he", "l"]] },
};

function written(content: unknown): string {
  const path = join(freshFolder(), "tokenizer.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

test("a file of byte-level byte pairs is read, merges in both spellings", async () => {
  const pairs = await readTokenizer(written(GOOD));
  equal(pairs.vocabulary.size, 258);
  deepEqual(
    [...pairs.merges],
    [
      ["h e", 0],
      ["he l", 1],
    ],
  );
  equal(pairs.pattern, "gpt-2");
  equal(pairs.takesWholeWords, false);
  deepEqual([...pairs.special], [[258, "<|endoftext|>"]]);
});

test("Llama 3's pattern is known, before a byte level that cuts nothing", async () => {
  const Regex =
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|` +
    String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
  const pretokenizers = [
    { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false },
    { type: "ByteLevel", add_prefix_space: false, use_regex: false },
  ];
  const pre_tokenizer = { type: "Sequence", pretokenizers };
  const model = { ...GOOD.model, ignore_merges: true };
  const pairs = await readTokenizer(written({ ...GOOD, pre_tokenizer, model }));
  equal(pairs.pattern, "llama-3");
  equal(pairs.takesWholeWords, true);
});

const { "!": _, ...lacking } = bytes;
const OTHERS: Record<string, unknown> = {
  "a file that is not JSON": "version https://git-lfs.github.com/spec/v1",
  "no tokenizer": { layers: 3 },
  "a WordPiece tokenizer": { ...GOOD, model: { type: "WordPiece", vocab: {} } },
  "a Unigram tokenizer": { ...GOOD, model: { type: "Unigram", vocab: [["a", -1]] } },
  "a BPE tokenizer of characters": { ...GOOD, model: { ...GOOD.model, byte_fallback: true } },
  "a tokenizer that changes the text first": { ...GOOD, normalizer: { type: "Lowercase" } },
  "a BPE tokenizer that is not byte-level": { ...GOOD, pre_tokenizer: { type: "Whitespace" } },
  "a tokenizer that does not cut text into words": {
    ...GOOD,
    pre_tokenizer: { type: "ByteLevel", use_regex: false },
  },
  "a tokenizer that cuts text into words of its own": {
    ...GOOD,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "Split", pattern: { Regex: "(a+)+$" } }, { type: "ByteLevel" }],
    },
  },
  "a tokenizer without a vocabulary of different ids": {
    ...GOOD,
    model: { ...GOOD.model, vocab: { a: 1, b: 1 } },
  },
  "a tokenizer without a token for the byte 33": {
    ...GOOD,
    model: { ...GOOD.model, vocab: lacking },
  },
  "a merge of 3 parts": { ...GOOD, model: { ...GOOD.model, merges: ["a b c"] } },
  "a merge that is no token": { ...GOOD, model: { ...GOOD.model, merges: ["q z"] } },
};

for (const [found, content] of Object.entries(OTHERS)) {
  test(`another kind is refused by name: ${found}`, async () => {
    await rejects(readTokenizer(written(content)), (error: { issues?: unknown[] }) => {
      const [issue] = (error.issues ?? []) as { code: string; found: string }[];
      deepEqual([issue?.code, issue?.found], ["not-a-tokenizer", found]);
      return true;
    });
  });
}
