/** `npm run golden`: writes the committed reports and pictures anew; git shows what moved. */
import { readFileSync } from "node:fs";
import { build } from "./build.mjs";
import { ensureInstalled, script } from "./setup.mjs";
import { binOf, filesUnder, inRoot, runNode } from "./tools.mjs";

/** Golden tests are those that use test/support/golden.ts. */
export function goldenTests() {
  return filesUnder("test").filter(
    (path) =>
      path.endsWith(".test.ts") && /support\/golden\.ts"/.test(readFileSync(inRoot(path), "utf8")),
  );
}

async function main() {
  await ensureInstalled();
  await build();
  const words = process.argv.slice(2);
  const tests = words.length > 0 ? words : goldenTests();
  if (tests.length === 0) throw new Error("no test uses test/support/golden.ts");
  const env = { UPDATE_GOLDEN: "1", FABRICAST_SLOW: "1" };
  return (await runNode([binOf("vitest"), "run", ...tests], { env })).code;
}

await script(import.meta.url, main);
