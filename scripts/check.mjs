/** Format, lint and types: what can be said about the code without running it. */
import { ensureInstalled, script } from "./setup.mjs";
import { binOf, runNode, say } from "./tools.mjs";

const CHECKS = [
  ["format", () => [binOf("prettier"), "--check", "--log-level=warn", "."], "npm run format"],
  ["lint", () => [binOf("oxlint"), "--type-aware", "--deny-warnings"], "npx oxlint --type-aware"],
  ["types", () => [binOf("typescript", "tsc"), "--noEmit", "--pretty", "false"], "npx tsc"],
];

/** Runs all three side by side, prints what they found, returns one entry each. */
export async function check() {
  const outcomes = CHECKS.map(async ([name, args, alone]) => ({
    name,
    alone,
    ...(await runNode(args(), { capture: true })),
  }));
  const results = [];
  for (const { name, alone, code, output } of await Promise.all(outcomes)) {
    say(code === 0 ? `✓ ${name}` : `✗ ${name} (alone: ${alone})\n${output.trimEnd()}`);
    results.push({ name, passed: code === 0 });
  }
  return results;
}

async function main() {
  await ensureInstalled();
  // The types of the generated validators come with the build.
  const { buildSources } = await import("./build.mjs");
  await buildSources();
  return (await check()).every(({ passed }) => passed) ? 0 : 1;
}

await script(import.meta.url, main);
