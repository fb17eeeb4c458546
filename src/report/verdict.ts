/** A measured sweep against what is expected, for the terminal. */
import { duration, fixed, percent } from "../base/format.ts";
import type { MeasuredVerdict } from "../records/verdict.ts";

export function verdictText(verdict: MeasuredVerdict): string[] {
  const { ranges, rows, faults, assumed } = verdict;
  return [
    verdict.sentence,
    ...ranges.map(
      ({ name, ratio, verdict: word, rows: count }) =>
        `  ${name.padEnd(11)} ${fixed(ratio, 2).padStart(6)} × expected  ${word} (${count} rows)`,
    ),
    ...rows.map(
      ({ sizeBytes, measuredS, expectedS }) =>
        `    ${String(sizeBytes).padStart(12)} B  measured ${duration(measuredS)}, ` +
        `expected ${duration(expectedS)}`,
    ),
    ...(faults.length === 0 ? [] : ["  faults, the nearest first"]),
    ...faults.map(({ words, errorShare }) => `    ${percent(errorShare, 0)} away: ${words}`),
    ...(assumed.length === 0 ? [] : [`  assumed: ${assumed.join("; ")}`]),
  ];
}
