/** The data that a report page carries inside: how it was asked, and what was answered. */
import { readText } from "./read.ts";
import { refuse, wholeFile } from "./issue.ts";
import { tooDeepAt } from "./scan.ts";
import { isGroup } from "./walk.ts";

export interface EmbeddedReport {
  readonly fabricast: string;
  readonly catalog: string;
  readonly words: readonly string[];
  readonly redacted: boolean;
  readonly answer: unknown;
}

const DATA = /<script type="application\/json" id="fabricast-data">([^<]*)<\/script>/;

/** Of a page, or refused: any other file, or one that was changed to something else. */
export async function readEmbedded(path: string): Promise<EmbeddedReport> {
  const text = DATA.exec(await readText(path))?.[1];
  const data = text === undefined || tooDeepAt(text) ? undefined : parsed(text);
  const found = isGroup(data) ? embeddedFrom(data) : undefined;
  if (found !== undefined) return found;
  return refuse(wholeFile(path), {
    code: "no-data-inside",
    found: text === undefined ? "a file without the data of a report" : "data that is none",
    expected: "a page that `plan … -o DIR` or `--report html` wrote",
    nextStep: "name such a page, as it was written",
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function embeddedFrom(data: Readonly<Record<string, unknown>>): EmbeddedReport | undefined {
  const { fabricast, catalog, words, redacted, answer } = data;
  if (typeof fabricast !== "string" || typeof catalog !== "string") return undefined;
  if (typeof redacted !== "boolean" || !isGroup(answer) || !Array.isArray(words)) return undefined;
  const all: unknown[] = words;
  const texts = all.filter((word) => typeof word === "string");
  if (texts.length !== all.length) return undefined;
  return { fabricast, catalog, words: texts, redacted, answer };
}
