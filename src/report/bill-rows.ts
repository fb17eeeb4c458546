/** A bill of materials as a table of a report: counts, prices, sources and their age. */
import { fixed } from "../base/format.ts";
import type { Material, MaterialBill } from "../records/material.ts";
import type { Cell, DocumentTable } from "./document.ts";
import { closing } from "./round.ts";
import { PROVENANCE, staleWords } from "./words.ts";

/** In thousand USD such that the lines add up to the sum as printed. */
export function billRows(bill: MaterialBill, asOf: string): DocumentTable {
  const priced = bill.rows.filter(({ totalUsd }) => totalUsd !== undefined);
  const k = closing(
    priced.map(({ totalUsd = 0 }) => totalUsd / 1000),
    0,
  );
  const thousand = (row: Material): string => {
    const i = priced.indexOf(row);
    if (i >= 0) return fixed(k[i] ?? 0);
    return row.includedIn === undefined ? "no price" : "included";
  };
  const sum = k.reduce((all, one) => all + one, 0);
  const open = bill.unpriced.length === 0 ? "" : `; without a price: ${bill.unpriced.join(", ")}`;
  return {
    kind: "table",
    caption: `Thousand USD, catalog prices as dated, without spares${open}.`,
    heads: ["Class", "Model", "Count", "Each, USD", "k USD", "Source", "Date"],
    ...{ numbers: [2, 3, 4], moneyColumns: [3, 4] },
    rows: [
      ...bill.rows.map((row): Cell[] => {
        const { unitUsd } = row;
        const stale = unitUsd === undefined ? undefined : staleWords("USD", unitUsd.date, asOf);
        const kind = unitUsd === undefined ? "" : `${PROVENANCE[unitUsd.provenance].glyph} `;
        return [
          ...[row.materialClass, row.model, fixed(row.count)],
          unitUsd === undefined ? "none" : fixed(unitUsd.value),
          thousand(row),
          unitUsd === undefined
            ? row.includedIn === undefined
              ? "none"
              : `in ${row.includedIn}`
            : `${kind}${unitUsd.source}`,
          unitUsd === undefined ? "" : stale === undefined ? unitUsd.date : [unitUsd.date, stale],
        ];
      }),
      ["Total", "", "", "", bill.totalUsd === undefined ? "no total" : fixed(sum), "", ""],
    ],
    isSummed: true,
    offPaperRows: bill.rows.flatMap(({ totalUsd = 0 }, i) => (totalUsd === 0 ? [i] : [])),
  };
}
