/** The command line as it is shown in a report: what was asked, not where it was written. */

/** Without --out, --json, --color: they change no answer. */
export function shownWords(words: readonly string[]): string[] {
  const shown: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (word === "--out" || word === "--format" || word === "--save") i++;
    else if (!/^--(json|no-color|color|out=.*|format=.*|save=.*)$/.test(word)) shown.push(word);
  }
  return shown;
}
