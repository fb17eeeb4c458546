import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { escapeMarkup, html, plain, trusted } from "../../src/report/escape.ts";
import { all, parseHtml, parseXml } from "../support/dom.ts";
import { NASTY_NAMES } from "../support/nasty.ts";

test("outside text in a hole of a template becomes text, never an element or attribute", () => {
  for (const name of NASTY_NAMES) {
    const page = html`<p title="${name}" class="${name}">${name}</p>`;
    const root = parseHtml(page.html);
    deepEqual(
      all(root, "body *").map((one) => one.tagName),
      ["P"],
    );
    const p = root.querySelector("p");
    deepEqual(
      Array.from(p?.attributes ?? [], (one) => one.name),
      ["title", "class"],
    );
    equal(p?.textContent, plain(name));
    equal(p?.getAttribute("title"), plain(name));
  }
});

test("escaped text is well-formed XML whatever it was", () => {
  for (const name of NASTY_NAMES)
    parseXml(`<a b="${escapeMarkup(name)}">${escapeMarkup(name)}</a>`);
});

test("what could move a cursor or reorder a line becomes a visible code", () => {
  equal(plain("a\u001b[31mb"), "a\\u{1b}[31mb");
  equal(plain("a\u202eb"), "a\\u{202e}b");
  equal(plain("a\u200bb\ufeff"), "a\\u{200b}b\\u{feff}");
  equal(plain("one\n  two"), "one two");
  equal(plain("half \ud83d"), "half \ufffd");
  equal(plain("whole \ud83d\ude00, − → 名前"), "whole \ud83d\ude00, − → 名前");
});

test("markup made by this program passes, lists are joined, nothing is nothing", () => {
  const list = [html`<b>${1}</b>`, trusted("<i></i>"), "&", undefined];
  equal(html`<p>${list}</p>`.html, "<p><b>1</b><i></i>&amp;</p>");
});

test("indentation of templates is left out, that of inserted text is kept", () => {
  const text = html`<div>
    <pre>${trusted("a\n    b")}</pre>
  </div>`.html;
  ok(text.includes("\n<pre>a\n    b</pre>\n"));
});
