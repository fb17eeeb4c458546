/**
 * Text from outside on its way into HTML: the one place where it is made harmless.
 *
 * Names in files are written by strangers. `html` escapes whatever it is given, except what
 * is already Html; so forgetting to escape is not possible, only forgetting to use it.
 */
import { printable } from "../base/printable.ts";

/** Markup that is known to be safe. */
export interface Html {
  readonly html: string;
}

export type HtmlPart = Html | string | number | undefined | readonly HtmlPart[];

/** Markup made by this program: drawings out of an XML serializer, constant styles. */
export const trusted = (markup: string): Html => ({ html: markup });

/**
 * One line of visible characters: what could move a cursor, reorder a line or break an XML
 * parser becomes a visible code.
 */
export function plain(text: string): string {
  const marks = /[\u061c\u200b-\u200f\u2060-\u2065\ufeff\ufff9-\ufffc\ufffe\uffff]/g;
  const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  return printable(text.replace(/\s*\n\s*/g, " "))
    .replace(marks, (found) => `\\u{${found.charCodeAt(0).toString(16)}}`)
    .replace(halves, "\ufffd");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe between tags and inside quoted attributes, in HTML and in XML. */
export function escapeMarkup(text: string): string {
  return plain(text).replace(/[&<>"']/g, (found) => ENTITIES[found] ?? found);
}

/** Template tag: everything put into the holes is escaped unless it is Html already. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  // Indentation of the source is no part of the page.
  const literals = strings.map((text) => text.replace(/\n\s*/g, "\n"));
  let markup = literals[0] ?? "";
  parts.forEach((part, index) => {
    markup += markupOf(part) + (literals[index + 1] ?? "");
  });
  return { html: markup };
}

function markupOf(part: HtmlPart): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escapeMarkup(part);
  if (typeof part === "number") return String(part);
  if ("html" in part) return part.html;
  return part.map(markupOf).join("");
}
