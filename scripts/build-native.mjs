// Builds the native tensor backend, `dist/native/fabricast-tensor.node`, with whatever C++
// compiler there is: no node-gyp, no Python, no network. Without a compiler the product runs on
// its TypeScript backend, so a failed build is a line of text, never a failed install.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, "src/tensor/native");
const folder = join(root, "dist/native");
const output = join(folder, "fabricast-tensor.node");
const stamp = join(folder, "fabricast-tensor.hash");

const FLAGS = [
  "-std=c++17",
  "-O3",
  "-fPIC",
  "-fno-math-errno",
  "-fno-exceptions",
  "-fno-rtti",
  "-fvisibility=hidden",
  "-Wall",
  "-Wextra",
  "-Wno-psabi",
];

/** The kernels are one source, compiled once for each set of instructions. */
const INSTRUCTION_SETS =
  process.arch === "x64"
    ? [
        { name: "baseline", flags: ["-msse2"] },
        { name: "avx2", flags: ["-mavx2", "-mfma"] },
        {
          name: "avx512",
          flags: [
            ...["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mavx2", "-mfma"],
            "-mprefer-vector-width=512",
          ],
        },
      ]
    : [{ name: "baseline", flags: [] }];

/** Builds if sources, flags or the machine's kind have changed since the last build. */
export async function buildNative({ quiet = false } = {}) {
  const say = (line) => {
    if (!quiet) process.stderr.write(`native backend: ${line}\n`);
  };
  const hash = sourceHash();
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) {
    return "fresh";
  }
  // An old binary must not outlive its sources: it could have another interface.
  rmSync(output, { force: true });
  const failure =
    process.platform === "win32" ? "not built on Windows yet" : await build(say, hash);
  if (failure === undefined) return "built";
  say(`${failure}; Fabricast runs on its TypeScript backend (slower)`);
  return "no-compiler";
}

function sourceHash() {
  const hash = createHash("sha256");
  const files = readdirSync(sources).sort();
  for (const path of [
    ...files.map((name) => join(sources, name)),
    fileURLToPath(import.meta.url),
  ]) {
    hash.update(readFileSync(path)).update("\0");
  }
  const machine = `${process.platform} ${process.arch} ${process.env.CXX ?? ""}`;
  return hash.update(machine).digest("hex");
}

/** Undefined when it worked, else the reason in a few words. */
async function build(say, hash) {
  const headers = headersFolder();
  if (headers === undefined) return "the package node-api-headers is not installed";
  const candidates = [process.env.CXX, "g++", "clang++", "c++"].filter(Boolean);
  mkdirSync(folder, { recursive: true });
  let reason = "no C++ compiler found ($CXX, g++, clang++, c++)";
  for (const compiler of candidates) {
    const start = process.hrtime();
    const work = mkdtempSync(join(folder, "build-"));
    try {
      const failure = await compile(compiler, headers, work);
      if (failure === undefined) {
        // Moved into place whole, so two builds at once do not meet half a file.
        renameSync(join(work, "addon.node"), output);
        writeFileSync(join(work, "hash"), hash);
        renameSync(join(work, "hash"), stamp);
        const [seconds, nanoseconds] = process.hrtime(start);
        say(`built with ${compiler} in ${(seconds + nanoseconds / 1e9).toFixed(1)} s`);
        return undefined;
      }
      if (failure !== "absent") reason = `${compiler} failed (${failure})`;
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return reason;
}

function headersFolder() {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve("node-api-headers/package.json")), "include");
  } catch {
    return undefined;
  }
}

/** All translation units at once, then the link. */
async function compile(compiler, headers, work) {
  const units = [
    { source: "addon.cc", object: "addon.o", flags: [] },
    { source: "transport.cc", object: "transport.o", flags: ["-pthread"] },
    ...INSTRUCTION_SETS.map(({ name, flags }) => ({
      source: "kernels.cc",
      object: `${name}.o`,
      flags: [...flags, `-DFABRICAST_ISA=${name}`],
    })),
  ];
  const failures = await Promise.all(
    units.map(({ source, object, flags }) =>
      run(compiler, [
        ...[...FLAGS, ...flags, "-isystem", headers],
        ...["-c", join(sources, source), "-o", join(work, object)],
      ]),
    ),
  );
  const failure = failures.find((found) => found !== undefined);
  if (failure !== undefined) return failure;
  const objects = units.map(({ object }) => join(work, object));
  return await run(compiler, [...linkFlags(), ...objects, "-o", join(work, "addon.node")]);
}

function linkFlags() {
  if (process.platform === "darwin") return ["-bundle", "-undefined", "dynamic_lookup"];
  return ["-shared", "-pthread", "-static-libstdc++", "-static-libgcc"];
}

/** Undefined when it worked, "absent" when there is no such program, else the first error. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.on("data", (chunk) => (text += chunk));
    child.on("error", () => resolve("absent"));
    child.on("close", (code) => {
      if (code === 0) return resolve(undefined);
      const lines = text.split("\n").filter(Boolean);
      resolve(lines.find((line) => line.includes("error")) ?? lines[0] ?? `exit code ${code}`);
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildNative();
