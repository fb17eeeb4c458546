/** What the build makes: whole, without strays, and read only as far as a command needs. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "vitest";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { HELP_EXAMPLES } from "../../src/cli/help.ts";
import { freshFolder, ROOT } from "../support/cli.ts";

const dist = join(ROOT, "dist");
const inDist = () => readdirSync(dist).filter((name) => name.endsWith(".js"));

function built(): readonly string[] {
  equal(spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: ROOT }).status, 0);
  const stamp = JSON.parse(readFileSync(join(dist, ".stamp.json"), "utf8")) as { files: string[] };
  return stamp.files;
}

/** Names of the files of dist that a command reads, by the coverage that Node writes. */
function readBy(words: readonly string[]): string[] {
  const folder = freshFolder();
  const { status, stderr } = spawnSync(process.execPath, [join(dist, "fabricast.js"), ...words], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, NODE_V8_COVERAGE: folder },
  });
  equal(status, 0, stderr);
  const [name = ""] = readdirSync(folder);
  const { result } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
    result: { url: string }[];
  };
  return result.filter(({ url }) => url.includes("/dist/")).map(({ url }) => basename(url));
}

test("what the build lists is there, nothing else, and imports lead to it", () => {
  const files = built();
  deepEqual(inDist().sort(), [...files].sort());
  for (const name of files) {
    const code = readFileSync(join(dist, name), "utf8");
    for (const [, imported = ""] of code.matchAll(/(?:from|import)\(?"\.\/([^"]+\.js)"/g)) {
      ok(files.includes(imported), `${name} imports ${imported}`);
    }
  }
});

test("a chunk that nothing makes any more goes with the next build that has work", () => {
  built();
  const stamp = readFileSync(join(dist, ".stamp.json"), "utf8");
  writeFileSync(join(dist, "chunk-STRAY.js"), "");
  writeFileSync(join(dist, ".stamp.json"), stamp.replace('"hash":"', '"hash":"other '));
  const files = built();
  deepEqual(inDist().sort(), [...files].sort());
  // The same sources make the same names, which hold a hash of what is in them.
  equal(readFileSync(join(dist, ".stamp.json"), "utf8"), stamp);
});

test("a command reads its own part of the program only", () => {
  built();
  const collective = "collective all_reduce --cluster bare-fat-tree-1024 -b 1M -e 1M --json";
  const read = readBy(collective.split(" "));
  ok(read.some((name) => name.startsWith("clusterValidator-")));
  equal(read.filter((name) => name.includes("Validator-")).length, 1);
  const bytes = read.reduce((sum, name) => sum + readFileSync(join(dist, name)).length, 0);
  // The whole program is 3 MB; the units of mathjs alone are 240 kB.
  ok(bytes < 1.35e6, `${bytes} bytes in ${read.length} files`);
  deepEqual(readBy(["--version"]), ["fabricast.js"]);
});

test("texts of the help are one column a character, as the build takes for granted", () => {
  const texts = COMMANDS.flatMap(({ words, describe, examples, options }) => [
    ...words,
    describe,
    ...examples,
    ...Object.entries(options).flatMap(([name, option]) => [name, JSON.stringify(option)]),
  ]);
  const wide = /[^\u0020-\u007e\n\u00b7\u00d7\u2013\u2026\u2192\u2265\u2264\u00b1]/u;
  deepEqual(
    [...texts, HELP_EXAMPLES].filter((text) => wide.test(text)),
    [],
  );
});
