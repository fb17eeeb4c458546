import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import type { StoredTensor } from "../../src/files/formats/safetensors.ts";
import { parseSafetensors, safetensorsBytes } from "../../src/files/formats/safetensors.ts";

/** A file with this header, as the format's document has it, and so many bytes of numbers. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  for (let i = 0; i < dataBytes; i++) bytes[8 + text.length + i] = i;
  return bytes;
}

const tensor = (shape: number[], offsets: readonly unknown[], dtype = "F32") => {
  return { dtype, shape, data_offsets: offsets };
};

test("a file made by hand after the format's document is read", () => {
  // 1.0 is 00 00 80 3f, −2.5 is 00 00 20 c0. A header of odd length: numbers start anywhere.
  const entry = `"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}`;
  const header = `{${entry},"__metadata__":{"a":"b"}}`;
  const bytes = fileOf(header.padEnd(85), 8);
  bytes.set([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0], 8 + 85);
  const { tensors, metadata } = parseSafetensors(bytes, "f");
  deepEqual([...metadata], [["a", "b"]]);
  deepEqual(tensors.get("w")?.shape, [2, 1]);
  deepEqual([...tensors.get("w")!.data], [1, -2.5]);
});

test("what is written is laid out as the format's document says", () => {
  const tensors = new Map<string, StoredTensor>([
    ["w", { shape: [1], data: Float32Array.of(1) }],
    ["k", { shape: [3], data: Uint8Array.of(1, 0, 1) }],
  ]);
  const bytes = safetensorsBytes({ tensors, metadata: new Map([["a", "b"]]) });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  equal(length % 8, 0);
  deepEqual(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))), {
    __metadata__: { a: "b" },
    w: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    k: { dtype: "U8", shape: [3], data_offsets: [4, 7] },
  });
  deepEqual([...bytes.subarray(8 + length)], [0, 0, 0x80, 0x3f, 1, 0, 1]);
});

test("any tensors come back as they were, bit for bit", () => {
  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
  const one = fc.tuple(fc.string({ minLength: 1 }), shape, fc.boolean());
  fc.assert(
    fc.property(fc.uniqueArray(one, { selector: ([name]) => name, maxLength: 5 }), (list) => {
      const tensors = new Map<string, StoredTensor>();
      for (const [name, lengths, isFloat] of list) {
        if (name === "__metadata__" || name === "__proto__") continue;
        const count = lengths.reduce((product, length) => product * length, 1);
        const data = Array.from({ length: count }, (_, i) => Math.fround(Math.sin(i) * 1e30));
        tensors.set(name, {
          shape: lengths,
          data: isFloat ? Float32Array.from(data) : Uint8Array.from(data.keys()),
        });
      }
      const read = parseSafetensors(safetensorsBytes({ tensors, metadata: new Map() }), "f");
      // Maps are equal whatever the order of their entries.
      deepEqual(read.tensors, tensors);
    }),
    { seed: 20, numRuns: 100 },
  );
});

const hostile: readonly (readonly [string, Uint8Array, string, RegExp])[] = [
  ["an empty file", new Uint8Array(0), "truncated-file", /0 bytes/],
  ["a header of 2^60 bytes", lengthOnly(2n ** 60n), "bad-safetensors", /1152921504606846976/],
  ["a header over the cap", lengthOnly(2n ** 20n), "bad-safetensors", /1048576/],
  ["a header cut short", fileOf({}, 0).subarray(0, 9), "truncated-file", /1 bytes/],
  ["a header that is no JSON", fileOf("{oops", 0), "bad-safetensors", /no JSON object/],
  ["a header that is a list", fileOf([1], 0), "bad-safetensors", /no JSON object/],
  ["a header that is no text", fileOf("", 0), "bad-safetensors", /no JSON object/],
  ["nesting of 100,000", fileOf("[".repeat(100_000), 0), "bad-safetensors", /no JSON object/],
  [
    "overlapping ranges",
    fileOf({ a: tensor([2], [0, 8]), b: tensor([2], [4, 12]) }, 12),
    "bad-safetensors",
    /"b" from byte 4 on, inside another/,
  ],
  [
    "one range twice",
    fileOf({ a: tensor([2], [0, 8]), b: tensor([2], [0, 8]) }, 8),
    "bad-safetensors",
    /inside another/,
  ],
  [
    "a hole",
    fileOf({ a: tensor([1], [0, 4]), b: tensor([1], [8, 12]) }, 12),
    "bad-safetensors",
    /behind a hole/,
  ],
  [
    "offsets of 2^60",
    fileOf({ a: tensor([1], [2 ** 60, 2 ** 60 + 4]) }, 4),
    "bad-safetensors",
    /without a place/,
  ],
  [
    "a shape whose product overflows",
    fileOf({ a: tensor([2 ** 52, 2 ** 52], [0, 4]) }, 4),
    "bad-safetensors",
    /in 4 bytes/,
  ],
  ["a negative offset", fileOf({ a: tensor([1], [-4, 0]) }, 4), "bad-safetensors", /place/],
  ["a range backwards", fileOf({ a: tensor([1], [4, 0]) }, 4), "bad-safetensors", /-4 bytes/],
  ["numbers cut short", fileOf({ a: tensor([2], [0, 8]) }, 7), "truncated-file", /7 bytes/],
  ["bytes behind the last", fileOf({ a: tensor([1], [0, 4]) }, 5), "bad-safetensors", /1 bytes/],
  ["another type", fileOf({ a: tensor([1], [0, 2], "BF16") }, 2), "wrong-dtype", /"BF16"/],
  [
    "a type from the prototype",
    fileOf({ a: tensor([1], [0, 2], "toString") }, 2),
    "wrong-dtype",
    /toString/,
  ],
  ["a tensor that is a number", fileOf({ a: 1 }, 0), "bad-safetensors", /"a" as 1/],
  ["metadata that are numbers", fileOf({ __metadata__: { a: 1 } }, 0), "bad-safetensors", /text/],
];

function lengthOnly(length: bigint): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

for (const [name, bytes, code, found] of hostile) {
  test(`${name} is refused`, () => {
    throws(
      () => parseSafetensors(bytes, "weights.safetensors"),
      (error) => {
        ok(error instanceof InputError);
        equal(error.issues[0]?.code, code);
        ok(found.test(error.message), error.message);
        return error.message.startsWith("weights.safetensors: found");
      },
    );
  });
}
