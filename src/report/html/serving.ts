/** The page of a service that was sized. */
import { duration, fixed, percent } from "../../base/format.ts";
import type { TimesS } from "../../records/serving.ts";
import { escapeMarkup, trusted } from "../escape.ts";
import type { ServingReport } from "../serving.ts";
import { servingFacts, servingTables } from "../serving.ts";
import { sectionOf } from "./large.ts";
import { page } from "./page.ts";
import type { KeyFigure } from "./page.ts";

export function servingPage(report: ServingReport): string {
  const { output, percentile, reproduce, ...head } = report;
  const { sentence, beware, replicas, acceleratorsPerReplica } = output;
  const figure = (name: string, times: TimesS): KeyFigure => {
    const [value = "", unit = ""] = duration(times[percentile]).split(" ");
    const mean = percentile === "mean" ? "" : `; mean ${duration(times.mean)}`;
    return { name, value, unit, more: `${percentile} of requests${mean}` };
  };
  return page({
    result: { ...head, kind: "serving", answer: { sentence, verdict: "answer", beware } },
    figures: [
      {
        ...{ name: "Accelerators", value: fixed(output.accelerators), unit: output.accelerator },
        more:
          `${fixed(replicas)} replicas of ${fixed(acceleratorsPerReplica)}, ` +
          `${percent(output.utilization, 0)} loaded`,
      },
      figure("Time to first token", output.ttftPercentilesS),
      figure("Time per further token", output.tpotPercentilesS),
    ],
    scope: servingFacts(report).map(({ name, text }) => [name, text] as const),
    sections: [
      ...servingTables(output).map(sectionOf),
      {
        ...{ title: "Reproduce", reader: "the auditor" as const },
        lede: "Same inputs and same seed, same bytes.",
        body: trusted(`<pre tabindex="0">${escapeMarkup(reproduce)}</pre>`),
      },
    ],
  });
}
