/**
 * Compiles the schemas of src/files/schemas to one plain module, src/files/generated/
 * validators.js, so that no schema is compiled at run time. Skips the work when the inputs
 * are those of the last time; their hash is the first line of the output.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);
const root = dirname(dirname(here));
const files = join(root, "src", "files");
const output = join(files, "generated", "validators.js");

/** Resolves once the validators on disk are those of the schemas on disk. */
export async function buildValidators() {
  const stamp = `// inputs ${await inputsHash()}`;
  const old = await readFile(output, "utf8").catch(() => "");
  if (old.startsWith(stamp)) return;
  const code = await bundled(await standalone(await loadSchemas()));
  await mkdir(dirname(output), { recursive: true });
  const draft = `${output}.${process.pid}`;
  await writeFile(draft, `${stamp}\n${code}`);
  await rename(draft, output);
}

async function inputsHash() {
  const hash = createHash("sha256");
  const folder = join(files, "schemas");
  const names = (await readdir(folder)).sort().map((name) => join(folder, name));
  const packages = ["ajv", "esbuild"].map((name) =>
    join(root, "node_modules", name, "package.json"),
  );
  for (const path of [here, join(files, "kinds.ts"), ...names, ...packages]) {
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

/** Draws ajv's run-time helpers in, so that the output imports nothing. */
async function bundled(code) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: "js" },
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
