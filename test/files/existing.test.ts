/** What is there already is never overwritten unasked, and saved questions are read back. */
import { deepEqual, equal } from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { parseDocument } from "../../src/files/document.ts";
import { isWritable, refuseExisting } from "../../src/files/existing.ts";
import { toYaml } from "../../src/files/yaml.ts";
import { issuesFrom, scratch } from "./support.ts";

test("every file in the way is named, the others are not", async () => {
  const folder = scratch();
  const paths = ["a.yaml", "b.yaml", "c.yaml"].map((name) => join(folder, name));
  await refuseExisting(paths);
  for (const path of paths.slice(0, 2)) writeFileSync(path, "");
  const issues = await issuesFrom(refuseExisting(paths));
  deepEqual(
    issues.map(({ file }) => file),
    paths.slice(0, 2),
  );
});

test("a folder yet to be made can be written where its parent can", async () => {
  const folder = scratch();
  equal(await isWritable(join(folder, "new", "deeper")), true);
  writeFileSync(join(folder, "file"), "");
  equal(await isWritable(join(folder, "file", "below")), false);
});

test("what is saved as YAML is read back the same, hostile words included", async () => {
  const data = { question: "simulate", title: "yes: [no] # \u001b <b>", accelerators: 64, x: "64" };
  deepEqual((await parseDocument(toYaml(data), "saved.yaml")).data, data);
});
