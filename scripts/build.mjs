/**
 * Builds the command: validators, native addon, then into dist/ a launcher of a few lines,
 * the command line, the workers, and chunks that load when a command first needs them. Does
 * nothing where its inputs are unchanged.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { script } from "./setup.mjs";
import { filesUnder, hashOf, inRoot, say } from "./tools.mjs";

/** The launcher answers --version itself, without reading the file that holds all the rest. */
const LAUNCHER = "src/cli/main.ts";
const COMMAND_LINE = "src/cli/run.ts";
const STAMP = "dist/.stamp.json";

/**
 * Packages that stay in node_modules. d3 and d3-node (with jsdom) are large, load in the
 * report only, and jsdom looks for files beside itself; the others have binaries or workers.
 */
const EXTERNAL = ["d3", "d3-node", "@duckdb/node-api", "piscina", "highs"];

/** CommonJS packages inside an ES module ask for Node's built-ins through `require`. */
const BANNER = [
  `import { createRequire as createRequireOfBundle } from "node:module";`,
  `const require = createRequireOfBundle(import.meta.url);`,
].join("\n");

/** Everything `npm run build` does. */
export async function build() {
  await buildSources();
  await optionalStep("./build-native.mjs", "buildNative");
  await optionalStep("./build-wasm.mjs", "placeWasm");
  await bundle();
}

/** The sources that are made from others. */
export async function buildSources() {
  await optionalStep("./build-validators.mjs", "buildValidators");
}

/** A step in a file of its own; absent in a package that ships without it. */
async function optionalStep(file, name) {
  if (!existsSync(new URL(file, import.meta.url))) return;
  const steps = await import(file);
  await steps[name]();
}

async function bundle() {
  const sources = filesUnder("src").filter((path) => /\.[cm]?[jt]s$/.test(path));
  const inputs = [...sources, "package-lock.json", "tsconfig.json", "scripts/build.mjs"];
  const hash = hashOf(inputs);
  if (isFresh(hash)) return;

  const workers = sources.filter((path) => path.endsWith(".worker.ts"));
  const made = [
    ...(await bundled({ fabricast: LAUNCHER }, launcherOptions)),
    ...(await bundled(
      {
        main: COMMAND_LINE,
        ...Object.fromEntries(workers.map((path) => [basename(path, ".ts"), path])),
      },
      programOptions,
    )),
  ];
  mkdirSync(inRoot("dist"), { recursive: true });
  for (const [name, contents] of made) replaceFile(`dist/${name}`, contents);
  const files = made.map(([name]) => name);
  removeStrays(files);
  chmodSync(inRoot("dist/fabricast.js"), 0o755);
  replaceFile(STAMP, `${JSON.stringify({ hash, files })}\n`);
}

function isFresh(hash) {
  if (!existsSync(inRoot(STAMP))) return false;
  try {
    const stamp = JSON.parse(readFileSync(inRoot(STAMP), "utf8"));
    return stamp.hash === hash && stamp.files.every((name) => existsSync(inRoot("dist", name)));
  } catch {
    return false; // A torn stamp is a stale stamp.
  }
}

/** Names and contents of all files that come out, in the order of their names. */
async function bundled(entryPoints, options) {
  const { build: bundleWith } = await import("esbuild");
  const all = { ...COMMON, ...options, entryPoints };
  const { outputFiles } = await bundleWith(all).catch(() => {
    throw new Error(`${Object.values(entryPoints).join(", ")} cannot be bundled; see above`);
  });
  const made = outputFiles.map(({ path, contents }) => [basename(path), contents]);
  return made.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Names are kept: error reports of users show them. */
const COMMON = {
  absWorkingDir: inRoot(),
  outdir: inRoot("dist"),
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: EXTERNAL,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  logLevel: "warning",
};

/** In the launcher, the import of the command line means the file beside it. */
const COMMAND_LINE_STAYS_OUT = {
  name: "command-line-stays-out",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/run\.ts$/ }, () => ({ path: "./main.js", external: true }));
  },
};

/**
 * Of mathjs only its units come along. Modules that load on demand are kept whole by the
 * bundler, so the rest has to be left behind before: in a bundle of these names alone.
 */
const ONLY_UNITS_OF_MATHJS = {
  name: "only-units-of-mathjs",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^mathjs$/ }, () => ({ path: "mathjs", namespace: "units" }));
    onLoad({ filter: /.*/, namespace: "units" }, async () => {
      const { build: bundleWith } = await import("esbuild");
      const names = "create, createUnitDependencies, unitDependencies";
      const { outputFiles } = await bundleWith({
        stdin: { contents: `export { ${names} } from "mathjs";`, resolveDir: inRoot() },
        bundle: true,
        write: false,
        format: "esm",
        platform: "node",
      });
      return { contents: outputFiles[0].text };
    });
  },
};

/**
 * Where yargs lays out its help, characters are one column wide: the texts are ours. Telling
 * emoji and East Asian letters apart costs every command 50 ms of tables and segmenters.
 */
const ONE_COLUMN_A_CHARACTER = {
  name: "one-column-a-character",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^string-width$/ }, ({ path }) => ({ path, namespace: "width" }));
    onLoad({ filter: /.*/, namespace: "width" }, () => ({
      contents: "export default (text) => [...text].length;",
    }));
  },
};

const launcherOptions = {
  banner: { js: "#!/usr/bin/env node" },
  plugins: [COMMAND_LINE_STAYS_OUT],
};

/** Chunks lie beside the entries: the sources look for workers beside themselves. */
const programOptions = {
  splitting: true,
  chunkNames: "[name]-[hash]",
  banner: { js: BANNER },
  plugins: [ONLY_UNITS_OF_MATHJS, ONE_COLUMN_A_CHARACTER],
};

/**
 * By renaming: a reader sees the old file or the new one, never half of one. What is the same
 * stays untouched.
 */
function replaceFile(path, contents) {
  const target = inRoot(path);
  if (existsSync(target) && readFileSync(target).equals(Buffer.from(contents))) return;
  const draft = `${target}.${process.pid}.tmp`;
  writeFileSync(draft, contents);
  renameSync(draft, target);
}

/** Chunks and workers that are gone; the native addon and its records stay. */
function removeStrays(wanted) {
  for (const name of readdirSync(inRoot("dist"))) {
    if (name.endsWith(".js") && !wanted.includes(name)) rmSync(join(inRoot("dist"), name));
  }
}

/**
 * npm calls `prepare` after an install. One without development packages cannot build and
 * must not fail for it: an installed package brings its dist/ along.
 */
async function main() {
  const isPrepare = process.env.npm_lifecycle_event === "prepare";
  if (isPrepare && !existsSync(inRoot("node_modules", "esbuild"))) {
    say("fabricast: not built, because the development packages are not installed.");
    return;
  }
  await build();
}

await script(import.meta.url, main);
