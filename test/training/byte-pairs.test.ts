import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { byteCharacters } from "../../src/base/byte-characters.ts";
import { readTraining } from "../../src/files/training.ts";
import type { BytePairs } from "../../src/records/tokenizer.ts";
import { bytePairCodec } from "../../src/training/byte-pairs.ts";
import { checkpointOf } from "../../src/training/checkpoint.ts";
import { continueText } from "../../src/training/infer.ts";
import { Trainer } from "../../src/training/trainer.ts";
import { backends } from "../tensor/backends.ts";

const characters = byteCharacters();

/** Bytes are tokens 0 to 255; each merge makes the next token. */
function pairs(merges: readonly string[], more: Partial<BytePairs> = {}): BytePairs {
  const made = merges.map((merge, i): [string, number] => [merge.replace(" ", ""), 256 + i]);
  return {
    vocabulary: new Map([...characters.map((text, id): [string, number] => [text, id]), ...made]),
    merges: new Map(merges.map((merge, place) => [merge, place])),
    pattern: "gpt-2",
    takesWholeWords: false,
    addsPrefixSpace: false,
    special: new Map([[999, "<|end|>"]]),
    ...more,
  };
}

const ids = (text: string) => [...new TextEncoder().encode(text)];

test("the pair that stands first in the list merges first, in every word", () => {
  // "hello": l l (256) before h e (257); then he ll has no merge, but ll o has (258). In " hello"
  // the space, written Ġ, is part of the word and merges with nothing.
  const codec = bytePairCodec(pairs(["l l", "h e", "ll o"]));
  deepEqual(codec.encode("hello hello"), [257, 258, 32, 257, 258]);
});

test("no token crosses from word to word", () => {
  // GPT-2's pattern cuts "ab 12" into "ab", " 12": b and the space do not meet.
  const codec = bytePairCodec(pairs(["b Ġ", "Ġ 1"]));
  deepEqual(codec.encode("ab 12"), [...ids("ab"), 257, 50]);
});

test("Llama 3 cuts digits in threes, and takes words that are tokens whole", () => {
  const llama = { pattern: "llama-3", takesWholeWords: true } as const;
  // "12345" is "123" and "45"; the merge of 3 and 4 would cross. "45" is a token as a word.
  const codec = bytePairCodec(pairs(["3 4", "4 5"], llama));
  deepEqual(codec.encode("12345"), [...ids("123"), 257]);
  deepEqual(codec.encode("'S"), ids("'S"));
});

test("a space before the text, where the file says so", () => {
  deepEqual(bytePairCodec(pairs([], { addsPrefixSpace: true })).encode("a"), [32, 97]);
});

test("decoding gives back any text, whatever merges", () => {
  const codec = bytePairCodec(pairs(["a b", "ab a", "Ġ a", "Ã ¤"]));
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
      const wellFormed = new TextDecoder().decode(new TextEncoder().encode(text));
      equal(codec.decode(codec.encode(text)), wellFormed);
    }),
    { seed: 20, numRuns: 100 },
  );
});

test("special tokens are written as themselves", () => {
  equal(bytePairCodec(pairs([])).decode([97, 999]), "a<|end|>");
});

test("a tokenizer of bytes continues as bytes do; one of more tokens is refused", async () => {
  const training = { ...(await readTraining("gpt")), steps: 5 };
  const trainer = new Trainer(training, { backend: backends[0]! });
  trainer.computeGradients();
  trainer.update();
  const saved = { checkpoint: checkpointOf(trainer)!, path: "gpt.safetensors" };
  const plain = continueText(saved, "Four score", 6);
  deepEqual(continueText(saved, "Four score", 6, bytePairCodec(pairs([]))), plain);
  throws(() => continueText(saved, "Four", 6, bytePairCodec(pairs(["F o"]))), {
    name: "Refusal",
    found: "a tokenizer of 257 tokens",
  });
});
