/** Everything that ships is right, and dated no later than it says. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";
import { test } from "vitest";
import { checkFile } from "../../src/files/check-file.ts";
import { readAccelerator } from "../../src/files/parts.ts";
import { CATALOG_DATE } from "../../src/base/version.ts";
import { shippedIds, shippedRoot } from "../../src/files/shipped.ts";
import { scratch } from "./support.ts";

const files = ["topologies", "scenarios/models", "scenarios/questions", "scenarios/training"]
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  )
  .filter((path) => path.endsWith(".yaml"));

for (const path of files) {
  test(`${path} passes, and is named by its id`, async () => {
    const { id } = await checkFile(path);
    equal(id, basename(path, ".yaml"));
  });
}

test("no source is younger than the catalog, and none is without a date", () => {
  for (const path of files.filter((name) => name.startsWith("topologies"))) {
    const text = readFileSync(path, "utf8");
    // What was recalled has no source, so it has no date, and says so in these very words.
    const recalled =
      text.match(/^ *source: recalled, not checked against a source$/gm)?.length ?? 0;
    equal(text.match(/^ *grade: recalled$/gm)?.length ?? 0, recalled, path);
    const sources = (text.match(/^ *source:/gm)?.length ?? 0) - recalled;
    const dates = [...text.matchAll(/^ *date: "?([^"\n]*)"?$/gm)].map(([, date = ""]) => date);
    equal(dates.length, sources, path);
    for (const date of dates) ok(date <= CATALOG_DATE.slice(0, date.length), `${path}: ${date}`);
  }
});

test("the shelves list what lies on them", async () => {
  deepEqual(await shippedIds("accelerator"), [
    ...["a100-sxm-40", "a100-sxm-80", "a800-sxm-80", "b200-sxm", "b300-sxm", "gaudi2", "gaudi3"],
    ...["gb200-nvl72", "gb300-nvl72", "gh200", "h100-pcie", "h100-sxm", "h20-sxm", "h200-sxm"],
    ...["h800-sxm", "l40s", "mi250x", "mi300x", "mi325x", "mi355x", "mi455x", "tpu-v3", "tpu-v4"],
    ...["tpu-v5e", "tpu-v5p", "tpu-v6e", "tpu-v7", "trainium1", "trainium2", "trainium3"],
    ...["v100-sxm2-32", "vr200-nvl72"],
  ]);
  ok((await shippedIds("cluster")).includes("h100-torus"));
});

test("a part can be read alone", async () => {
  equal((await readAccelerator("tpu-v5p")).rents[0]?.usdPerS.date, "2024-12-23");
});

test("the shipped data are found from the sources, and beside the dist of a package", async () => {
  equal(shippedRoot(), process.cwd());
  const folder = realpathSync(scratch());
  mkdirSync(`${folder}/topologies/clusters`, { recursive: true });
  const outfile = `${folder}/dist/fabricast.js`;
  const entryPoints = ["src/files/shipped.ts"];
  await build({ entryPoints, bundle: true, format: "esm", platform: "node", outfile });
  const script = `console.log((await import(${JSON.stringify(outfile)})).shippedRoot())`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
  equal(child.stdout.toString().trim(), folder);
});

test("bundled, this room needs no package", async () => {
  const { metafile } = await build({
    stdin: { contents: 'export * from "./src/files/question.ts"', resolveDir: process.cwd() },
    bundle: true,
    format: "esm",
    platform: "node",
    minify: true,
    write: false,
    metafile: true,
    outfile: `${scratch()}/dist/files.js`,
  });
  const outside = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .map(({ path }) => path)
    .filter((path) => !path.startsWith("node:"));
  deepEqual(
    [...new Set(outside)].filter((path) => path !== "process" && path !== "buffer"),
    [],
  );
  // mathjs whole would add 600 kB; its units are a third of that.
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const units = inputs.filter(([path]) => /generated\/units\.js$|node_modules\/mathjs/.test(path));
  const unitBytes = units.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
  ok(unitBytes > 100_000 && unitBytes < 300_000, `${unitBytes} bytes of mathjs`);
});
