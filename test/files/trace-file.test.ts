import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { readModel } from "../../src/files/model.ts";
import { traceBytes } from "../../src/files/trace-file.ts";
import { traceFrom } from "../../src/files/trace-read.ts";
import { readTraining } from "../../src/files/training.ts";
import { NO_PARALLELISM } from "../../src/records/trace-file.ts";
import { recordShapes, recordTrainingShapes } from "../../src/training/record-shapes.ts";

const gpt = recordTrainingShapes(await readTraining("gpt"), NO_PARALLELISM);
const measured = {
  ...{ backend: "native", coreCount: 2 },
  opDurationsS: gpt.programs[0]!.trace.ops.map((_, i) => i * 1e-6),
  stepTimesS: [0.001, 0.002],
};
const llama = recordShapes(await readModel("llama-3.2-1b"), {
  ...{ batch: 1, tokens: 128, elementBytes: 2 },
  degrees: { ...NO_PARALLELISM, dp: 2, tp: 2, pp: 4 },
});

test("what is written is read back, ranks, collectives, waits and all", async () => {
  for (const recorded of [gpt, llama]) {
    deepEqual(await traceFrom(traceBytes(recorded), "a.trace"), recorded);
  }
});

test("measured times come back to the nanosecond, from a part of their own", async () => {
  const bytes = traceBytes({ ...gpt, measured });
  const found = (await traceFrom(bytes, "a.trace")).measured!;
  deepEqual([found.backend, found.coreCount], ["native", 2]);
  for (const [i, s] of found.opDurationsS.entries()) ok(Math.abs(s - i * 1e-6) < 1e-9);
  const plain = traceBytes(gpt);
  deepEqual(bytes.subarray(0, plain.length), plain);
});

test("the same step gives the same bytes, whose gzip header names no time and no system", () => {
  const bytes = traceBytes(llama);
  deepEqual(traceBytes(llama), bytes);
  deepEqual([...bytes.subarray(4, 8), bytes[9]], [0, 0, 0, 0, 255]);
});

test("an op takes at most 40 bytes", async () => {
  const large = recordShapes(await readModel("gpt-1.3b"), {
    ...{ batch: 1, tokens: 2048, elementBytes: 2, degrees: NO_PARALLELISM },
  });
  for (const recorded of [gpt, large]) {
    const { length } = recorded.programs[0]!.trace.ops;
    ok(traceBytes(recorded).length <= 40 * length, `${traceBytes(recorded).length} for ${length}`);
  }
});

const refused = async (bytes: Uint8Array, code: string, words: RegExp): Promise<void> => {
  await rejects(traceFrom(bytes, "a.trace"), (error) => {
    ok(error instanceof InputError, String(error));
    equal(error.issues[0]!.code, code);
    match(error.message, words);
    return true;
  });
};

/** The text of the file, changed, packed again. */
const changed = (change: (text: string) => string) =>
  gzipSync(change(gunzipSync(traceBytes(gpt)).toString()));

test("a file cut anywhere is truncated, not half a trace", async () => {
  const bytes = traceBytes(gpt);
  for (const length of [20, Math.floor(bytes.length / 2), bytes.length - 1]) {
    await refused(bytes.subarray(0, length), "truncated-file", /copy it again, whole/);
  }
  const withoutPrograms = changed((text) => `${text.split("\n")[0]}\n`);
  await refused(withoutPrograms, "truncated-file", /0 of 1 programs/);
});

test("a changed byte is found", async () => {
  const bytes = traceBytes(gpt);
  bytes[bytes.length - 6]! ^= 1; // of the checksum
  await refused(bytes, "damaged-file", /copy it again/);
});

test("files of another kind are foreign, packed or not", async () => {
  const text = new TextEncoder().encode("model: gpt\n");
  for (const bytes of [new Uint8Array(), text, gzipSync(text), gzipSync('{"format":"x"}')]) {
    await refused(bytes, "not-a-trace", /trace record SCENARIO/);
  }
});

test("a newer version asks for an update, an unknown one for another recording", async () => {
  const version = (value: string) =>
    changed((text) => text.replace('"version":1', `"version":${value}`));
  await refused(version("2"), "newer-version", /version 2.*update this program/);
  await refused(version('"x"'), "unknown-version", /record it again/);
});

test("values that cannot be are named with line and place, all of them", async () => {
  const bytes = changed((text) =>
    text
      .replace('"attention"', '"attraction"')
      .replace('"ranks":[0]', '"ranks":[-1]')
      .replace('"ops":[0,', '"ops":[9999,'),
  );
  await rejects(traceFrom(bytes, "a.trace"), (error) => {
    ok(error instanceof InputError);
    const places = error.issues.map(({ line, pointer }) => `${line} ${pointer}`);
    deepEqual(
      places.filter((place) => /ranks|ops/.test(place)),
      ["2 /ops/0", "2 /ranks/0"],
    );
    ok(places.some((place) => /^2 \/patterns\/\d+\/0$/.test(place)));
    match(error.message, /a\.trace:2:1: found "attraction" at \/patterns.*one of matmul/);
    return true;
  });
  const garbled = changed((text) => text.replace('{"ranks"', '{{"ranks"'));
  await refused(garbled, "bad-trace", /a JSON object/);
});

test("a model that the file misstates is refused by the reader of models", async () => {
  const bytes = changed((text) => text.replace('"heads":4', '"heads":3'));
  await refused(bytes, "does-not-divide", /hidden size 128/);
});
