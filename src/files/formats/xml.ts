/**
 * The part of XML that tools write for tools: elements and attributes. Nothing is ever fetched or
 * expanded: document types, entities and CDATA are refused, since a file of strangers may do harm
 * by each. A bare document type, which names a grammar and declares nothing, is passed over where
 * files of a kind always begin with it.
 */
import type { Place } from "../issue.ts";
import { refuse, shown } from "../issue.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly place: Place;
}

const DEPTH_MAX = 64;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

interface Open extends XmlElement {
  readonly children: XmlElement[];
}

interface XmlOptions {
  readonly allowsBareDocumentType?: boolean;
}

export function parseXml(text: string, file: string, options: XmlOptions = {}): XmlElement {
  return new Parser(text, file, options).parse();
}

class Parser {
  readonly #text: string;
  readonly #file: string;
  readonly #allowsBare: boolean;
  readonly #lineStarts: number[] = [0];
  #at = 0;

  constructor(text: string, file: string, { allowsBareDocumentType = false }: XmlOptions) {
    this.#text = text;
    this.#file = file;
    this.#allowsBare = allowsBareDocumentType;
    for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) {
      this.#lineStarts.push(i + 1);
    }
  }

  parse(): XmlElement {
    const roots: XmlElement[] = [];
    const open: Open[] = [];
    while (this.#skipToTag()) {
      if (this.#passedOver()) continue;
      const parent = open.at(-1);
      if (this.#text.startsWith("</", this.#at)) {
        this.#close(open);
        continue;
      }
      const { element, isEmpty } = this.#element();
      (parent?.children ?? roots).push(element);
      if (!isEmpty) open.push(element);
      if (open.length > DEPTH_MAX)
        this.#refuse("elements nested too deeply", `${DEPTH_MAX} levels`);
    }
    const [root, other] = roots;
    const unclosed = open.at(-1);
    if (unclosed !== undefined)
      this.#refuse(`an end before </${unclosed.name}>`, "closed elements");
    if (root === undefined || other !== undefined) {
      return this.#refuse(`${roots.length} root elements`, "one, such as <platform>");
    }
    return root;
  }

  /** To the next "<"; false at the end. Text between elements means nothing here. */
  #skipToTag(): boolean {
    const next = this.#text.indexOf("<", this.#at);
    const between = this.#text.slice(this.#at, next === -1 ? undefined : next);
    if (between.includes("&")) this.#refuse("an entity", "text without entities");
    this.#at = next === -1 ? this.#text.length : next;
    return next !== -1;
  }

  #passedOver(): boolean {
    const from = (start: string, end: string): boolean => {
      if (!this.#text.startsWith(start, this.#at)) return false;
      const stop = this.#text.indexOf(end, this.#at + start.length);
      if (stop === -1) this.#refuse(`${start} without ${end}`, "a whole document");
      this.#at = stop + end.length;
      return true;
    };
    if (from("<!--", "-->") || from("<?", "?>")) return true;
    if (!this.#text.startsWith("<!", this.#at)) return false;
    const stop = this.#text.indexOf(">", this.#at);
    const declaration = this.#text.slice(this.#at, stop === -1 ? undefined : stop + 1);
    const isBare = /^<!DOCTYPE\s+\w+(\s+SYSTEM\s+("[^"<>&[\]]*"|'[^'<>&[\]]*'))?\s*>$/.test(
      declaration,
    );
    if (!this.#allowsBare || !isBare) {
      this.#refuse(
        shown(declaration),
        "no declarations: they could name files or grow without end",
      );
    }
    this.#at = stop + 1;
    return true;
  }

  #close(open: Open[]): void {
    const [whole = "", name = ""] = this.#match(/<\/([\w.-]+)\s*>/y);
    const element = open.pop();
    if (element?.name !== name) this.#refuse(`</${name}>`, `</${element?.name ?? "nothing"}>`);
    this.#at += whole.length;
  }

  #element(): { element: Open; isEmpty: boolean } {
    const [head = "", name = ""] = this.#match(/<([A-Za-z_][\w.-]*)/y);
    const place = this.#place();
    this.#at += head.length;
    const attributes = new Map<string, string>();
    for (;;) {
      const end = /\s*(\/?)>/y;
      end.lastIndex = this.#at;
      const ended = end.exec(this.#text);
      if (ended) {
        this.#at += ended[0].length;
        return { element: { name, attributes, children: [], place }, isEmpty: ended[1] === "/" };
      }
      const [whole = "", key = "", , double, single] = this.#match(
        /\s+([A-Za-z_][\w.:-]*)\s*=\s*("([^"<]*)"|'([^'<]*)')/y,
      );
      if (attributes.has(key)) this.#refuse(`${key} twice`, "every attribute once");
      attributes.set(key, this.#plain(double ?? single ?? ""));
      this.#at += whole.length;
    }
  }

  #plain(value: string): string {
    return value.replace(/&([^;\s]*);?/g, (found, name: string) => {
      const text = ENTITIES.get(name);
      return text !== undefined && found.endsWith(";")
        ? text
        : this.#refuse(shown(found), "no entities but &lt; &gt; &amp; &quot; &apos;");
    });
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) return found;
    return this.#refuse(shown(this.#text.slice(this.#at, this.#at + 30)), "an element of XML");
  }

  #place(): Place {
    let [low, high] = [0, this.#lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= this.#at) low = middle;
      else high = middle;
    }
    const column = this.#at - (this.#lineStarts[low] ?? 0) + 1;
    return { file: this.#file, line: low + 1, column, pointer: "" };
  }

  #refuse(found: string, expected: string): never {
    return refuse(this.#place(), {
      ...{ code: "not-xml", found, expected, nextStep: "correct the file, or name another" },
    });
  }
}
