/**
 * `npm run test:node24`: the tests once more on Node 24, fetched through npm into .cache/.
 * Never a dependency: as one, its node would stand first on the PATH of every script.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { ensureInstalled, script } from "./setup.mjs";
import { runTests, summary } from "./test.mjs";
import { inRoot, run, runNpm, say } from "./tools.mjs";

const HOME = inRoot(".cache", "node24");
const NODE = join(
  HOME,
  ...["node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node"],
);

async function main() {
  await ensureInstalled();
  await build();
  await ensureNode24();
  const { output } = await run(NODE, ["--version"], { capture: true });
  say(`fabricast: testing on Node ${output.trim()}`);
  const sums = await runTests(process.argv.slice(2), NODE);
  process.stdout.write(`${summary(sums)}\n`);
  return sums.failed === 0 ? 0 : 1;
}

async function ensureNode24() {
  if (existsSync(NODE)) return;
  say("fabricast: fetching Node 24 into .cache/node24 (about 190 MB) …");
  mkdirSync(HOME, { recursive: true });
  // The package "node" puts its binary into place in an install script, which npm must be
  // allowed to run; older versions of npm ask nobody.
  writeFileSync(
    join(HOME, "package.json"),
    `{ "private": true, "allowScripts": { "node": true } }`,
  );
  const args = ["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "node@24"];
  const { code, output } = await runNpm(args, { capture: true, cwd: HOME });
  if (code === 0 && existsSync(NODE)) return;
  throw new Error(
    `${output.trim()}\nNode 24 could not be fetched; it comes from the npm registry, so this ` +
      `leg needs the network once. The other tests do not need it.`,
  );
}

await script(import.meta.url, main);
