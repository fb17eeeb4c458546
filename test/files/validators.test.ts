/** The validators compiled ahead of time: current, whole, and skipped when nothing changed. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { test } from "vitest";
import { siPerUnit as bundledAhead } from "../../src/files/generated/units.js";
import { SCHEMAS } from "../../src/files/schemas/table.ts";
import { siPerUnit } from "../../src/files/units.ts";

const FOLDER = "src/files/generated";

async function buildValidators(): Promise<void> {
  const script = pathToFileURL("scripts/build-validators.mjs").href;
  const { buildValidators: run } = (await import(script)) as {
    buildValidators: () => Promise<void>;
  };
  await run();
}

test("building twice writes once; a module a schema comes out, and the units", async () => {
  await buildValidators();
  const before = statSync(`${FOLDER}/units.js`).mtimeMs;
  await buildValidators();
  equal(statSync(`${FOLDER}/units.js`).mtimeMs, before);
  const camel = (name: string) =>
    name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const made = Object.keys(SCHEMAS).map((name) => `${camel(name)}Validator.js`);
  deepEqual(readdirSync(FOLDER).sort(), [...made, "knownUnits.js", "units.js"].sort());
});

test("a validator of other inputs is made again, and what is no longer made goes", async () => {
  // By renaming, and code that runs: other tests may import it at this moment.
  const made = readFileSync(`${FOLDER}/siteValidator.js`, "utf8");
  writeFileSync(`${FOLDER}/.draft`, made.replace("// inputs ", "// inputs of another time "));
  renameSync(`${FOLDER}/.draft`, `${FOLDER}/siteValidator.js`);
  writeFileSync(`${FOLDER}/goneValidator.js`, "// inputs ");
  await buildValidators();
  equal(readFileSync(`${FOLDER}/siteValidator.js`, "utf8"), made);
  equal(existsSync(`${FOLDER}/goneValidator.js`), false);
});

test("what is generated imports nothing", async () => {
  for (const name of readdirSync(FOLDER)) {
    const { metafile } = await build({
      entryPoints: [`${FOLDER}/${name}`],
      bundle: true,
      format: "esm",
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    deepEqual(Object.keys(metafile.inputs), [`${FOLDER}/${name}`]);
    ok(readFileSync(`${FOLDER}/${name}`, "utf8").startsWith("// inputs "));
  }
});

test("the units bundled ahead are those of the source", () => {
  for (const [unit, si] of [
    ["Gb/s", "B/s"],
    ["GiB", "B"],
    ["USD/(kW hour)", "USD/J"],
    ["Tflop/s", "flop/s"],
    ["GB", "B/s"],
    ["Gbps", "B/s"],
  ] as const) {
    equal(bundledAhead(unit, si), siPerUnit(unit, si), unit);
  }
  equal(siPerUnit("Gb/s", "B/s"), 125_000_000);
});
