import { deepEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "vitest";
import { CODES } from "../../src/answers/explain/codes.ts";

/** The ways in which the sources write a code: a property, a default, a first argument. */
const FORMS = [
  /\bcode(?::| =) ?(?:[^",;]+\? )?"([a-z]+(?:-[a-z0-9]+)*)"/g,
  /\bcode: [^",;]+"[a-z]*" \? "([a-z]+(?:-[a-z]+)*)" : "[a-z-]+"/g,
  /\bcode: [^",;]+"[a-z]*" \? "[a-z-]+" : "([a-z]+(?:-[a-z]+)*)"/g,
  /\bcode: \w+ \? "[a-z-]+" : "([a-z]+(?:-[a-z]+)*)"/g,
  /\breturn "(wrong-[a-z]+|unknown-[a-z]+)";/g,
  /\brefused\("([a-z]+(?:-[a-z]+)+)"/g,
  /\bfinding\(\s*[^,]+,\s*"([a-z]+(?:-[a-z]+)+)"/g,
];

function codesInSources(): Set<string> {
  const codes = new Set<string>();
  for (const file of readdirSync("src", { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.includes("generated")) continue;
    const source = readFileSync(`src/${file}`, "utf8");
    for (const form of FORMS) {
      for (const [, code = ""] of source.matchAll(form)) codes.add(code);
    }
  }
  return codes;
}

test("every error code that the program can print is explained, and none that it cannot", () => {
  deepEqual([...CODES.keys()].sort(), [...codesInSources()].sort());
});
