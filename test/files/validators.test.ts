/** The validators compiled ahead of time: current, whole, and skipped when nothing changed. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { test } from "vitest";
import { siPerUnit as bundledAhead } from "../../src/files/generated/units.js";
import { SCHEMAS } from "../../src/files/schemas/table.ts";
import { siPerUnit } from "../../src/files/units.ts";

const OUTPUT = "src/files/generated/validators.js";

async function buildValidators(): Promise<void> {
  const script = pathToFileURL("scripts/build-validators.mjs").href;
  const { buildValidators: run } = (await import(script)) as {
    buildValidators: () => Promise<void>;
  };
  await run();
}

test("building twice writes once, and one function a schema comes out", async () => {
  await buildValidators();
  const before = statSync(OUTPUT).mtimeMs;
  await buildValidators();
  equal(statSync(OUTPUT).mtimeMs, before);
  const compiled = await import("../../src/files/generated/validators.js");
  equal(Object.keys(compiled).length, Object.keys(SCHEMAS).length);
});

test("what is generated imports nothing", async () => {
  for (const name of ["validators.js", "units.js"]) {
    const { metafile } = await build({
      entryPoints: [`src/files/generated/${name}`],
      bundle: true,
      format: "esm",
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    deepEqual(Object.keys(metafile.inputs), [`src/files/generated/${name}`]);
    ok(readFileSync(`src/files/generated/${name}`, "utf8").startsWith("// inputs "));
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
