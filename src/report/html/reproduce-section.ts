/** 9 Reproduce: the command, and all that must be equal for the same bytes. */
import { fixed } from "../../base/format.ts";
import type { Result } from "../../records/result.ts";
import { html, plain, trusted, escapeMarkup } from "../escape.ts";
import type { Section } from "./section.ts";
import { table } from "./table.ts";

export function reproduceSection(result: Result): Section {
  const rows: (readonly [string, string])[] = [
    ["Version", `fabricast ${result.version}, schema ${fixed(result.schemaVersion)}`],
    ["Fidelity", `${result.fidelity} level, ${result.semantics} semantics`],
    ["Seed", fixed(result.seed)],
    ["Catalog", result.catalog],
    ["As of", result.asOf],
    ["Data", `${plain(result.id)}.json, written beside this file; this page is made from it alone`],
  ];
  const commands = [result.reproduce, ...result.next].map(escapeMarkup).join("\n");
  return {
    title: "Reproduce",
    reader: "the auditor",
    lede: "Same inputs and same measurement file, same bytes.",
    body: html`${trusted(`<pre tabindex="0">${commands}</pre>`)}
    ${table(
      [
        { head: "What", cell: ([name]) => name },
        { head: "Value", cell: ([, value]) => value },
      ],
      rows,
      { caption: "The first command makes this result again; the others go on from it." },
    )}`,
  };
}
