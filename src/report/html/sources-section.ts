/** 8 Assumptions and sources: every constant, by how much it moves the answer. */
import { fixed } from "../../base/format.ts";
import type { Assumption, Sensitivity } from "../../records/result.ts";
import type { Provenance } from "../../records/sourced.ts";
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { PROVENANCE, quantity, signedPercent, staleWords } from "../words.ts";
import type { Section } from "./section.ts";
import { second, table } from "./table.ts";
import type { Column } from "./table.ts";

/** Glyph and word, never a color alone. */
export function provenance(kind: Provenance): Html {
  const { glyph, word } = PROVENANCE[kind];
  return html`<span class="tag">${glyph} ${word}</span>`;
}

interface Row {
  readonly assumption: Assumption;
  readonly effect: Sensitivity | undefined;
}

/** Largest effect first; those that no sensitivity names keep the order of the record. */
export function byEffect(
  assumptions: readonly Assumption[],
  sensitivities: readonly Sensitivity[],
): Row[] {
  const effects = new Map<string, Sensitivity>();
  for (const one of sensitivities) {
    const key = `${one.pointer}\n${one.name}`;
    const known = effects.get(key);
    if (known === undefined || known.swing < one.swing) effects.set(key, one);
  }
  return assumptions
    .map((assumption) => ({
      assumption,
      effect: effects.get(`${assumption.pointer}\n${assumption.name}`),
    }))
    .toSorted((a, b) => (b.effect?.swing ?? -1) - (a.effect?.swing ?? -1));
}

export function sourcesSection(
  assumptions: readonly Assumption[],
  sensitivities: readonly Sensitivity[],
  asOf: string,
): Section {
  const rows = byEffect(assumptions, sensitivities);
  return {
    title: "Assumptions and sources",
    reader: "the auditor",
    lede: ledeOf(rows, asOf),
    body: table(columnsOf(asOf), rows, {
      caption:
        "Every constant that entered, those that move the answer most first; the effect is the " +
        "larger change for 10 % of the input, on the recommended cluster.",
      cards: true,
    }),
  };
}

function ledeOf(rows: readonly Row[], asOf: string): string {
  const assumed = rows.filter((row) => row.assumption.provenance === "assumed");
  const effect = (list: readonly Row[]): number =>
    list.reduce((sum, row) => sum + (row.effect?.swing ?? 0), 0);
  const all = effect(rows);
  const share =
    all === 0 ? "" : `, with ${fixed((effect(assumed) / all) * 100)}\u00a0% of the effect`;
  const stale = rows.filter(({ assumption: one }) => staleWords(one.unit, one.date, asOf)).length;
  const old = stale === 0 ? "" : ` ${fixed(stale)} prices are older than 180 days.`;
  return (
    `${fixed(rows.length)} constants; ${fixed(assumed.length)} are assumed and not ` +
    `measured${share}.${old}`
  );
}

function columnsOf(asOf: string): Column<Row>[] {
  return [
    { head: "Input", cell: ({ assumption: one }) => [one.name, note(one)] },
    { head: "Value", isNumber: true, cell: ({ assumption: one }) => quantity(one.value, one.unit) },
    { head: "Moves the answer", isNumber: true, cell: ({ effect }) => effectWords(effect) },
    { head: "Kind", cell: ({ assumption: one }) => provenance(one.provenance) },
    { head: "Source", cell: ({ assumption: one }) => one.source },
    { head: "Date", cell: ({ assumption: one }) => dateCell(one, asOf) },
  ];
}

const note = (one: Assumption): HtmlPart => (one.note === undefined ? undefined : second(one.note));

function effectWords(effect: Sensitivity | undefined): string {
  if (effect === undefined) return "not moved";
  const { whenLower, whenHigher } = effect;
  const larger = Math.abs(whenLower) > Math.abs(whenHigher) ? whenLower : whenHigher;
  return effect.swing < 0.001 ? "under 0.1\u00a0%" : signedPercent(larger);
}

function dateCell(one: Assumption, asOf: string): HtmlPart {
  const stale = staleWords(one.unit, one.date, asOf);
  const date = one.date === "" ? "none" : one.date;
  return stale === undefined ? date : [date, " ", html`<span class="stale">${stale}</span>`];
}
