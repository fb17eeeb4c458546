/** Every command that README.md and pages beside it show is run, so that they cannot lie. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { fabricast, freshFolder, ROOT } from "../support/cli.ts";
import { type ShownCommand, shownCommands } from "../support/shown-commands.ts";

/** Pages whose commands a reader copies; docs/questions.md has a test of its own. */
const PAGES = ["README.md", "docs/neighbors.md", "docs/serving.md"];
const commands = PAGES.flatMap((page) => shownCommands(readFileSync(join(ROOT, page), "utf8")));
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** The shipped files to read, and reports/ of one's own to write: runs leave no trace here. */
const folder = freshFolder();
for (const name of ["topologies", "scenarios"]) symlinkSync(join(ROOT, name), join(folder, name));
mkdirSync(join(folder, "reports"));
for (const name of readdirSync(join(ROOT, "reports"), { withFileTypes: true })) {
  if (name.isFile())
    symlinkSync(join(ROOT, "reports", name.name), join(folder, "reports", name.name));
}

function runs({ words, exitCode, line }: ShownCommand): void {
  const { code, stderr } = fabricast(words, folder);
  equal(code, exitCode, `${line} ended with ${code}:\n${stderr}`);
}

/** npm's own commands would run this test again; that the scripts exist must do. */
function exists({ words, line }: ShownCommand): void {
  const [word = "", name = ""] = words;
  if (["ci", "install"].includes(word)) return;
  const script = word === "run" ? name : word;
  ok(scripts[script] !== undefined, `${line}: package.json has no script "${script}"`);
}

// In the order of the page: a later command may read what an earlier one wrote.
test("the commands in README.md and its pages work as printed", () => {
  ok(commands.some(({ program }) => program === "fabricast"));
  for (const command of commands) {
    if (command.program === "fabricast") runs(command);
    else if (command.program === "npm") exists(command);
  }
}, 300_000);

test("commands are found in sh fences, with quotes, comments and expected exit codes", () => {
  const page = [
    "```sh",
    "$ npx fabricast check 'my file.yaml'  # exit 3",
    "fabricast collective all_reduce \\",
    '  --cluster "a b"',
    "npm run bench -- startup",
    "# only a remark",
    "git clone https://example.org/x",
    "```",
    "`npx fabricast inline` and",
    "```yaml",
    "npx fabricast no",
    "```",
  ].join("\n");
  deepEqual(
    shownCommands(page).map(({ program, words, exitCode }) => [program, words, exitCode]),
    [
      ["fabricast", ["check", "my file.yaml"], 3],
      ["fabricast", ["collective", "all_reduce", "--cluster", "a b"], 0],
      ["npm", ["run", "bench", "--", "startup"], 0],
    ],
  );
});
