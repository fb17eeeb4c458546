/** Every example that the help shows runs as printed, and what it writes is what it says. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { COMMANDS } from "../../src/cli/commands/table.ts";
import { HELP_EXAMPLES } from "../../src/cli/help.ts";
import { fabricast, fabricastBeside, freshFolder, ROOT } from "../support/cli.ts";

let madePage = "";

/** A report with its question inside, made once. */
function costPage(): string {
  if (madePage === "") {
    const asked = ["cost", "h100-fat-tree-2to1", "--ranks", "256", "--report", "html"];
    madePage = fabricast(asked).stdout;
  }
  return madePage;
}

/** A folder with the shipped scenarios, a result, and the files that `init` writes in my/. */
function workplace(): string {
  const folder = freshFolder();
  symlinkSync(join(ROOT, "scenarios"), join(folder, "scenarios"));
  mkdirSync(join(folder, "reports"));
  cpSync(join(ROOT, "reports/quickstart.json"), join(folder, "reports/quickstart.json"));
  writeFileSync(join(folder, "reports/cost.html"), costPage());
  equal(fabricast(["init", "my"], folder).code, 0);
  cpSync(join(folder, "my/question.yaml"), join(folder, "question.yaml"));
  cpSync(join(folder, "my/cluster.yaml"), join(folder, "cluster.yaml"));
  return folder;
}

/** Words of a shell line whose only quotes are single ones. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

const examples = [
  ...COMMANDS.flatMap((command) => command.examples),
  ...HELP_EXAMPLES.split("\n").filter((line) => line.startsWith("fabricast ")),
];

test("every command has an example, and each example runs", async () => {
  ok(COMMANDS.every((command) => command.examples.length > 0));
  // Two at a time: the last of the long tests must not leave a core without work.
  const left = [...new Set(examples)];
  const work = async (): Promise<void> => {
    for (let example = left.shift(); example !== undefined; example = left.shift()) {
      const { code, stderr } = await fabricastBeside(wordsOf(example).slice(1), workplace());
      equal(code, 0, `${example}\n${stderr}`);
    }
  };
  await Promise.all([work(), work()]);
}, 600_000);

test("the help of a command shows its examples before its options", () => {
  for (const { names, examples: own } of COMMANDS) {
    const { code, stdout } = fabricast([names[0] ?? "", "--help"]);
    equal(code, 0);
    ok(stdout.indexOf(own[0] ?? "") < stdout.indexOf("Options:"), stdout);
  }
});

test("a question saved from flags is answered like the flags", () => {
  const folder = workplace();
  const asked = ["simulate", "--model", "gpt-1.3b", "--cluster", "tpu-v5p", "-n", "64"];
  equal(fabricast([...asked, "--save", "saved.yaml"], folder).code, 0);
  equal(fabricast(["run", "saved.yaml"], folder).code, 0);
  const saved = JSON.parse(readFileSync(join(folder, "reports/out/saved.json"), "utf8")) as {
    rows: unknown;
  };
  const flags = JSON.parse(fabricast([...asked, "--json"], folder).stdout) as { rows: unknown };
  deepEqual(saved.rows, flags.rows);
});

test("the next commands of a question about one's own cluster run as printed", () => {
  const folder = workplace();
  const { code, stdout } = fabricast(["run", "my/question.yaml"], folder);
  equal(code, 0);
  const lines = [...stdout.matchAll(/npx fabricast (.+)$/gm)].map(([, words = ""]) => words);
  equal(lines.length, 3);
  for (const line of lines) {
    const ran = fabricast(wordsOf(line), folder);
    equal(ran.code, 0, `${line}\n${ran.stderr}`);
  }
});

test("init never overwrites, unless it is told to", () => {
  const folder = workplace();
  const again = fabricast(["init", "my"], folder);
  equal(again.code, 3);
  match(again.stderr, /\[exists\]/);
  equal(fabricast(["init", "my", "--force"], folder).code, 0);
});

test("check --json lists what is valid and every issue of what is not", () => {
  const folder = workplace();
  const { code, stdout } = fabricast(
    ["check", "my/question.yaml", "nowhere.yaml", "--json"],
    folder,
  );
  equal(code, 3);
  const found = JSON.parse(stdout) as { valid: unknown[]; issues: { code: string }[] };
  equal(found.valid.length, 1);
  equal(found.issues[0]?.code, "missing-file");
});

test("doctor finds this machine fit", () => {
  const { code, stdout } = fabricast(["doctor", "--json"]);
  equal(code, 0);
  const { findings } = JSON.parse(stdout) as { findings: { name: string; state: string }[] };
  deepEqual(
    findings.map((finding) => finding.name),
    ["Node", "tensor backend", "catalog", "output folder", "timer"],
  );
});

test("a run killed at any moment leaves the previous reports whole", async () => {
  const folder = workplace();
  const words = ["run", "question.yaml"];
  equal(fabricast(words, folder).code, 0);
  const read = (ending: string): string =>
    readFileSync(join(folder, `reports/out/question.${ending}`), "utf8");
  const before = ["html", "csv", "json"].map(read);
  for (const delayMs of [50, 150, 250, 350, 450, 550, 650, 750]) {
    const child = spawn(process.execPath, [join(ROOT, "dist/fabricast.js"), ...words], {
      cwd: folder,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    setTimeout(() => child.kill("SIGKILL"), delayMs);
    await ended;
    deepEqual(["html", "csv", "json"].map(read), before, `killed after ${delayMs} ms`);
  }
  const drafts = readdirSync(join(folder, "reports/out"));
  ok(existsSync(join(folder, "reports/out/question.html")) && drafts.length >= 3);
});
