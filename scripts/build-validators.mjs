/**
 * Writes src/files/generated: clusterValidator.js and so on, each schema of src/files/schemas
 * compiled to plain code, so that none is compiled at run time and none is loaded unasked; and
 * units.js, the units of mathjs without the rest of it, and knownUnits.js, a table of the usual
 * ones. Skips the work when the inputs are those of the last time; their hash is the first
 * line of all.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);
const root = dirname(dirname(here));
const files = join(root, "src", "files");
const folder = join(files, "generated");

/** Resolves once what is in the folder was made from the sources as they are. */
export async function buildValidators() {
  const stamp = `// inputs ${await inputsHash()}`;
  if (await isFresh(stamp)) return;
  const made = [];
  for (const [name, code] of standalone(await loadSchemas())) {
    const validator = { stdin: { contents: code, resolveDir: root, loader: "js" } };
    made.push(`${name}Validator.js`);
    await replace(made.at(-1), `${stamp}\n${await bundled(validator)}`);
  }
  const units = await bundled({ entryPoints: [join(files, "units.ts")] });
  made.push("knownUnits.js");
  await replace("knownUnits.js", `${stamp}\n${await knownUnits(units)}`);
  await replace("units.js", `${stamp} ${made.join(" ")}\n${units}`);
  for (const name of await readdir(folder)) {
    if (name !== "units.js" && !made.includes(name)) await rm(join(folder, name));
  }
}

/** The units come last and name the others in their first line. */
async function isFresh(stamp) {
  const firstLine = async (name) =>
    (await readFile(join(folder, name), "utf8").catch(() => "")).split("\n", 1)[0];
  const last = await firstLine("units.js");
  if (!last.startsWith(`${stamp} `)) return false;
  const others = last.slice(stamp.length + 1).split(" ");
  return (await Promise.all(others.map(firstLine))).every((line) => line === stamp);
}

/** Never leaves half a file where another process may be reading. */
async function replace(name, text) {
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `.${name}.${process.pid}`);
  await writeFile(draft, text);
  await rename(draft, join(folder, name));
}

async function inputsHash() {
  const hash = createHash("sha256");
  const schemas = join(files, "schemas");
  const names = (await readdir(schemas)).sort().map((name) => join(schemas, name));
  const packages = ["ajv", "esbuild", "mathjs"].map((name) =>
    join(root, "node_modules", name, "package.json"),
  );
  for (const path of [
    here,
    join(files, "kinds.ts"),
    join(files, "units.ts"),
    ...names,
    ...packages,
  ]) {
    hash.update(await readFile(path));
    hash.update("\0");
  }
  return hash.digest("hex");
}

/** What people write, by the SI unit it becomes. */
const DATA = ["", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti"];
const WORK = ["", "k", "M", "G", "T", "P", "E"];
const TIMES = ["s", "ms", "us", "ns", "ps", "min", "h", "hour", "day", "year"];
const USUAL_UNITS = {
  s: TIMES,
  B: DATA.flatMap((prefix) => [`${prefix}B`, `${prefix}b`]),
  "B/s": DATA.flatMap((prefix) => [`${prefix}B/s`, `${prefix}b/s`]),
  flop: WORK.map((prefix) => `${prefix}flop`),
  "flop/s": WORK.map((prefix) => `${prefix}flop/s`),
  W: ["W", "kW", "MW", "GW"],
  J: ["J", "kJ", "MJ", "Wh", "kWh", "MWh", "kW hour"],
  m: ["m", "mm", "cm", "km"],
  USD: ["USD"],
  "USD/s": TIMES.map((time) => `USD/${time}`),
  "kg/J": ["g/(kW hour)", "kg/(kW hour)", "g/kWh", "kg/kWh"],
  "USD/J": ["USD/(kW hour)", "USD/kWh", "USD/MWh"],
};

/** The table of these, every number by the unit library itself. */
async function knownUnits(unitsCode) {
  const { siPerUnit } = await import(`data:text/javascript,${encodeURIComponent(unitsCode)}`);
  const factors = Object.entries(USUAL_UNITS).map(([si, units]) => {
    const known = units.map((unit) => [unit, siPerUnit(unit, si)]);
    const unknown = known.find(([, factor]) => typeof factor !== "number");
    if (unknown !== undefined) throw new Error(`no ${si} by mathjs: ${unknown.join(" is ")}`);
    return [si, Object.fromEntries(known)];
  });
  return `export const FACTORS = ${JSON.stringify(Object.fromEntries(factors))};\n`;
}

/** Bundles the TypeScript table to memory and imports it from there. */
async function loadSchemas() {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(files, "schemas", "table.ts")],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  const code = outputFiles[0].text;
  const table = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  return table.SCHEMAS;
}

/** ajv's code: a module a schema, which exports `validate`; names are in camel case. */
function standalone(schemas) {
  const require = createRequire(import.meta.url);
  const { default: Ajv } = require("ajv/dist/2020.js");
  const { default: standaloneCode } = require("ajv/dist/standalone/index.js");
  return Object.entries(schemas).map(([name, schema]) => {
    const ajv = new Ajv({
      allErrors: true,
      messages: false,
      strict: true,
      allowUnionTypes: true,
      discriminator: true,
      inlineRefs: false,
      code: { source: true, esm: true },
    });
    ajv.addVocabulary(["quantity", "figure"]);
    ajv.addSchema(withoutWords(schema));
    return [camel(name), standaloneCode(ajv, { validate: schema.$id })];
  });
}

/** A schema without what only people read: ajv would carry it into its code. */
function withoutWords(schema) {
  if (Array.isArray(schema)) return schema.map(withoutWords);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key]) => !["title", "description", "examples", "default"].includes(key),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      // Below these two, keys are names that files use, "title" among them.
      key === "properties" || key === "$defs"
        ? Object.fromEntries(Object.entries(value).map(([name, s]) => [name, withoutWords(s)]))
        : withoutWords(value),
    ]),
  );
}

/** Draws everything imported in, so that the output imports nothing. */
async function bundled(input) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    ...input,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  return outputFiles[0].text;
}

function camel(name) {
  return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}

if (process.argv[1] === here) await buildValidators();
