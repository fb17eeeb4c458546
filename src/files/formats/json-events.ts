/**
 * The objects of one long list in a JSON file of any length, one after the other, as bytes: the
 * list `traceEvents`, or the file itself where it is a list. Nothing of the list is kept; what
 * stands around it is, and must be JSON when the list is taken out.
 */
import type { Complaint } from "../issue.ts";
import { refuse, shown, wholeFile } from "../issue.ts";

const AROUND_MAX_BYTES = 2 ** 24;
const EVENT_MAX_BYTES = 2 ** 24;
const [QUOTE, BACKSLASH, OPEN, CLOSE, BEGIN, END, COMMA, COLON] = [
  34, 92, 123, 125, 91, 93, 44, 58,
];
const KEY = '"traceEvents"';

type Mode = "around" | "first" | "object" | "between" | "behind";

export class JsonEvents {
  readonly #file: string;
  readonly #take: (bytes: Uint8Array, begin: number, end: number) => void;
  #rest: Uint8Array = new Uint8Array(0);
  readonly #around: number[] = [];
  #mode: Mode = "around";
  #depth = 0;
  /** Within text, when what stands around is read; and whether the next letter is escaped. */
  #isText = false;
  #isEscaped = false;
  #isKey = false;
  #textStart = 0;
  eventCount = 0;

  constructor(file: string, take: (bytes: Uint8Array, begin: number, end: number) => void) {
    this.#file = file;
    this.#take = take;
  }

  push(piece: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? piece : joined(this.#rest, piece);
    let at = 0;
    while (at < bytes.length) {
      const mode = this.#mode;
      if (mode === "around" || mode === "behind") at = this.#readAround(bytes, at);
      else if (mode === "object") {
        const end = endOfObject(bytes, at);
        if (end === -1) break;
        this.#take(bytes, at, end);
        this.eventCount++;
        this.#mode = "between";
        at = end;
      } else at = this.#readBetween(bytes, at);
    }
    this.#rest = bytes.slice(at);
    if (this.#rest.length > EVENT_MAX_BYTES) this.#refuse(TOO_LONG);
  }

  /** What stands around the list, as JSON has it, with the list empty. */
  finish(): unknown {
    if (this.#mode === "around" && this.#depth > 0) this.#refuse(NO_LIST);
    if (this.#mode !== "behind") this.#refuse(TRUNCATED);
    const text = new TextDecoder().decode(Uint8Array.from(this.#around));
    try {
      return JSON.parse(text);
    } catch (error) {
      const words = error instanceof Error ? error.message : "";
      const cut = this.#depth > 0 || this.#isText;
      return this.#refuse(cut ? TRUNCATED : foreign(`text around the list (${words})`));
    }
  }

  /** Between two objects: a comma, then the next; or the end of the list. */
  #readBetween(bytes: Uint8Array, at: number): number {
    const byte = bytes[at]!;
    if (isBlank(byte)) return at + 1;
    if (byte === END) {
      this.#around.push(END);
      this.#mode = "behind";
      return at + 1;
    }
    if (byte === OPEN && this.#mode === "first") this.#mode = "object";
    else if (byte === COMMA && this.#mode === "between") {
      this.#mode = "first";
      return at + 1;
    } else this.#refuse(foreign(`${shown(String.fromCharCode(byte))} between two events`));
    return at;
  }

  #readAround(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      this.#around.push(byte);
      if (this.#around.length > AROUND_MAX_BYTES) this.#refuse(TOO_LONG);
      if (this.#isText) this.#readText(byte);
      else if (byte === QUOTE) {
        this.#isText = true;
        this.#isKey = false;
        this.#textStart = this.#around.length - 1;
      } else if (byte === BEGIN && this.#isList()) {
        this.#mode = "first";
        return at + 1;
      } else if (byte === OPEN || byte === BEGIN) this.#depth++;
      else if (byte === CLOSE || byte === END) this.#depth--;
      else if (byte !== COLON && !isBlank(byte)) this.#isKey = false;
    }
    return bytes.length;
  }

  #readText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) {
      this.#isText = false;
      const word = this.#around.slice(this.#textStart, this.#textStart + KEY.length + 1);
      this.#isKey = this.#depth === 1 && String.fromCharCode(...word) === KEY;
    }
  }

  /** The list that is meant begins here. */
  #isList(): boolean {
    if (this.#mode === "behind") return false;
    return this.#isKey || (this.#depth === 0 && this.#around.length === 1);
  }

  #refuse(complaint: Complaint): never {
    const found = `${complaint.found}, after ${this.eventCount} events`;
    return refuse(wholeFile(this.#file), { ...complaint, found });
  }
}

/** The place behind the object that begins here; -1 where its end is not in hand. */
function endOfObject(bytes: Uint8Array, begin: number): number {
  let depth = 0;
  for (let at = begin; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      for (at++; at < bytes.length && bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === OPEN) depth++;
    else if (byte === CLOSE && --depth === 0) return at + 1;
  }
  return -1;
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

function joined(rest: Uint8Array, piece: Uint8Array): Uint8Array {
  const all = new Uint8Array(rest.length + piece.length);
  all.set(rest);
  all.set(piece, rest.length);
  return all;
}

const EXPECTED = 'a profile in JSON: {"traceEvents": [{…}, …]}, or the list alone';

function foreign(found: string): Complaint {
  return { code: "not-kineto", found, expected: EXPECTED, nextStep: "record or copy it again" };
}

const NO_LIST = foreign("no list traceEvents");
const TOO_LONG = foreign("an object of more than 16 MiB");

const TRUNCATED: Complaint = {
  code: "truncated-file",
  found: "a file whose end is missing",
  expected: EXPECTED,
  nextStep: "let the profiler finish writing, and copy it whole",
};
