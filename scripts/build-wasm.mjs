// The recipe of the WebAssembly twin, `src/tensor/native/fabricast-tensor.wasm`. The file is
// committed, since hardly anybody has the compiler for it:
//
//     node scripts/build-wasm.mjs      makes it again; needs clang and wasm-ld (Debian: clang, lld)
//
// Beside it lies a record of what it was made from, which a test compares with the sources.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, "src/tensor/native");
const binary = join(sources, "fabricast-tensor.wasm");
const record = join(sources, "fabricast-tensor.wasm.json");

const UNITS = ["kernels.cc", "wasm.cc"];

const FLAGS = [
  ...["--target=wasm32", "-std=c++17", "-O3", "-msimd128", "-mbulk-memory", "-nostdlib"],
  ...["-fno-math-errno", "-fno-exceptions", "-fno-rtti", "-fvisibility=hidden"],
  "-DFABRICAST_ISA=simd128",
  ...["-Wl,--no-entry", "-Wl,--strip-all", "-Wl,--export=__heap_base", "-Wl,-z,stack-size=65536"],
];

/** Compiles the twin; undefined if there is no compiler for it. */
export function compileWasm() {
  const work = mkdtempSync(join(tmpdir(), "fabricast-wasm-"));
  try {
    const output = join(work, "twin.wasm");
    // From inside the folder, so that no path of this machine gets into the file.
    const { status, stderr, error } = spawnSync("clang++", [...FLAGS, ...UNITS, "-o", output], {
      cwd: sources,
      encoding: "utf8",
    });
    if (error !== undefined) return undefined;
    if (status === 0) return readFileSync(output);
    if (/wasm-ld|unable to create target|No available targets/.test(stderr)) return undefined;
    throw new Error(`clang++ cannot compile the WebAssembly twin:\n${stderr}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** What the twin is made from: units, what they include, and the flags. */
export function wasmSourceHash() {
  const hash = createHash("sha256").update(FLAGS.join(" "));
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const text = readFileSync(join(sources, name), "utf8");
    hash.update(`\0${name}\0${text}`);
    for (const [, included] of text.matchAll(/^#include "([^"]+)"/gm)) visit(included);
  };
  for (const name of UNITS) visit(name);
  return hash.digest("hex");
}

/** "Debian clang version 14.0.6": other compilers make other bytes of the same sources. */
export function wasmCompiler() {
  const { stdout = "" } = spawnSync("clang++", ["--version"], { encoding: "utf8" });
  return stdout?.split("\n")[0] ?? "";
}

export function wasmRecord() {
  return JSON.parse(readFileSync(record, "utf8"));
}

export function wasmBinary() {
  return readFileSync(binary);
}

/** A step of the build: the committed file goes where the bundle looks for it. */
export function placeWasm() {
  const folder = join(root, "dist/native");
  mkdirSync(folder, { recursive: true });
  copyFileSync(binary, join(folder, "fabricast-tensor.wasm"));
}

function main() {
  const bytes = compileWasm();
  if (bytes === undefined) {
    process.stderr.write("fabricast: no clang++ with wasm-ld here; the committed twin stays\n");
    process.exitCode = existsSync(binary) ? 0 : 1;
    return;
  }
  writeFileSync(binary, bytes);
  const made = { sources: wasmSourceHash(), compiler: wasmCompiler() };
  writeFileSync(record, `${JSON.stringify(made, null, 2)}\n`);
  process.stderr.write(`fabricast: ${bytes.length} bytes of WebAssembly\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
