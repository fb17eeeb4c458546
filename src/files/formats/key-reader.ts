/** The keys of a group in a foreign JSON or YAML file, and all that is wrong with them at once. */
import type { Issue } from "../../base/errors.ts";
import { InputError } from "../../base/errors.ts";
import type { Document } from "../document.ts";
import { issueAt, listed, refuse, shown } from "../issue.ts";
import { isGroup } from "../walk.ts";

export class KeyReader {
  readonly #document: Document;
  readonly #pointer: string;
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #issues: Issue[];

  constructor(document: Document, kind: string, inside?: Inside) {
    this.#document = document;
    this.#pointer = inside?.pointer ?? "";
    this.#issues = inside?.issues ?? [];
    const data = inside === undefined ? document.data : inside.data;
    this.#data = isGroup(data) ? data : {};
    if (isGroup(data)) return;
    const place = document.place(this.#pointer, "value");
    const found = shown(data ?? null);
    const nextStep = "name another file, or correct it";
    const complaint = { code: "wrong-type", found, expected: `the keys of ${kind}`, nextStep };
    if (inside === undefined) refuse(place, complaint);
    this.#issues.push(issueAt(place, complaint));
  }

  names(): string[] {
    return Object.keys(this.#data);
  }

  group(key: string): KeyReader {
    return this.#inside(`${this.#pointer}/${key}`, this.#data[key]);
  }

  groups(key: string): KeyReader[] {
    return this.list(key).map((data, i) => this.#inside(`${this.#pointer}/${key}/${i}`, data));
  }

  list(key: string): readonly unknown[] {
    const value = this.#data[key];
    if (Array.isArray(value)) return value;
    this.complain(key, "a list");
    return [];
  }

  /** A list of pairs; undefined from `read` is a mistake. */
  pairs(
    key: string,
    read: (pair: readonly unknown[]) => readonly [number, number] | undefined,
  ): (readonly [number, number])[] {
    return this.list(key).flatMap((item, i) => {
      const pair = Array.isArray(item) && item.length === 2 ? read(item) : undefined;
      if (pair !== undefined) return [pair];
      this.complain(`${key}/${i}`, "[from, efficiency], above 0 and up to 1");
      return [];
    });
  }

  count(key: string, least = 1): number {
    const value = this.#data[key];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
    this.complain(key, `a whole number from ${least} on`);
    return least;
  }

  positive(key: string): number {
    return this.within(key, [Number.MIN_VALUE, Number.MAX_VALUE]);
  }

  within(key: string, [least, most]: readonly [number, number]): number {
    const value = this.#data[key];
    if (typeof value === "number" && value >= least && value <= most) return value;
    const from = least === Number.MIN_VALUE ? "above 0" : `from ${least} on`;
    this.complain(key, `a number ${from}${most <= 1 ? ", up to 1" : ""}`);
    return 1;
  }

  flag(key: string): boolean {
    const value = this.#data[key];
    if (typeof value !== "boolean") this.complain(key, "true or false");
    return value === true;
  }

  word<const W extends string>(key: string, words: readonly [W, ...W[]]): W {
    const value = this.#data[key];
    const found = words.find((word) => word === value);
    if (found === undefined) this.complain(key, listed(words));
    return found ?? words[0];
  }

  /** Complains of keys that are none of these. */
  only(keys: readonly string[]): void {
    for (const name of this.names()) {
      if (!keys.includes(name)) this.#complain("unknown-key", name, "key", listed(keys));
    }
  }

  complain(key: string, expected: string): void {
    this.#complain(key in this.#data ? "wrong-type" : "missing-key", key, "value", expected);
  }

  finish(): void {
    if (this.#issues.length > 0) throw new InputError(this.#issues);
  }

  #complain(code: string, key: string, part: "key" | "value", expected: string): void {
    const place = this.#document.place(`${this.#pointer}/${key}`, part);
    const what = part === "key" ? `the key "${key}"` : shown(this.#at(key));
    const found = code === "missing-key" ? `no ${key}` : what;
    this.#issues.push(issueAt(place, { code, found, expected, nextStep: "correct the file" }));
  }

  #at(path: string): unknown {
    let value: unknown = this.#data;
    for (const step of path.split("/")) {
      if (Array.isArray(value)) value = value[Number(step)];
      else value = isGroup(value) ? value[step] : undefined;
    }
    return value ?? null;
  }

  #inside(pointer: string, data: unknown): KeyReader {
    const kind = `the group ${pointer}`;
    return new KeyReader(this.#document, kind, { pointer, data, issues: this.#issues });
  }
}

interface Inside {
  readonly pointer: string;
  readonly data: unknown;
  readonly issues: Issue[];
}
