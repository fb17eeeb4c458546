/** Pages to be followed step by step: their code blocks as files, changes and commands. */
import { equal } from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Block {
  readonly language: string;
  /** The file that the block is of; empty where it names none. */
  readonly path: string;
  readonly text: string;
}

export function blocksOf(markdown: string): Block[] {
  const fenced = /^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm;
  return [...markdown.matchAll(fenced)].map(([, language = "", path = "", text = ""]) => ({
    ...{ language, path, text },
  }));
}

/** Writes the files of a page below a folder, and changes those that it shows changes of. */
export function applyBlocks(blocks: readonly Block[], folder: string): void {
  for (const { language, path, text } of blocks) {
    if (path === "") continue;
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    const made = language === "diff" ? patched(readFileSync(file, "utf8"), text) : text;
    writeFileSync(file, made);
  }
}

/** Added lines go behind the line before them, which must stand there once. */
export function patched(text: string, diff: string): string {
  let after = "";
  let made = text;
  for (const line of diff.trimEnd().split("\n")) {
    const words = line.slice(1);
    if (line.startsWith("+")) {
      equal(made.split(`${after}\n`).length, 2, `"${after}" stands there once`);
      made = made.replace(`${after}\n`, () => `${after}\n${words}\n`);
    }
    after = words;
  }
  return made;
}
