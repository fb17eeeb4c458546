/** A quote beside the bill, for a terminal and for programs. */
import { fixed, usd } from "../base/format.ts";
import type { QuoteAnswer, QuoteFinding } from "../records/quote.ts";
import { plain } from "./escape.ts";
import { layOut } from "./text-table.ts";
import type { TextColumn } from "./text-table.ts";

export function quoteJson({ clusterId, findings, quotedUsd, surplusUsd }: QuoteAnswer): string {
  const shown = findings.map(({ kind, totalUsd, neededCount, quotedCount, ...rest }) => ({
    ...{ kind, ...rest, needed: neededCount, quoted: quotedCount, totalUsd: totalUsd ?? null },
  }));
  return `${JSON.stringify({ clusterId, findings: shown, quotedUsd, surplusUsd }, null, 2)}\n`;
}

const COLUMNS: readonly TextColumn<QuoteFinding>[] = [
  { head: "", cell: ({ kind }) => kind, isKept: true },
  { head: "part number", cell: ({ partNumber }) => partNumber },
  { head: "needed", isNumber: true, cell: ({ neededCount }) => fixed(neededCount) },
  { head: "quoted", isNumber: true, cell: ({ quotedCount }) => fixed(quotedCount) },
  {
    head: "money",
    isNumber: true,
    cell: ({ totalUsd }) => (totalUsd === undefined ? "?" : usd(totalUsd)),
  },
];

export function quoteText({ findings, quotedUsd, surplusUsd }: QuoteAnswer): string {
  const table = layOut(COLUMNS, findings, 98);
  const why = findings.filter(({ kind }) => kind !== "agrees").map((one) => `- ${one.why}`);
  return (
    [
      table.head,
      ...table.rows,
      "",
      ...why,
      `quoted in all: ${usd(quotedUsd)}; too much or unfit: ${usd(surplusUsd)}`,
    ]
      .map(plain)
      .join("\n") + "\n"
  );
}
