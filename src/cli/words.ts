/** The command line as it is shown in a report: what was asked, not where it was written. */

const SHAPE = new Set(["--out", "-o", "--output", "--format", "--save", "--report"]);

/** Without --out, --json, --color and the like: they change no answer. */
export function shownWords(words: readonly string[]): string[] {
  const shown: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (SHAPE.has(word)) i++;
    else if (!/^--(json|no-color|color|redact-prices)$/.test(word) && !isShape(word)) {
      shown.push(word);
    }
  }
  return shown;
}

const isShape = (word: string): boolean => SHAPE.has(word.replace(/=.*/, "")) && word.includes("=");
