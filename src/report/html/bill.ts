/** Bills: capital by class of part side by side, then the lines of each cluster. */
import { fixed, percent } from "../../base/format.ts";
import { exactSum } from "../../base/sum.ts";
import type { Bill, BillLine, PartClass } from "../../records/cost.ts";
import { html } from "../escape.ts";
import type { Html, HtmlPart } from "../escape.ts";
import { at } from "../../base/assert.ts";
import { closing } from "../round.ts";
import { staleWords } from "../words.ts";
import { provenance } from "./sources-section.ts";
import { second, table } from "./table.ts";
import type { Column } from "./table.ts";

const CLASSES: readonly PartClass[] = ["node", "switch", "link"];

export function billTables(input: {
  readonly bills: readonly Bill[];
  readonly asOf: string;
  readonly nameOf: (clusterId: string) => string;
  readonly mainId: string | undefined;
}): HtmlPart {
  const { bills, asOf, nameOf, mainId } = input;
  if (bills.length === 0) return undefined;
  const sorted = bills.toSorted(
    (a, b) => Number(b.clusterId === mainId) - Number(a.clusterId === mainId),
  );
  const tables = sorted.map((bill) => {
    const caption = `${nameOf(bill.clusterId)}, ${fixed(bill.rankCount)} accelerators, USD`;
    const lines = linesTable(bill, asOf, caption);
    if (bill.clusterId === mainId) return lines;
    return html`<details>
      <summary>${caption}</summary>
      ${lines}
    </details>`;
  });
  return html`${classTable(bills, nameOf)}
    <div class="block">
      <h3>Bill of each cluster</h3>
      ${tables}
    </div>`;
}

function classTable(bills: readonly Bill[], nameOf: (clusterId: string) => string): Html {
  const priced = bills.filter((bill) => bill.capitalUsd !== undefined);
  const unpriced = bills.filter((bill) => bill.capitalUsd === undefined);
  const rows = priced.map((bill) => {
    const total = bill.capitalUsd ?? 0;
    const sums = CLASSES.map((partClass) =>
      exactSum(
        bill.lines.filter((line) => line.partClass === partClass).map((line) => line.totalUsd ?? 0),
      ),
    );
    const shown = closing(
      sums.map((usd) => usd / 1000),
      0,
      total / 1000,
    );
    const fabric = total === 0 ? 0 : (at(sums, 1) + at(sums, 2)) / total;
    return { bill, shown, total, fabric };
  });
  type Row = (typeof rows)[number];
  const columns: Column<Row>[] = [
    { head: "Cluster", cell: ({ bill }) => nameOf(bill.clusterId) },
    ...["Nodes", "Switches", "Links"].map((word, index) => ({
      head: `${word}, k USD`,
      isNumber: true,
      cell: ({ shown }: Row) => fixed(at(shown, index)),
    })),
    { head: "Capital, k USD", isNumber: true, cell: ({ total }) => fixed(total / 1000) },
    { head: "Fabric’s share", isNumber: true, cell: ({ fabric }) => percent(fabric) },
    { head: "Power, kW", isNumber: true, cell: ({ bill }) => powerWords(bill) },
  ];
  const absent =
    unpriced.length === 0
      ? ""
      : ` No capital figure: ${unpriced.map((bill) => nameOf(bill.clusterId)).join(", ")}.`;
  const sizes = [...new Set(bills.map((bill) => fixed(bill.rankCount)))].join(", ");
  return html`<div class="block">
    <h3>Capital by class of part</h3>
    ${table(columns, rows, {
      caption: `${sizes} accelerators. A part without a price is never estimated.${absent}`,
    })}
  </div>`;
}

const powerWords = ({ powerW }: Bill): string =>
  powerW === undefined ? "unknown" : fixed(powerW / 1000);

type Shown = BillLine & { readonly isTotal?: boolean };

function linesTable(bill: Bill, asOf: string, caption: string): Html {
  const total: Shown[] =
    bill.capitalUsd === undefined
      ? []
      : [
          {
            partId: "",
            name: "Capital",
            partClass: "node",
            count: 0,
            totalUsd: bill.capitalUsd,
            isTotal: true,
          },
        ];
  const lines: Shown[] = [...bill.lines, ...total];
  const columns: Column<Shown>[] = [
    { head: "Part", cell: (line) => line.name },
    {
      head: "Count",
      isNumber: true,
      cell: (line) => (line.isTotal === true ? "" : fixed(line.count)),
    },
    { head: "Each, USD", isNumber: true, cell: unitWords },
    {
      head: "Sum, USD",
      isNumber: true,
      cell: (line) => (line.totalUsd === undefined ? "none" : fixed(line.totalUsd, 2)),
    },
    { head: "Source", cell: (line) => sourceCell(line, asOf) },
  ];
  return table(columns, lines, { caption, isTotal: (line) => line.isTotal === true });
}

function unitWords(line: Shown): string {
  if (line.isTotal === true) return "";
  return line.unitUsd === undefined ? "no price" : fixed(line.unitUsd.value, 2);
}

function sourceCell({ unitUsd }: Shown, asOf: string): HtmlPart {
  if (unitUsd === undefined) return "";
  const stale = staleWords("USD", unitUsd.date, asOf);
  return [
    provenance(unitUsd.provenance),
    ` ${unitUsd.source}`,
    second(unitUsd.date),
    stale === undefined ? undefined : html`<span class="stale">${stale}</span>`,
  ];
}
