/**
 * How wide a text will be: advance widths of DejaVu Sans, the widest of the fonts a reader
 * may see, in thousandths of the font size. Drawings are laid out without a browser, so what
 * does not overlap here overlaps nowhere.
 *
 * Source: DejaVu Sans 2.37 and DejaVu Sans Bold, table hmtx, for U+0020 … U+007E.
 */
import { plain } from "../escape.ts";

export type Weight = "regular" | "bold";

// prettier-ignore
const REGULAR: readonly number[] = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
  636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
  575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
  611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
  278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
];

// prettier-ignore
const BOLD: readonly number[] = [
  348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696,
  696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683,
  683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771,
  724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665,
  343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
];

const NARROW = "\u00a0·▸◂";
const WIDE = "−×→✓✗≥≤±";
const LATIN_END = 0x250;

/** Width in px of one line of text, as it will be drawn: made safe first. */
export function textWidth(text: string, sizePx: number, weight: Weight = "regular"): number {
  const table = weight === "bold" ? BOLD : REGULAR;
  let thousandths = 0;
  for (const letter of plain(text)) thousandths += letterWidth(letter, table);
  return (thousandths * sizePx) / 1000;
}

function letterWidth(letter: string, table: readonly number[]): number {
  const code = letter.codePointAt(0) ?? 0;
  const known = table[code - 32];
  if (known !== undefined) return known;
  if (NARROW.includes(letter)) return 380;
  if (WIDE.includes(letter)) return 838;
  if (letter === "–") return 500;
  // Accented Latin is about as wide as Latin; for anything else a full square is the bound.
  return code < LATIN_END ? 840 : 1000;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function fitted(text: string, widthPx: number, sizePx: number, weight: Weight): string {
  if (textWidth(text, sizePx, weight) <= widthPx) return text;
  const table = weight === "bold" ? BOLD : REGULAR;
  const room = (widthPx * 1000) / sizePx - letterWidth("…", table);
  let taken = 0;
  let kept = "";
  for (const letter of plain(text)) {
    taken += letterWidth(letter, table);
    if (taken > room) break;
    kept += letter;
  }
  return room < 0 ? "" : `${kept.trimEnd()}…`;
}

/** Broken at spaces into lines that fit; a word longer than a line is cut. */
export function wrapped(text: string, widthPx: number, sizePx: number, weight: Weight): string[] {
  const lines: string[] = [];
  for (const word of plain(text).split(" ")) {
    const last = lines.at(-1);
    const longer = last === undefined ? word : `${last} ${word}`;
    const fits = textWidth(longer, sizePx, weight) <= widthPx;
    if (last !== undefined && fits) lines[lines.length - 1] = longer;
    else lines.push(fitted(word, widthPx, sizePx, weight));
  }
  return lines;
}
