/** Whole files or nothing. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { test } from "vitest";
import { fileName, writeAll, writeText } from "../../src/files/write.ts";
import { scratch } from "./support.ts";

test("a file is written, its folders made, the old one replaced, no draft left", async () => {
  const folder = scratch();
  const path = join(folder, "out", "deep", "a.csv");
  await writeText(path, "old");
  await writeText(path, "new");
  equal(readFileSync(path, "utf8"), "new");
  deepEqual(readdirSync(join(folder, "out", "deep")), ["a.csv"]);
});

test("several files are replaced together or not at all", async () => {
  const folder = scratch();
  writeFileSync(join(folder, "a.html"), "old");
  const blocked = join(folder, "a.html", "b.csv"); // its folder is a file: nobody can write it
  const outputs = [
    { path: join(folder, "a.html"), text: "new" },
    { path: blocked, text: "new" },
  ];
  await rejects(writeAll(outputs), { name: "MachineError" });
  equal(readFileSync(join(folder, "a.html"), "utf8"), "old");
  deepEqual(readdirSync(folder), ["a.html"]);
});

test("an unwritable place is the machine's failure and names path and next step", async () => {
  const file = join(scratch(), "file");
  writeFileSync(file, "x");
  for (const path of [join(file, "r.html"), "/proc/fabricast/r.html"]) {
    await rejects(writeText(path, "x"), (error: Error) => {
      equal(error.name, "MachineError");
      match(error.message, new RegExp(`^cannot write ${path} \\([A-Z]+\\); choose|a part`));
      return true;
    });
  }
});

test("a folder in the way is refused before any other file is replaced", async () => {
  const folder = scratch();
  mkdirSync(join(folder, "b.csv"));
  writeFileSync(join(folder, "a.html"), "old");
  const outputs = ["a.html", "b.csv"].map((name) => ({ path: join(folder, name), text: "new" }));
  await rejects(writeAll(outputs), /a folder has that name/);
  equal(readFileSync(join(folder, "a.html"), "utf8"), "old");
});

test("a device is written to and stays a device", async () => {
  await writeText("/dev/null", "x");
  equal(statSync("/dev/null").isCharacterDevice(), true);
});

test("a process killed between writing and renaming leaves the old report whole", async () => {
  const folder = scratch();
  const program = join(folder, "write.mjs");
  await build({
    entryPoints: ["src/files/write.ts"],
    bundle: true,
    format: "esm",
    platform: "node",
    outfile: program,
  });
  const path = join(folder, "report.html");
  writeFileSync(path, "old and whole");
  // The child dies by the hand of its first rename, when all drafts are on the disk.
  const script = `
    import fs from "node:fs/promises";
    import { syncBuiltinESMExports } from "node:module";
    fs.rename = () => process.kill(process.pid, "SIGKILL");
    syncBuiltinESMExports();
    const { writeAll } = await import(${JSON.stringify(program)});
    await writeAll([{ path: ${JSON.stringify(path)}, text: "new" }]);
  `;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
  equal(child.signal, "SIGKILL");
  equal(readFileSync(path, "utf8"), "old and whole");
  equal(readdirSync(folder).filter((name) => name.endsWith(".draft")).length, 1);
});

test("names become file names that every system takes", () => {
  equal(fileName("quickstart"), "quickstart");
  equal(fileName("gpt-1.3b-on-64"), "gpt-1.3b-on-64");
  equal(fileName("../../etc/passwd"), "etc-passwd");
  equal(fileName("=1+1<script>"), "1-1-script");
  equal(fileName("..."), "unnamed");
  equal(fileName("a\u0000b/c"), "a-b-c");
  equal(fileName("x".repeat(300)).length, 100);
  equal(existsSync("unnamed"), false);
});
