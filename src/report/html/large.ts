/** The page of one step of a large model. */
import { fixed, percent } from "../../base/format.ts";
import type { LargeResult } from "../../records/result.ts";
import { largeFacts, largeTables } from "../large-tables.ts";
import type { LargeTable } from "../large-tables.ts";
import { isProse } from "../large-text.ts";
import { timeScale } from "../round.ts";
import { page } from "./page.ts";
import { reproduceSection } from "./reproduce-section.ts";
import type { Section } from "./section.ts";
import { sourcesSection } from "./sources-section.ts";
import { table } from "./table.ts";

export function largePage(result: LargeResult): string {
  const scale = timeScale(result.stepTimeS);
  const time = (seconds: number): string => fixed(seconds * scale.perS, scale.decimals);
  const facts = largeFacts(result).map(({ name, text }) => [name, text] as const);
  const [low, high] = [time(result.stepTimeLowS), time(result.stepTimeHighS)];
  return page({
    result,
    figures: [
      {
        ...{ name: "Step time", value: time(result.stepTimeS), unit: scale.unit },
        more: `8 in 10: ${low} – ${high}`,
      },
      {
        ...{ name: "Throughput", value: fixed(result.tokensPerSPerAccelerator) },
        ...{ unit: "tokens/s", more: `an accelerator; ${fixed(result.rankCount)} of them` },
      },
      {
        ...{ name: "Model flop utilization", value: fixed(result.mfu * 100, 1), unit: "%" },
        more: `HFU ${percent(result.hfu)} of the ${result.denominator}`,
      },
    ],
    scope: facts,
    sections: [
      ...largeTables(result).map(sectionOf),
      sourcesSection(result.assumptions, [], result.asOf),
      reproduceSection(result),
    ],
  });
}

/** A table of text as a section. */
export function sectionOf({
  title,
  reader,
  lede,
  heads,
  numbersColumn,
  rows,
}: LargeTable): Section {
  const last = heads.length - (isProse(heads) ? 1 : 0);
  return {
    ...{ title, reader, lede },
    body: table(
      heads.map((head, i) => ({
        head,
        isNumber: i >= numbersColumn && i < last,
        cell: (row: readonly string[]) => row[i] ?? "",
      })),
      rows,
      {
        ...{ caption: title, isTotal: (row: readonly string[]) => row[0] === "sum" },
        // Words beside numbers are squeezed on a phone.
        ...(isProse(heads) && heads.length > 3 ? { cards: true } : {}),
      },
    ),
  };
}
