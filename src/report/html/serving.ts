/** The page of a service that was sized. */
import { duration, fixed, percent } from "../../base/format.ts";
import { escapeMarkup, trusted } from "../escape.ts";
import type { ServingReport } from "../serving.ts";
import { servingFacts, servingTables } from "../serving.ts";
import { sectionOf } from "./large.ts";
import { page } from "./page.ts";

export function servingPage(report: ServingReport): string {
  const { output, reproduce, ...head } = report;
  const { sentence, beware, replicas, acceleratorsPerReplica } = output;
  const value = (timeS: number): { readonly value: string; readonly unit: string } => {
    const [number = "", unit = ""] = duration(timeS).split(" ");
    return { value: number, unit };
  };
  const mean = (timeS: number): string => `mean ${duration(timeS)}`;
  return page({
    result: { ...head, kind: "serving", answer: { sentence, verdict: "answer", beware } },
    figures: [
      {
        ...{ name: "Accelerators", value: fixed(output.accelerators), unit: output.accelerator },
        more:
          `${fixed(replicas)} replicas of ${fixed(acceleratorsPerReplica)}, ` +
          `${percent(output.utilization, 0)} loaded`,
      },
      {
        ...{ name: "Time to first token", ...value(output.ttftS) },
        more: mean(output.ttftPercentilesS.mean),
      },
      {
        ...{ name: "Time per further token", ...value(output.tpotS) },
        more: mean(output.tpotPercentilesS.mean),
      },
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
