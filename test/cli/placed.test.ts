/** Refusals of lower rooms get the place in the reader's file that their pointer names. */
import { equal, match, rejects } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { Refusal } from "../../src/base/errors.ts";
import { placed } from "../../src/cli/placed.ts";
import { documentOf, parseDocument } from "../../src/files/document.ts";
import { fabricast, freshFolder } from "../support/cli.ts";

const refuse = (pointer: string) => (): never => {
  const words = { found: "a", expected: "b", nextStep: "c" };
  throw new Refusal({ code: "does-not-divide", pointer, ...words });
};
const document = () => parseDocument("job: { model: x }\nlayout: auto\n", "q.yaml");

test("a pointer into the file is told as line and column, however deep it goes", async () => {
  await rejects(placed(document, refuse("/layout")), /^InputError: q\.yaml:2:9: found a/);
  await rejects(placed(document, refuse("/layout/tp")), /q\.yaml:2:9: found a/);
});

test("a pointer into another file names no line; flags are named by their key", async () => {
  await rejects(placed(document, refuse("/fabric/link")), /^InputError: q\.yaml: found a/);
  const flags = () => documentOf({ layout: "x" }, "command line");
  await rejects(placed(flags, refuse("/layout")), /command line \(layout\): found a/);
});

test("answers and other errors pass", async () => {
  equal(await placed(document, () => 7), 7);
  await rejects(
    placed(document, () => Promise.reject(new TypeError("x"))),
    TypeError,
  );
});

test("a layout in a file that does not divide is refused at its line, exit 3", () => {
  const folder = freshFolder();
  writeFileSync(
    join(folder, "q.yaml"),
    "question: simulate\njob: { model: llama-3-70b }\ncluster: h100-fat-tree-2to1\n" +
      "accelerators: 512\nlayout: 'tp=3,pp=2,dp=8'\n",
  );
  const { code, stderr } = fabricast(["run", "q.yaml"], folder);
  equal(code, 3);
  match(
    stderr,
    /^q\.yaml:5:9: found tp 3 .*, expected 512 accelerators; take .*\[does-not-divide\]/,
  );
});
