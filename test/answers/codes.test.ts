import { deepEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "vitest";
import { CODES } from "../../src/answers/explain/codes.ts";

/** Codes as the sources spell them: `code: "too-deep"`. */
function codesInSources(): Set<string> {
  const codes = new Set<string>();
  for (const file of readdirSync("src", { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.includes("generated")) continue;
    const source = readFileSync(`src/${file}`, "utf8");
    for (const [, code = ""] of source.matchAll(/\bcode[:,] ?(?:=|\?)? ?"([a-z-]+)"/g))
      codes.add(code);
  }
  return codes;
}

test("every error code that the program can print is explained, and none that it cannot", () => {
  deepEqual([...CODES.keys()].sort(), [...codesInSources()].sort());
});
