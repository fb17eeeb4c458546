/**
 * The C++ kernels without Node, under the address and undefined-behavior sanitizers. What passed
 * once is not compiled again until its sources change: that takes longer than all tests together.
 */
import { equal } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { ROOT } from "../support/sources.ts";

const KERNELS = join(ROOT, "src/tensor/native");
const HERE = join(ROOT, "test/native");
const CACHE = join(ROOT, ".cache/native-test");

const FLAGS = [
  ...["-std=c++17", "-O1", "-pthread", "-Wall", "-Wextra", "-Wno-psabi"],
  ...["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
];

const isX64 = process.arch === "x64";
const AVX2 = ["-mavx2", "-mfma"];

/** Sixteen lanes are those of AVX-512, as the same source computes them two vectors at a time. */
const BUILDS: readonly (readonly [name: string, flags: readonly string[]])[] = [
  ["the baseline", isX64 ? ["-msse2"] : []],
  ["sixteen lanes", [...(hasAvx2() ? AVX2 : []), "-DFABRICAST_LANES=16"]],
  ...(hasAvx2() ? [["AVX2", AVX2] as const] : []),
];

function hasAvx2(): boolean {
  const path = "/proc/cpuinfo";
  return (
    isX64 &&
    existsSync(path) &&
    /\bavx2\b.*\bfma\b|\bfma\b.*\bavx2\b/.test(readFileSync(path, "utf8"))
  );
}

const compiler = ["g++", "clang++"].find((name) => sanitizes(name));

function sanitizes(name: string): boolean {
  mkdirSync(CACHE, { recursive: true });
  const program = join(CACHE, `sanitizes-${name}`);
  const flags = ["-x", "c++", "-", "-fsanitize=address,undefined", "-o", program];
  const made = spawnSync(name, flags, { input: "int main() { return 0; }" });
  return made.status === 0 && spawnSync(program).status === 0;
}

describe.skipIf(compiler === undefined)(
  "all kernels agree with plain loops, no stray access",
  () => {
    for (const [title, flags] of BUILDS) {
      test(`${title}, sanitized`, { timeout: 300_000 }, () => {
        const hash = createHash("sha256").update(compiler + flags.join(" "));
        for (const path of sourcePaths()) hash.update(readFileSync(path));
        const passed = join(CACHE, `${hash.digest("hex")}.passed`);
        if (existsSync(passed)) return;
        const work = join(CACHE, `${process.pid}-${title.replaceAll(" ", "-")}`);
        const unit = join(KERNELS, "kernels.cc");
        run(compiler!, [...FLAGS, ...flags, ...OBJECT, unit, "-o", `${work}.o`]);
        run(compiler!, [...FLAGS, `${work}.o`, checker(), "-o", work]);
        equal(run(work, []), "all kernels agree\n");
        writeFileSync(passed, "");
      });
    }
  },
);

let checkerObject: string | undefined;

/** What calls the kernels and knows what they should give: the same for all builds. */
function checker(): string {
  if (checkerObject === undefined) {
    checkerObject = join(CACHE, `${process.pid}-checker.o`);
    run(compiler!, [...FLAGS, "-c", join(HERE, "kernels.cc"), "-o", checkerObject]);
  }
  return checkerObject;
}

const OBJECT = ["-c", "-DFABRICAST_ISA=tested"];

function sourcePaths(): string[] {
  return [KERNELS, HERE].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(cc|h)$/.test(name))
      .sort()
      .map((name) => join(folder, name)),
  );
}

function run(command: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  equal(status, 0, `${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** Targets of machines that are not this one: the code must compile, it cannot run. */
const OTHERS = [
  ["NEON", "--target=aarch64-linux-gnu", []],
  ["AVX-512", "--target=x86_64-linux-gnu", ["-mavx512f", "-mavx512bw", "-mavx512dq", "-mfma"]],
  ["AVX-512 BF16", "--target=x86_64-linux-gnu", ["-mavx512f", "-mavx512bf16", "-mfma"]],
] as const;

for (const [title, target, flags] of OTHERS) {
  test(`the kernels compile for ${title}`, ({ skip }) => {
    const words = ["-std=c++17", "-Wall", "-Wextra", "-Werror", "-Wno-psabi", ...OBJECT];
    const probe = ["-x", "c++", "-c", "-", target, "-o", "/dev/null"];
    const hasTarget =
      spawnSync("clang++", probe, { input: "int one() { return 1; }" }).status === 0;
    if (!hasTarget) return skip("no clang++ for this processor here");
    run("clang++", [...words, target, ...flags, join(KERNELS, "kernels.cc"), "-o", "/dev/null"]);
  });
}
