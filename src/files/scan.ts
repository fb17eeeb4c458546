/**
 * A look at the text before any parser sees it: one pass, no recursion, so that a file made
 * to exhaust a parser is refused in time linear in its size.
 *
 * Nesting is counted as a parser would build it: open brackets plus open indentations,
 * where "- - -" opens one a dash. In block text "- key:" counts once although it opens two,
 * so true depth is at most twice the limit, which the parser bears easily.
 */
export const SIZE_MAX_BYTES = 16 * 1024 * 1024;
export const DEPTH_MAX = 200;

/**
 * Two hundred list marks in a row are refused wherever they stand: parsers have taken
 * minutes over them, and no text of ours has any.
 */
const MARKS_IN_A_ROW = new RegExp(`(?:[-?][ \\t]+(?:[&!]\\S*[ \\t]+)?){${DEPTH_MAX}}`);

/** Where the text first nests deeper than allowed, 1-based; undefined if it never does. */
export function tooDeepAt(text: string): { line: number; column: number } | undefined {
  const found = new NestingScan(text).run();
  if (found) return found;
  const marks = MARKS_IN_A_ROW.exec(text);
  if (!marks) return undefined;
  const lines = text.slice(0, marks.index).split("\n");
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** State of one pass: position, open brackets, open indentations, open quote. */
class NestingScan {
  readonly #text: string;
  readonly #indents: number[] = [];
  #brackets = 0;
  #line = 1;
  #lineStart = 0;
  /** Quote mark of the scalar we are in, or "". */
  #quote = "";
  /** Indentation of the key whose text block we are in; undefined outside of one. */
  #blockParent: number | undefined;
  /** Indentation of the block's first line, once seen. */
  #blockIndent: number | undefined;
  /** Whether a quote, bracket or comment may start here. */
  #atToken = true;

  constructor(text: string) {
    this.#text = text;
  }

  run(): { line: number; column: number } | undefined {
    const text = this.#text;
    let at = this.#indentation(0);
    while (at < text.length) {
      if (this.#brackets + this.#indents.length > DEPTH_MAX) {
        return { line: this.#line, column: at - this.#lineStart + 1 };
      }
      at = text[at] === "\n" ? this.#newLine(at + 1) : this.#character(at);
    }
    return undefined;
  }

  #newLine(at: number): number {
    this.#line++;
    this.#lineStart = at;
    if (this.#blockParent !== undefined && this.#isInBlock(at)) return this.#endOfLine(at);
    // A line of three dashes or dots ends everything that is open.
    if (/^(---|\.\.\.)/.test(this.#text.slice(at, at + 3))) this.#quote = "";
    if (this.#quote !== "") return at;
    this.#atToken = true;
    return this.#brackets > 0 ? at : this.#indentation(at);
  }

  /** Whether the line at `at` still belongs to the block of text that was opened. */
  #isInBlock(at: number): boolean {
    let next = at;
    while (this.#text[next] === " ") next++;
    if (next >= this.#text.length || /[\r\n]/.test(this.#text[next] ?? "")) return true;
    const indent = next - at;
    this.#blockIndent ??= indent;
    if (indent > (this.#blockParent ?? 0) && indent >= this.#blockIndent) return true;
    this.#blockParent = undefined;
    this.#blockIndent = undefined;
    return false;
  }

  #endOfLine(at: number): number {
    const end = this.#text.indexOf("\n", at);
    return end < 0 ? this.#text.length : end;
  }

  /** Reads blanks and leading dashes; each column where content starts opens a level. */
  #indentation(at: number): number {
    const text = this.#text;
    for (;;) {
      let next = at;
      while (text[next] === " ") next++;
      const mark = text[next];
      if (mark === undefined || mark === "\n" || mark === "\r" || mark === "#") return next;
      // A bracket is a level by itself, a block of text is none.
      this.#open(next - this.#lineStart, !"[{|>".includes(mark));
      const isDash = mark === "-" || mark === "?" || mark === ":";
      const after = text[next + 1];
      if (!isDash || after !== " " || this.#indents.length > DEPTH_MAX) return next;
      at = next + 1;
    }
  }

  #open(column: number, isLevel: boolean): void {
    while ((this.#indents.at(-1) ?? -1) > column) this.#indents.pop();
    if (isLevel && (this.#indents.at(-1) ?? -1) < column) this.#indents.push(column);
  }

  /** One character inside a line; returns where to go on. */
  #character(at: number): number {
    const text = this.#text;
    const mark = text[at] ?? "";
    if (this.#quote !== "") return this.#quoted(at, mark);
    if (mark === "#" && (at === 0 || /\s/.test(text[at - 1] ?? ""))) {
      return this.#endOfLine(at);
    }
    if ((mark === "|" || mark === ">") && this.#atToken && this.#brackets === 0) {
      this.#blockParent = this.#indents.at(-1) ?? -1;
      return this.#endOfLine(at);
    }
    if ((mark === "&" || mark === "!") && this.#atToken) return this.#endOfWord(at);
    this.#structure(at, mark);
    return at + 1;
  }

  /** Counts brackets where they are structure, and finds where the next token may start. */
  #structure(at: number, mark: string): void {
    if (mark === " " || mark === "\t" || mark === "\r") return;
    const inFlow = this.#brackets > 0;
    const opens = (mark === "[" || mark === "{") && (inFlow || this.#atToken);
    if (opens) this.#brackets++;
    else if ((mark === "]" || mark === "}") && inFlow) this.#brackets--;
    else if ((mark === '"' || mark === "'") && this.#atToken) this.#quote = mark;
    const endsKey = mark === ":" && (inFlow || /\s/.test(this.#text[at + 1] ?? " "));
    this.#atToken = opens || endsKey || (mark === "," && inFlow);
  }

  /** An anchor or a tag stands before a value and is none. */
  #endOfWord(at: number): number {
    let end = at;
    while (end < this.#text.length && !/\s/.test(this.#text[end] ?? "")) end++;
    return end;
  }

  #quoted(at: number, mark: string): number {
    if (mark === "\\" && this.#quote === '"') return at + (this.#text[at + 1] === "\n" ? 1 : 2);
    if (mark === this.#quote) {
      if (mark === "'" && this.#text[at + 1] === "'") return at + 2;
      this.#quote = "";
      this.#atToken = false;
    }
    return at + 1;
  }
}
