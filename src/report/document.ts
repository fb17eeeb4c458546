/**
 * A report as a record: what a page says, in order, before it takes a form. The page, the
 * Markdown, the drawings and the page without prices are all made from the same one.
 */
import type { Answer } from "../records/result.ts";
import type { Chart } from "./chart/chart.ts";

/** A second line of a cell is smaller: a range, a configuration, a source. */
export type Cell = string | readonly [first: string, second: string];

export interface DocumentTable {
  readonly kind: "table";
  readonly title?: string;
  readonly caption: string;
  readonly heads: readonly string[];
  /** Columns of numbers, set to the right. */
  readonly numbers: readonly number[];
  /** Columns that hold prices, or say how prices compare. */
  readonly moneyColumns?: readonly number[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows about a price: their second lines and values may tell it. */
  readonly moneyRows?: readonly number[];
  /** The row that is recommended. */
  readonly markedIndex?: number;
  /** The last row is the sum of the others. */
  readonly isSummed?: boolean;
  /** Rows beyond so many stay off paper; the file has them. */
  readonly printedRowCount?: number;
  /** On screens only: its finding stands in the lede. */
  readonly isOffPaper?: boolean;
  /** Rows that stay off paper: what is counted, but not paid for. */
  readonly offPaperRows?: readonly number[];
  /** Behind a disclosure of this name, and on screens only. */
  readonly foldedAs?: string;
}

export interface DocumentChart {
  readonly kind: "chart";
  readonly chart: Chart;
  readonly remarks?: readonly (readonly [string, string])[];
  readonly isMoney?: boolean;
}

export interface DocumentList {
  readonly kind: "list";
  readonly title: string;
  readonly items: readonly string[];
  readonly isOffPaper?: boolean;
  /** Items say what things cost. */
  readonly isMoney?: boolean;
}

export interface DocumentCommands {
  readonly kind: "commands";
  readonly lines: readonly string[];
}

export interface DocumentPair {
  readonly kind: "pair";
  readonly left: readonly Block[];
  readonly right: readonly Block[];
}

export type Block = DocumentTable | DocumentChart | DocumentList | DocumentCommands | DocumentPair;

export interface DocumentSection {
  readonly title: string;
  readonly reader: "everybody" | "the architect" | "finance" | "the auditor";
  readonly lede: string;
  readonly blocks: readonly Block[];
}

export interface DocumentFigure {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly more: string;
  readonly isMoney?: boolean;
}

export interface ReportDocument {
  /** "plan", "cost". */
  readonly kind: string;
  readonly question: string;
  readonly answer: Answer;
  readonly asOf: string;
  readonly catalog: string;
  readonly seed: number;
  readonly version: string;
  readonly figures: readonly DocumentFigure[];
  readonly scope: readonly (readonly [string, string])[];
  readonly sections: readonly DocumentSection[];
  /** What ranges are of. */
  readonly footer: string;
  /** Three lines to sign on paper, after the first section. */
  readonly isSigned: boolean;
  readonly isRedacted: boolean;
  /** The answer as programs read it, and how it was asked; stands in the page. */
  readonly embedded: Embedded;
}

export interface Embedded {
  readonly fabricast: string;
  readonly catalog: string;
  /** The command line that asked. */
  readonly words: readonly string[];
  readonly redacted: boolean;
  readonly answer: unknown;
}

/** All blocks, those inside pairs too, in reading order. */
export function blocksOf(document: ReportDocument): Exclude<Block, DocumentPair>[] {
  const flat = (block: Block): Exclude<Block, DocumentPair>[] =>
    block.kind === "pair" ? [...block.left, ...block.right].flatMap(flat) : [block];
  return document.sections.flatMap(({ blocks }) => blocks.flatMap(flat));
}

export const cellText = (cell: Cell): string =>
  typeof cell === "string" ? cell : `${cell[0]} (${cell[1]})`;
