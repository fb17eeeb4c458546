/**
 * The shell of a page: one file, no request, a policy that allows nothing else. Pages that
 * carry their data also carry a constant script that sorts tables; its hash is in the policy.
 */
import { createHash } from "node:crypto";
import { fixed } from "../../base/format.ts";
import type { Result } from "../../records/result.ts";
import { escapeMarkup, html, trusted } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { VERDICT } from "../words.ts";
import { readersGuide, sections } from "./section.ts";
import type { Section } from "./section.ts";
import { PAGE_CSS } from "./style.ts";
import { LIVING_CSS, LIVING_SCRIPT } from "./living.ts";

/** What a page says before its sections. */
interface PageHead extends Pick<Result, "question" | "answer"> {
  readonly kind: string;
  readonly asOf: string;
  readonly catalog: string;
  readonly seed: number;
  readonly version: string;
}

export interface Page {
  readonly result: PageHead;
  /** Figures that decide, and what they include; both may be empty. */
  readonly figures: readonly KeyFigure[];
  readonly scope: readonly (readonly [string, string])[];
  readonly sections: readonly Section[];
  /** Of a page that carries what it was made from. */
  readonly living?: Living;
}

export interface Living {
  /** JSON. */
  readonly embedded: string;
  /** Instead of those that sort tables; constants both. */
  readonly tools?: { readonly script: string; readonly css: string };
  readonly footer: string;
  readonly isRedacted: boolean;
}

export interface KeyFigure {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly more: string;
}

/** A per cent sign stays on the line of its number. */
const tied = (text: string): string => text.replace(/(\d) %/g, "$1\u00a0%");

export function page({ result, figures, scope, sections: list, living }: Page): string {
  const tools = living?.tools ?? { script: LIVING_SCRIPT, css: LIVING_CSS };
  const css = living === undefined ? PAGE_CSS : PAGE_CSS + tools.css;
  const rules = ["default-src 'none'", `style-src '${hashOf(css)}'`];
  if (living !== undefined) rules.push(`script-src '${hashOf(tools.script)}'`);
  const policy = [...rules, "base-uri 'none'", "form-action 'none'"].join("; ");
  const title = `${result.answer.sentence} · Fabricast`;
  const judged = verdict(result, living?.isRedacted === true);
  const scripts = living === undefined ? "" : scriptsOf(living, tools.script).html;
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${trusted(`<style>${css}</style>`)}
      </head>
      <body>
        <div class="page">
          ${head(result)}
          <main>
            <p class="question">${tied(result.question)}</p>
            <h1>${tied(result.answer.sentence)}</h1>
            ${judged} ${keyFigures(figures)} ${scopeBoxes(scope)} ${readersGuide(list)}
            ${sections(list)}
          </main>
          <footer>
            ${trusted(`<p>\n${living === undefined ? FOOTER : escapeMarkup(living.footer)}\n</p>`)}
          </footer>
        </div>
      </body>
    </html> `;
  return whole.html.replace("\n</body>", () => `${scripts}\n</body>`);
}

const FOOTER =
  "“8 in 10” is the range from p10 to p90 by the error of the software profile; figures\n" +
  "without one have no range. No network access, no telemetry, no script.";

const hashOf = (text: string): string =>
  `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** Data is no script: what could end the element or a line of it is written as an escape. */
function scriptsOf({ embedded }: Living, script: string): Html {
  const data = embedded.replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return trusted(
    `<script type="application/json" id="fabricast-data">${data}</script>` +
      `<script>${script}</script>`,
  );
}

function head(result: PageHead): Html {
  const { asOf, catalog, seed, version } = result;
  return html`<header class="top">
    <span><b>Fabricast</b> ${result.kind === "large" ? "large-model" : result.kind} report</span>
    <span>as of ${asOf} · catalog ${catalog} · seed ${fixed(seed)} · version ${version}</span>
  </header>`;
}

function verdict({ answer }: PageHead, isRedacted: boolean): Html {
  const { glyph, word } = VERDICT[answer.verdict];
  const beware = answer.beware.map((sentence) => html`<li>${sentence}</li>`);
  const list: HtmlPart =
    beware.length === 0
      ? undefined
      : html`<ul class="beware">
          ${beware}
        </ul>`;
  return html`<div class="verdict">
    <span class="badge ${answer.verdict}">${glyph} ${word}</span>${
      isRedacted ? html`<span class="badge unclear">prices redacted</span>` : undefined
    }${list}
  </div>`;
}

function keyFigures(figures: readonly KeyFigure[]): HtmlPart {
  if (figures.length === 0) return undefined;
  const items = figures.map(
    ({ name, value, unit, more }) =>
      html`<div>
        <dt>${name}</dt>
        <dd>
          <span class="value">${value} <span class="unit">${unit}</span></span>
        </dd>
        <dd class="more">${more}</dd>
      </div>`,
  );
  return html`<dl class="figures">${items}</dl>`;
}

function scopeBoxes(scope: Page["scope"]): HtmlPart {
  if (scope.length === 0) return undefined;
  const items = scope.map(
    ([name, text]) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${text}</dd>
      </div>`,
  );
  return html`<dl class="scope">${items}</dl>`;
}
