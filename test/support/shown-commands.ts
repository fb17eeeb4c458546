/** Commands in the `sh` fences of a Markdown page, as a reader would paste them. */

export interface ShownCommand {
  readonly program: "fabricast" | "npm";
  /** What follows the program's name. */
  readonly words: readonly string[];
  /** 0 unless the line ends with `# exit N`. */
  readonly exitCode: number;
  readonly line: string;
}

export function shownCommands(page: string): ShownCommand[] {
  const fences = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, body = ""]) => body);
  const lines = fences.flatMap((body) => body.replaceAll(/\\\n\s*/g, "").split("\n"));
  return lines.flatMap((line) => {
    const [first = "", ...words] = shellWords(line.replace(/^\$ /, ""));
    const exitCode = Number(/# exit (\d+)\s*$/.exec(line)?.[1] ?? 0);
    if (first === "npx" && words[0] === "fabricast") {
      return [{ program: "fabricast", words: words.slice(1), exitCode, line }];
    }
    if (first !== "fabricast" && first !== "npm") return [];
    return [{ program: first, words, exitCode, line }];
  });
}

/** Splits at spaces outside quotes and drops a comment; no variables, pipes or globs. */
function shellWords(line: string): string[] {
  const words: string[] = [];
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (word.startsWith("#")) break;
    words.push(word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
  }
  return words;
}
