/** `npm start`: installs, builds, and answers the main question; other words replace it. */
import { build } from "./build.mjs";
import { ensureInstalled, script } from "./setup.mjs";
import { inRoot, runNode } from "./tools.mjs";

const MAIN_JOB = ["run", "scenarios/questions/quickstart.yaml"];

async function main() {
  await ensureInstalled();
  await build();
  const words = process.argv.slice(2);
  const { code } = await runNode([
    inRoot("dist", "fabricast.js"),
    ...(words.length > 0 ? words : MAIN_JOB),
  ]);
  return code;
}

await script(import.meta.url, main);
