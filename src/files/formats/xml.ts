/**
 * The part of XML that tools write for tools: elements, attributes, comments and the first line.
 * A document type or an entity is refused, since a file of strangers may do harm by either; text
 * between elements is passed over.
 */
import type { Complaint } from "../issue.ts";
import { refuse, shown } from "../issue.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly line: number;
}

const DEPTH_MOST = 200;
const TAG =
  /^<(\/?)([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/;
const ATTRIBUTE = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

export function parseXml(text: string, file: string): XmlElement {
  return new XmlReader(text, file).read();
}

interface Open extends XmlElement {
  readonly children: XmlElement[];
}

class XmlReader {
  readonly #text: string;
  readonly #file: string;
  readonly #open: Open[] = [];
  #root: XmlElement | undefined;
  #at = 0;
  #line = 1;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): XmlElement {
    for (;;) {
      const next = this.#text.indexOf("<", this.#at);
      this.#pass(next === -1 ? this.#text.length : next);
      if (next === -1) break;
      if (this.#skipped("<?", "?>") || this.#skipped("<!--", "-->")) continue;
      if (this.#text.startsWith("<!", next)) this.#refuse(FORBIDDEN);
      this.#tag();
    }
    const open = this.#open.at(-1);
    if (open !== undefined) this.#refuse(torn(`<${open.name}> without its end`));
    return this.#root ?? this.#refuse(torn("no element"));
  }

  /** Over text that counts for nothing. */
  #pass(to: number): void {
    const text = this.#text.slice(this.#at, to);
    if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) this.#refuse(FORBIDDEN);
    this.#step(to);
  }

  #step(to: number): void {
    for (let i = this.#at; i < to; i++) if (this.#text.charCodeAt(i) === 10) this.#line++;
    this.#at = to;
  }

  #skipped(begin: string, end: string): boolean {
    if (!this.#text.startsWith(begin, this.#at)) return false;
    const place = this.#text.indexOf(end, this.#at + begin.length);
    if (place === -1) this.#refuse(torn(`${begin} without ${end}`));
    this.#step(place + end.length);
    return true;
  }

  #tag(): void {
    const end = this.#text.indexOf(">", this.#at);
    const found = end === -1 ? null : TAG.exec(this.#text.slice(this.#at, this.#endOf(end)));
    if (found === null) this.#refuse(torn(shown(this.#text.slice(this.#at, this.#at + 40))));
    const [whole = "", closes, name = "", attributes = "", isEmpty] = found ?? [];
    if (closes === "/") this.#close(name);
    else this.#begin(name, attributes, isEmpty === "/");
    this.#step(this.#at + whole.length);
  }

  /** Quotes may hold a >. */
  #endOf(first: number): number {
    let end = first;
    for (let tries = 0; tries < 1000; tries++) {
      const tag = this.#text.slice(this.#at, end + 1);
      const quotes = tag.match(/"[^"]*"|'[^']*'|["']/g) ?? [];
      if (!quotes.some((quote) => quote.length === 1)) return end + 1;
      end = this.#text.indexOf(">", end + 1);
      if (end === -1) break;
    }
    return this.#refuse(torn("a quote that is not closed"));
  }

  #begin(name: string, attributes: string, isEmpty: boolean): void {
    const element = { name, attributes: this.#attributes(attributes), children: [] };
    const made: Open = { ...element, line: this.#line };
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.children.push(made);
    else if (this.#root === undefined) this.#root = made;
    else this.#refuse(torn(`<${name}> behind the end`));
    if (isEmpty) return;
    if (this.#open.length === DEPTH_MOST) this.#refuse(torn(`more than ${DEPTH_MOST} levels`));
    this.#open.push(made);
  }

  #close(name: string): void {
    const open = this.#open.pop();
    if (open?.name === name) return;
    this.#refuse(torn(`</${name}>${open === undefined ? "" : ` inside <${open.name}>`}`));
  }

  #attributes(text: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const [, name = "", double, single] of text.matchAll(ATTRIBUTE)) {
      if (found.has(name)) this.#refuse(torn(`the attribute ${name} twice`));
      found.set(name, this.#plain(double ?? single ?? ""));
    }
    return found;
  }

  #plain(value: string): string {
    return value.replaceAll(/&([^;]*;?)/g, (_, name: string) => {
      return PREDEFINED.get(name) ?? this.#refuse(FORBIDDEN);
    });
  }

  #refuse(complaint: Complaint): never {
    const place = { file: this.#file, line: this.#line, column: 1, pointer: "" };
    return refuse(place, complaint);
  }
}

/** The five that need no declaration. */
const PREDEFINED = new Map([
  ["amp;", "&"],
  ["lt;", "<"],
  ["gt;", ">"],
  ["quot;", '"'],
  ["apos;", "'"],
]);

const FORBIDDEN: Complaint = {
  code: "not-xml",
  found: "a document type, an entity or a section of raw text",
  expected: "elements and attributes alone: entities of strangers may do harm",
  nextStep: "remove it",
};

function torn(found: string): Complaint {
  return { code: "not-xml", found, expected: "XML that is whole", nextStep: "write it again" };
}
