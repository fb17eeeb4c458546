/**
 * A report without its prices, to be shown to those who sell: no amount of money, no ratio of
 * two, no drawing of them, neither on the page nor in the data inside it.
 */
import type { Block, Cell, DocumentFigure, DocumentTable, ReportDocument } from "./document.ts";

export const REDACTED = "redacted";

const BIG = String.raw`\d[\d.,]*\s?(?:[kMB]\s?)?`;
const AMOUNT = new RegExp(String.raw`(?:\d[\d.,]*\s(?:–|to)\s)?[−+-]?${BIG}USD`, "g");
const RANGED = /redacted \((?:redacted(?: to | – )redacted|[^()]*redacted[^()]*)\)/g;
const RATIO = /[−+]?\d[\d.,]*(?:\u00a0|\s)%(?= (?:in cost|to buy|less|more|of the money))/g;

/** A sentence with its amounts and its ratios of amounts taken out. */
export function withoutMoney(text: string): string {
  return text.replace(AMOUNT, REDACTED).replace(RATIO, REDACTED).replace(RANGED, REDACTED);
}

export function redacted(document: ReportDocument): ReportDocument {
  const { answer, embedded } = document;
  return {
    ...document,
    isRedacted: true,
    question: withoutMoney(document.question),
    answer: {
      ...answer,
      sentence: withoutMoney(answer.sentence),
      beware: answer.beware.map(withoutMoney),
    },
    figures: document.figures.map(figureWithout),
    scope: document.scope.map(([name, text]) => [name, withoutMoney(text)] as const),
    sections: document.sections.map((section) => ({
      ...section,
      lede: withoutMoney(section.lede),
      blocks: section.blocks.flatMap(blockWithout),
    })),
    embedded: {
      ...embedded,
      words: wordsWithout(embedded.words),
      redacted: true,
      answer: dataWithout(embedded.answer),
    },
  };
}

const figureWithout = (figure: DocumentFigure): DocumentFigure =>
  figure.isMoney === true
    ? { ...figure, value: REDACTED, unit: "", more: "" }
    : { ...figure, more: withoutMoney(figure.more) };

function blockWithout(block: Block): Block[] {
  switch (block.kind) {
    case "table":
      return [tableWithout(block)];
    case "chart":
      if (block.isMoney === true) return [];
      return [{ ...block, ...remarksWithout(block.remarks) }];
    case "list":
      if (block.isMoney === true) return [{ ...block, items: [REDACTED] }];
      return [{ ...block, items: block.items.map(withoutMoney) }];
    case "commands":
      return [{ ...block, lines: block.lines.map(withoutMoney) }];
    case "pair":
      return [
        {
          ...block,
          left: block.left.flatMap(blockWithout),
          right: block.right.flatMap(blockWithout),
        },
      ];
  }
}

function remarksWithout(remarks: readonly (readonly [string, string])[] | undefined) {
  if (remarks === undefined) return {};
  return { remarks: remarks.map(([head, text]) => [head, withoutMoney(text)] as const) };
}

function tableWithout(table: DocumentTable): DocumentTable {
  const hidden = new Set(table.moneyColumns);
  const cell = (one: Cell, column: number): Cell => {
    if (hidden.has(column)) return REDACTED;
    return typeof one === "string"
      ? withoutMoney(one)
      : [withoutMoney(one[0]), withoutMoney(one[1])];
  };
  const priced = new Set(table.moneyRows);
  const bare = (row: readonly Cell[]): Cell[] =>
    row.map((one, column) => {
      const first = typeof one === "string" ? one : one[0];
      return column === 1 ? REDACTED : first;
    });
  const rows = table.rows.map((row, i) => (priced.has(i) ? bare(row) : row).map(cell));
  const { title } = table;
  return {
    ...{ ...table, rows, caption: withoutMoney(table.caption) },
    ...(title === undefined ? {} : { title: withoutMoney(title) }),
  };
}

/** `--budget '20M USD'` becomes `--budget redacted`: the command can then not be run again. */
function wordsWithout(words: readonly string[]): string[] {
  return words.map((word, i) => {
    const before = words[i - 1] ?? "";
    if (before.startsWith("--budget") && !word.startsWith("--")) return REDACTED;
    return word.replace(/^(--budget[a-z-]*=).*/, `$1${REDACTED}`);
  });
}

/** Keys that hold money, wherever they are; and amounts in sentences. */
function dataWithout(data: unknown, key = ""): unknown {
  if (data === null || data === undefined) return data;
  if (/usd/i.test(key) || key === "flips") return REDACTED;
  if (typeof data === "string") return withoutMoney(data);
  if (Array.isArray(data)) return data.map((one) => dataWithout(one));
  if (typeof data !== "object") return data;
  return Object.fromEntries(
    Object.entries(data).map(([name, one]) => [name, dataWithout(one, name)]),
  );
}
