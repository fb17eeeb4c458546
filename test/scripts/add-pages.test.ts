/** The pages that tell how to add a topology or a collective are followed as they stand. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { test } from "vitest";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";
import { applyBlocks, blocksOf, patched } from "../support/pages.ts";
import type { Block } from "../support/pages.ts";
import { readText } from "../support/sources.ts";

const commandsOf = (blocks: readonly Block[]): string[][] =>
  blocks
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.trim().split("\n"))
    .map((line) => line.split(" ").slice(2));

/** The answer that the page promises. */
function golden(blocks: readonly Block[]): { readonly algorithm: string; readonly timeS: number } {
  const { text = "" } = blocks.find(({ language }) => language === "json") ?? {};
  return JSON.parse(text) as { algorithm: string; timeS: number };
}

function assertGolden(stdout: string, blocks: readonly Block[]): void {
  const { rows } = JSON.parse(stdout) as { rows: { algorithm: string; timeS: number }[] };
  const [row] = rows;
  ok(row !== undefined && rows.length === 1);
  const { algorithm, timeS } = golden(blocks);
  equal(row.algorithm, algorithm);
  ok(Math.abs(row.timeS / timeS - 1) < 1e-12, `${row.timeS} is ${timeS}`);
}

test("add-a-topology.md: its module is a fabric that is checked, shown, drawn and timed", () => {
  const blocks = blocksOf(readText("docs/add-a-topology.md"));
  const folder = freshFolder();
  applyBlocks(blocks, folder);
  const outputs = commandsOf(blocks).map((words) => {
    const { code, stdout, stderr } = fabricast(words, folder);
    equal(code, 0, `${words.join(" ")}\n${stderr}`);
    return stdout;
  });
  equal(outputs.length, 4);
  ok(existsSync(join(folder, "chords.svg")));
  assertGolden(outputs.at(-1) ?? "", blocks);
});

test("add-a-collective.md: one file, one line, one test and the answer it promises", async () => {
  const blocks = blocksOf(readText("docs/add-a-collective.md"));
  const folder = copyOfSources();
  applyBlocks(blocks, folder);
  const paths = blocks.flatMap(({ path }) => (path === "" ? [] : [path]));
  deepEqual(paths, [
    "src/network/collectives/flat.ts",
    "src/network/collectives/table.ts",
    "test/network/collectives/flat.test.ts",
  ]);
  // Its own test, by the runner of the repository.
  const runner = join(ROOT, "node_modules/vitest/vitest.mjs");
  const tested = spawnSync(process.execPath, [runner, "run", "test/network/collectives/flat"], {
    cwd: folder,
    encoding: "utf8",
  });
  equal(tested.status, 0, `${tested.stdout}\n${tested.stderr}`);
  // And the command, bundled from the changed sources.
  const outfile = join(folder, "dist/main.js");
  await build({
    ...{ absWorkingDir: folder, entryPoints: ["src/cli/main.ts"], outfile, bundle: true },
    ...{ format: "esm", platform: "node", packages: "external", logLevel: "error" },
  });
  for (const words of commandsOf(blocks)) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [outfile, ...words], {
      cwd: folder,
      encoding: "utf8",
    });
    equal(status, 0, stderr);
    assertGolden(stdout, blocks);
  }
}, 120_000);

function copyOfSources(): string {
  const folder = freshFolder();
  for (const name of ["src", "test/support", "package.json", "tsconfig.json", "vitest.config.ts"]) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  for (const name of ["node_modules", "topologies", "scenarios"]) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  return folder;
}

test("an added line goes behind its neighbor, which must be there once", () => {
  equal(patched("a\nb\nc\n", " b\n+x\n+y\n c\n"), "a\nb\nx\ny\nc\n");
  throws(() => patched("a\nb\nb\n", " b\n+x\n"), /stands there once/);
  throws(() => patched("a\n", " b\n+x\n"), /stands there once/);
});
