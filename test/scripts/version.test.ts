/** One version, told in five places. */
import { deepEqual } from "node:assert/strict";
import { test } from "vitest";
import { VERSION } from "../../src/base/version.ts";
import { readText } from "../support/sources.ts";

test("package, lock, command, citation and changelog tell the same version", () => {
  const told = [
    (JSON.parse(readText("package.json")) as { version: string }).version,
    (JSON.parse(readText("package-lock.json")) as { version: string }).version,
    /^version: (.+)$/m.exec(readText("CITATION.cff"))?.[1],
    /^## (\S+)/m.exec(readText("CHANGELOG.md"))?.[1],
  ];
  deepEqual(
    told,
    told.map(() => VERSION),
  );
});
