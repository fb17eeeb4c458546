/**
 * Predicted against measured, one dot a run, both axes logarithmic; the line is where they are
 * equal and the band is 10 % to both sides. Text of an SVG: no library, the same bytes always.
 */
import type { Judged } from "./study.ts";

const SIZE = 640;
const EDGE = 56;
/** Seconds at the ends of both axes. */
const [LEAST, MOST] = [0.1, 1000];

const COLORS = { dense: "#1f6fb2", experts: "#c1572b", tpu: "#3f8f5a", other: "#7d7d7d" } as const;
const NAMES = { dense: "dense on GPUs", experts: "experts", tpu: "TPU", other: "other parts" };

type Kind = keyof typeof COLORS;

export function scatterPlot(judged: readonly Judged[]): string {
  const kinds = Object.keys(COLORS) as Kind[];
  const voting = judged.filter(({ step }) => step.excluded === "");
  const dots = voting.map(({ step, predictedS }) => {
    const [x, y] = [place(step.measuredS), SIZE - place(predictedS)];
    return `<circle cx="${x}" cy="${y}" r="2.6" fill="${COLORS[step.kind]}" fill-opacity="0.6"/>`;
  });
  const legend = kinds.map((kind, i) => {
    const y = EDGE + 20 + 18 * i;
    return (
      `<circle cx="${EDGE + 16}" cy="${y - 4}" r="4" fill="${COLORS[kind]}"/>` +
      `<text x="${EDGE + 28}" y="${y}">${NAMES[kind]}</text>`
    );
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" font-size="12"`,
    ' font-family="sans-serif" role="img">',
    "<title>Predicted and measured step time of published runs, in seconds</title>",
    `<rect width="${SIZE}" height="${SIZE}" fill="#ffffff"/>`,
    ...grid(),
    ...band(),
    ...dots,
    ...legend,
    `<text x="${SIZE / 2}" y="${SIZE - 12}" text-anchor="middle">measured step, s</text>`,
    `<text x="16" y="${SIZE / 2}" text-anchor="middle" transform="rotate(-90 16 ${SIZE / 2})">` +
      "predicted step, s</text>",
    "</svg>",
  ].join("\n")}\n`;
}

/** Pixels from the left, to a tenth. */
function place(seconds: number): number {
  const share = Math.log(seconds / LEAST) / Math.log(MOST / LEAST);
  const inside = Math.min(1, Math.max(0, share));
  return Math.round(10 * (EDGE + inside * (SIZE - 2 * EDGE))) / 10;
}

function grid(): string[] {
  return [0.1, 1, 10, 100, 1000].flatMap((seconds) => {
    const x = place(seconds);
    const line = 'stroke="#d9d9d9" stroke-width="1"';
    const [low, high] = [EDGE, SIZE - EDGE];
    return [
      `<line x1="${x}" x2="${x}" y1="${low}" y2="${high}" ${line}/>`,
      `<line x1="${low}" x2="${high}" y1="${SIZE - x}" y2="${SIZE - x}" ${line}/>`,
      `<text x="${x}" y="${high + 16}" text-anchor="middle">${seconds}</text>`,
      `<text x="${low - 6}" y="${SIZE - x + 4}" text-anchor="end">${seconds}</text>`,
    ];
  });
}

function band(): string[] {
  return [0.9, 1, 1.1].map((factor) => {
    const [from, to] = [LEAST, MOST / 1.1];
    const dash = factor === 1 ? "" : ' stroke-dasharray="4 4"';
    const ends =
      `x1="${place(from * 1.12)}" y1="${SIZE - place(from * 1.12 * factor)}" ` +
      `x2="${place(to)}" y2="${SIZE - place(to * factor)}"`;
    return `<line ${ends} stroke="#555555"${dash}/>`;
  });
}
