/**
 * Writes src/files/generated: validators.js, the schemas of src/files/schemas compiled to
 * plain code, so that none is compiled at run time; and units.js, the units of mathjs
 * without the rest of it. Skips the work when the inputs are those of the last time; their
 * hash is the first line of both.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
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
  const isFresh = async (name) =>
    (await readFile(join(folder, name), "utf8").catch(() => "")).startsWith(stamp);
  if ((await isFresh("units.js")) && (await isFresh("validators.js"))) return;
  const units = { entryPoints: [join(files, "units.ts")] };
  await replace("units.js", `${stamp}\n${await bundled(units)}`);
  const code = await standalone(await loadSchemas());
  const validators = { stdin: { contents: code, resolveDir: root, loader: "js" } };
  await replace("validators.js", `${stamp}\n${await bundled(validators)}`);
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

/** ajv's code: one exported function a schema, named by the schema's name in camel case. */
async function standalone(schemas) {
  const require = createRequire(import.meta.url);
  const { default: Ajv } = require("ajv/dist/2020.js");
  const { default: standaloneCode } = require("ajv/dist/standalone/index.js");
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
  const exported = {};
  for (const [name, schema] of Object.entries(schemas)) {
    ajv.addSchema(withoutWords(schema));
    exported[camel(name)] = schema.$id;
  }
  return standaloneCode(ajv, exported);
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
