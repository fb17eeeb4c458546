/** What all scripts share: where the repository is, and how to start other programs. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

export const inRoot = (...parts) => join(ROOT, ...parts);

/** True in the program that was started by name, false where it is imported. */
export function isMain(moduleUrl) {
  return process.argv[1] !== undefined && moduleUrl === pathToFileURL(process.argv[1]).href;
}

/** Messages go to stderr: stdout belongs to results. */
export const say = (text) => process.stderr.write(`${text}\n`);

/** Runs a program in the repository; resolves to { code, output } and never rejects. */
export function run(command, args, { env = {}, cwd = ROOT, capture = false, shell = false } = {}) {
  return new Promise((resolve) => {
    const stdio = capture ? ["ignore", "pipe", "pipe"] : "inherit";
    const child = spawn(command, args, { cwd, stdio, shell, env: { ...process.env, ...env } });
    let output = "";
    child.stdout?.on("data", (text) => (output += text));
    child.stderr?.on("data", (text) => (output += text));
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a script with this very Node, so that neither PATH nor a shell matters. */
export const runNode = (args, options) => run(process.execPath, args, options);

/**
 * Runs npm: through the very npm that started us where there is one; else by name, on
 * Windows through a shell, because npm is a .cmd file there.
 */
export function runNpm(args, options = {}) {
  const starter = process.env.npm_execpath;
  if (starter !== undefined && /\.[cm]?js$/.test(starter) && existsSync(starter)) {
    return runNode([starter, ...args], options);
  }
  const windows = process.platform === "win32";
  const quoted = windows ? args.map((word) => (/\s/.test(word) ? `"${word}"` : word)) : args;
  return run(windows ? "npm.cmd" : "npm", quoted, { ...options, shell: windows });
}

/** A package's program as a file for Node, found by its package.json's "bin". */
export function binOf(name, bin = name) {
  const described = JSON.parse(readFileSync(inRoot("node_modules", name, "package.json"), "utf8"));
  const path = typeof described.bin === "string" ? described.bin : described.bin[bin];
  return inRoot("node_modules", name, path);
}

/** Files under a folder or the file itself, as paths with "/", sorted; missing ones are none. */
export function filesUnder(path) {
  const full = inRoot(path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
    .map((name) => name.split(sep).join("/"))
    .sort();
}

/** SHA-256 over names and contents of files, and over any further words. */
export function hashOf(paths, words = []) {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  for (const path of paths) {
    const content = readFileSync(inRoot(path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
