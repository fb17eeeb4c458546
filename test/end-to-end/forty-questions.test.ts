/** docs/questions.md: forty questions, each with one command that runs as printed. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { freshFolder, ROOT } from "../support/cli.ts";

const text = readFileSync(join(ROOT, "docs/questions.md"), "utf8");
const SECTION =
  /^## (\d+)\. (.+)\n\n```sh\nfabricast (.+)\n```\n\n\*\*(yes|partly|not yet)\*\*: /gm;
const questions = [...text.matchAll(SECTION)].map(([, number, question, words, state]) => ({
  ...{ number: Number(number), question: question ?? "", words: words ?? "", state: state ?? "" },
}));

/** Words of a shell line whose only quotes are single ones. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");

test("there are forty, and the count of answered ones is told", () => {
  deepEqual(
    questions.map(({ number }) => number),
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  const count = (state: string): number => questions.filter((one) => one.state === state).length;
  const told = `${count("partly")} partly, ${count("not yet")} not yet`;
  ok(text.includes(`${count("yes")} are answered in full, ${told}`));
});

/** Standard output and error together, or what went wrong. */
function ran(words: readonly string[], folder: string): Promise<string | Error> {
  const program = [join(ROOT, "dist/fabricast.js"), ...words];
  const options = { cwd: folder, maxBuffer: 64 * 2 ** 20 };
  return new Promise((resolve) => {
    execFile(process.execPath, program, options, (error, stdout, stderr) => {
      resolve(error === null ? stdout + stderr : new Error(`${error.code}: ${stderr}`));
    });
  });
}

test("every command of the forty runs as printed", async () => {
  const folder = freshFolder();
  symlinkSync(join(ROOT, "scenarios"), join(folder, "scenarios"));
  const failed: string[] = [];
  const open = [...questions];
  const lane = async (): Promise<void> => {
    for (let one = open.shift(); one !== undefined; one = open.shift()) {
      const told = await ran(wordsOf(one.words), folder);
      if (told instanceof Error) failed.push(`${one.number}: ${told.message.slice(0, 300)}`);
      else if (told.length === 0) failed.push(`${one.number}: said nothing`);
    }
  };
  // Two at a time: each is a process of its own.
  await Promise.all([lane(), lane()]);
  equal(failed.join("\n"), "");
}, 300_000);
