/** A numbered section: rule, number, title, for whom, and one sentence that is the finding. */
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";

export interface Section {
  readonly title: string;
  readonly reader: "everybody" | "the architect" | "finance" | "the auditor";
  /** The finding, in one or two sentences. */
  readonly lede: string;
  readonly body: HtmlPart;
}

export function sections(list: readonly Section[]): Html[] {
  return list.map(
    ({ title, reader, lede, body }, index) =>
      html`<section id="s${index + 1}" aria-labelledby="h${index + 1}">
        <div class="section-head">
          <h2 id="h${index + 1}"><span class="number">${index + 1}</span> ${title}</h2>
          <p class="for">for ${reader}</p>
        </div>
        <p class="lede">${lede}</p>
        ${body}
      </section>`,
  );
}

/** Links to the sections, by reader. */
export function readersGuide(list: readonly Section[]): Html {
  const readers = ["finance", "the architect", "the auditor"] as const;
  const lines = readers.flatMap((reader) => {
    const links = list.flatMap((section, index) =>
      section.reader === reader || section.reader === "everybody"
        ? [html`<a href="#s${index + 1}">${index + 1} ${section.title}</a> `]
        : [],
    );
    return links.length === 0 ? [] : [html`<span>For ${reader}: ${links}</span> `];
  });
  return html`<nav class="guide" aria-label="Who reads what">${lines}</nav>`;
}

/** Two blocks side by side where there is room. */
export const pair = (left: HtmlPart, right: HtmlPart): Html =>
  html`<div class="pair">
    <div>${left}</div>
    <div>${right}</div>
  </div>`;
