/**
 * `npm run bench`: runs the benchmarks in bench/, large unless --small.
 *
 *     npm run --silent bench -- startup --json    one of them, as JSON and nothing else
 *     npm run bench                               all of them, as tables
 */
import { mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { ensureInstalled, script } from "./setup.mjs";
import { filesUnder, inRoot, say } from "./tools.mjs";

const SUFFIX = ".bench.ts";

/** Runs the named benches (all, if none is named); one { name, passed } each. */
export async function bench({ names, size, json }) {
  const known = filesUnder("bench").filter((path) => path.endsWith(SUFFIX));
  const knownNames = known.map((path) => basename(path, SUFFIX));
  const unknown = names.filter((name) => !knownNames.includes(name));
  if (unknown.length > 0) {
    throw new Error(`unknown bench ${unknown.join(", ")}; there are: ${knownNames.join(", ")}`);
  }
  const chosen = known.filter((_, i) => names.length === 0 || names.includes(knownNames[i]));
  const modules = await bundled(chosen);
  const reports = [];
  const results = [];
  for (const [name, module] of modules) {
    const report = await attempt(name, module, size);
    results.push({ name, passed: report !== undefined });
    if (report === undefined) continue;
    reports.push(report);
    if (!json) (size === "small" ? say : print)(table(report, size));
  }
  if (json && reports.length > 0) {
    print(JSON.stringify(names.length === 1 ? reports[0] : reports));
  }
  return results;
}

/** TypeScript becomes modules in .cache/, from where packages and addons are still found. */
async function bundled(paths) {
  const { build: bundleWith } = await import("esbuild");
  mkdirSync(inRoot(".cache/bench"), { recursive: true });
  await bundleWith({
    absWorkingDir: inRoot(),
    entryPoints: paths,
    outdir: inRoot(".cache/bench"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20.19",
    logLevel: "warning",
    plugins: [FILES_KNOW_THEIR_PLACE],
  });
  return paths.map((path) => {
    const name = basename(path, SUFFIX);
    return [name, pathToFileURL(inRoot(".cache/bench", `${name}.bench.mjs`)).href];
  });
}

/** Sources that look for something beside themselves find it although they are bundled. */
const FILES_KNOW_THEIR_PLACE = {
  name: "files-know-their-place",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const place = JSON.stringify(pathToFileURL(path).href);
      return {
        contents: readFileSync(path, "utf8").replaceAll("import.meta.url", place),
        loader: "ts",
      };
    });
  },
};

async function attempt(name, module, size) {
  try {
    const { bench } = await import(module);
    if (bench.name !== name) throw new Error(`bench/${name}${SUFFIX} calls itself ${bench.name}`);
    const rows = await bench.run(size);
    if (rows.length === 0) throw new Error("it measured nothing");
    return { name, rows };
  } catch (error) {
    say(`✗ bench ${name}: ${error instanceof Error ? error.stack : String(error)}`);
    return undefined;
  }
}

const print = (text) => process.stdout.write(`${text}\n`);

/** Times and memory should stay below their bound; rates and shares above it. */
export function isWithin({ value, unit, bound }) {
  if (bound === null) return true;
  return /^(s|ms|us|ns|B|kB|MB|GB|KiB|MiB|GiB)$/.test(unit) ? value <= bound : value >= bound;
}

/** Small runs are too short to be judged: they only show that the bench still works. */
function table({ name, rows }, size) {
  const lines = rows.map((row) => {
    const { case: title, threads, value, unit, bound } = row;
    const figure = `${significant(value)} ${unit}`.padStart(16);
    const wanted = bound === null ? "" : `  bound ${significant(bound)} ${unit}`;
    const missed = size === "large" && !isWithin(row) ? "  MISSED" : "";
    return `  ${title.padEnd(44)} ${String(threads).padStart(2)} thr ${figure}${wanted}${missed}`;
  });
  return [`bench ${name}${size === "small" ? " (small)" : ""}`, ...lines].join("\n");
}

const significant = (value) => String(Number(value.toPrecision(4)));

async function main() {
  const words = process.argv.slice(2);
  const flags = words.filter((word) => word.startsWith("-"));
  const unknown = flags.filter((flag) => !["--json", "--small"].includes(flag));
  if (unknown.length > 0) throw new Error(`unknown flag ${unknown.join(" ")}: --json, --small`);
  await ensureInstalled();
  await build();
  const results = await bench({
    names: words.filter((word) => !word.startsWith("-")),
    size: flags.includes("--small") ? "small" : "large",
    json: flags.includes("--json"),
  });
  return results.every(({ passed }) => passed) ? 0 : 1;
}

await script(import.meta.url, main);
