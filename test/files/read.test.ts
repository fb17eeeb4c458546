/** Reading a user's path: every way it can fail has a name of its own. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "vitest";
import { nowS } from "../../src/files/clock.ts";
import { readDocument } from "../../src/files/document.ts";
import { readText } from "../../src/files/read.ts";
import { SIZE_MAX_BYTES } from "../../src/files/scan.ts";
import { codesFrom, issuesFrom, scratch, written } from "./support.ts";

test("text comes back as it is, without a byte order mark", async () => {
  equal(await readText(written("a.yaml", "\ufeffname: Grün\n")), "name: Grün\n");
});

test("a missing file names the nearest one in its folder", async () => {
  const path = written("quickstart.yaml", "a: 1");
  const [issue] = await issuesFrom(readText(join(dirname(path), "quikstart.yaml")));
  equal(issue?.code, "missing-file");
  equal(issue?.nextStep, `did you mean "${path}"?`);
  equal(issue?.line, 0);
});

test("a path through a missing folder or through a file is missing", async () => {
  deepEqual(await codesFrom(readText("/no/such/folder/x.yaml")), ["missing-file"]);
  deepEqual(await codesFrom(readText(join(written("a.yaml", ""), "b.yaml"))), ["missing-file"]);
  deepEqual(await codesFrom(readText("a\0b.yaml")), ["missing-file"]);
  deepEqual(await codesFrom(readText("x".repeat(5000))), ["missing-file"]);
});

test("a folder is a folder", async () => {
  deepEqual(await codesFrom(readText(scratch())), ["is-a-folder"]);
});

test("300 MB are refused before they are read", async () => {
  const path = written("large.yaml", "");
  truncateSync(path, 300e6);
  const startS = nowS();
  const [issue] = await issuesFrom(readText(path));
  equal(issue?.code, "too-large");
  match(issue?.found ?? "", /286 MiB/); // 300e6 / 2^20 = 286.1
  ok(nowS() - startS < 0.5);
});

test("exactly the limit is read, one byte more is not", async () => {
  const path = written("edge.yaml", "a".repeat(SIZE_MAX_BYTES));
  equal((await readText(path)).length, SIZE_MAX_BYTES);
  writeFileSync(path, "a".repeat(SIZE_MAX_BYTES + 1));
  deepEqual(await codesFrom(readText(path)), ["too-large"]);
});

test("a device without end is cut off at the limit", async () => {
  deepEqual(await codesFrom(readText("/dev/zero")), ["too-large"]);
});

test("bytes that are no text are refused", async () => {
  const path = written("binary.yaml", "");
  writeFileSync(path, new Uint8Array([0x61, 0xff, 0xfe]));
  deepEqual(await codesFrom(readText(path)), ["not-text"]);
  writeFileSync(path, "a: \u0000b");
  deepEqual(await codesFrom(readText(path)), ["not-text"]);
});

test("a file that is there but cannot be read is the machine's failure", async () => {
  // Reading the memory of a process from address 0 fails for every user, root included.
  await rejects(readText("/proc/self/mem"), { name: "MachineError" });
});

test("100,000 levels are refused twice in one process", async () => {
  const path = written("deep.yaml", "[".repeat(100_000));
  for (let i = 0; i < 2; i++) deepEqual(await codesFrom(readDocument(path)), ["too-deep"]);
  const dashes = written("dashes.yaml", "- ".repeat(100_000));
  for (let i = 0; i < 2; i++) deepEqual(await codesFrom(readDocument(dashes)), ["too-deep"]);
});

test("a folder named like a file does not confuse the suggestion", async () => {
  const folder = scratch();
  mkdirSync(join(folder, "model.yaml"));
  const [issue] = await issuesFrom(readText(join(folder, "modell.yaml")));
  ok(issue?.nextStep.includes(basename("model.yaml")));
});
