/** Lines and columns of fixed-width text: wrapping, padding, tables that never wrap a row. */

export interface TextColumn<T> {
  readonly head: string;
  readonly cell: (row: T) => string;
  readonly isNumber?: boolean;
  /** Columns are dropped from the right; these last. */
  readonly isKept?: boolean;
}

/** East Asian wide letters and pictographs take two columns. */
const WIDE = new RegExp(
  "[\\u1100-\\u115f\\u2e80-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60]|" +
    "[\\u{1f300}-\\u{1faff}\\u{20000}-\\u{3fffd}]",
  "u",
);

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += /\p{M}/u.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return width;
}

export const padStart = (text: string, width: number): string =>
  " ".repeat(Math.max(0, width - displayWidth(text))) + text;

export const padEnd = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - displayWidth(text)));

/** At most `width` columns, with a mark where something is cut. */
export function clipped(text: string, width: number, mark = "…"): string {
  if (displayWidth(text) <= width) return text;
  const letters = [...text];
  while (letters.length > 0 && displayWidth(letters.join("") + mark) > width) letters.pop();
  return letters.join("").trimEnd() + mark;
}

/** Broken at plain spaces only: a no-break space holds a number and its unit together. */
export function wrap(text: string, width: number, mark = "…"): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && displayWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(clipped(word, width, mark));
  }
  return lines;
}

export interface LaidOut {
  readonly head: string;
  readonly rows: readonly string[];
  readonly columnCount: number;
  /** Columns of the table left out. */
  readonly droppedCount: number;
}

/** Columns two apart; those that do not fit are dropped from the right, never a row wrapped. */
export function layOut<T>(
  columns: readonly TextColumn<T>[],
  rows: readonly T[],
  width: number,
): LaidOut {
  let shown = columns.map((column) => {
    const cells = rows.map(column.cell);
    return { column, cells, width: Math.max(...[column.head, ...cells].map(displayWidth)) };
  });
  const total = (): number => shown.reduce((sum, one) => sum + one.width + 2, -2);
  while (total() > width && shown.length > 1) {
    const last = shown.findLastIndex((one) => one.column.isKept !== true);
    if (last < 0) break;
    shown = shown.filter((_, index) => index !== last);
  }
  const line = (texts: readonly string[]): string =>
    shown
      .map((one, index) => {
        const text = texts[index] ?? "";
        return one.column.isNumber === true ? padStart(text, one.width) : padEnd(text, one.width);
      })
      .join("  ")
      .trimEnd();
  return {
    head: line(shown.map((one) => one.column.head)),
    rows: rows.map((_, row) => line(shown.map((one) => one.cells[row] ?? ""))),
    columnCount: total(),
    droppedCount: columns.length - shown.length,
  };
}
