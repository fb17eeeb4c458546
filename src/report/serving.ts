/** A service that was sized, as tables of text: its Markdown and its page show the same ones. */
import { duration, fixed, percent, significant } from "../base/format.ts";
import type { ServingAnswer, TimesS } from "../records/serving.ts";
import type { LargeFact, LargeTable } from "./large-tables.ts";
import { fenced, safe, tableBlock } from "./markdown.ts";
import { VERDICT } from "./words.ts";

/** The answer with what a reader signs for: the question, the dates and how to ask again. */
export interface ServingReport {
  readonly question: string;
  readonly output: ServingAnswer;
  /** Of requests, at which the limits hold. */
  readonly percentile: keyof TimesS;
  /** Of requests: tokens, caches. */
  readonly facts: readonly LargeFact[];
  readonly asOf: string;
  readonly catalog: string;
  readonly seed: number;
  readonly version: string;
  readonly reproduce: string;
}

export function servingMarkdown(report: ServingReport): string {
  const { output, asOf, catalog, seed, version } = report;
  const { glyph, word } = VERDICT.answer;
  const blocks = [
    `# ${safe(output.sentence)}`,
    `> ${safe(report.question)}`,
    `**${glyph} ${word}** · as of ${safe(asOf)} · catalog ${safe(catalog)} · ` +
      `seed ${fixed(seed)} · fabricast ${safe(version)}`,
    output.beware.map((sentence) => `- ${safe(sentence)}`).join("\n"),
    servingFacts(report)
      .map(({ name, text }) => `- ${safe(name)}: ${safe(text)}`)
      .join("\n"),
    ...servingTables(output).map(tableBlock),
    `## Reproduce\n\n${fenced([report.reproduce])}`,
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

export function servingFacts({ output, facts }: ServingReport): LargeFact[] {
  const { replicas, spareReplicas, acceleratorsPerReplica, closedForm } = output;
  const spare = spareReplicas === 0 ? "" : ` + ${fixed(spareReplicas)} standing by`;
  return [
    {
      name: "replicas",
      text:
        `${fixed(replicas)}${spare}, each of ${fixed(acceleratorsPerReplica)} × ` +
        output.accelerator,
    },
    { name: "weights", text: output.precision },
    ...facts,
    {
      name: "load",
      text: `${percent(output.utilization, 0)} of what a replica can do without end`,
    },
    ...(closedForm === null
      ? []
      : [
          {
            name: "closed form",
            text:
              `TTFT ${duration(closedForm.ttftS)}, TPOT ${duration(closedForm.tpotS)} on ` +
              "average, without the loop of requests",
          },
        ]),
  ];
}

export function servingTables(output: ServingAnswer): LargeTable[] {
  return [timesTable(output), shapesTable(output)].filter(({ rows }) => rows.length > 0);
}

function timesTable(output: ServingAnswer): LargeTable {
  const row = (name: string, { mean, p50, p90, p95, p99 }: TimesS): string[] => [
    name,
    ...[mean, p50, p90, p95, p99].map((valueS) => duration(valueS)),
  ];
  return {
    title: "What a user sees",
    reader: "everybody",
    lede:
      `${significant(output.tokensPerS, 4)} output tokens/s in all, ` +
      `${significant(output.tokensPerSPerAccelerator, 4)} an accelerator, ` +
      `from ${significant(output.requestsPerS, 3)} requests/s.`,
    heads: ["Time", "mean", "p50", "p90", "p95", "p99"],
    numbersColumn: 1,
    rows: [
      row("to the first token", output.ttftPercentilesS),
      row("per further token", output.tpotPercentilesS),
      row("end to end", output.endToEndS),
    ],
  };
}

function shapesTable({ tried, acceleratorsPerReplica }: ServingAnswer): LargeTable {
  const number = (count: number | undefined): string =>
    count === undefined ? "cannot" : fixed(count);
  return {
    title: "Shapes tried",
    reader: "the architect",
    lede:
      tried.length > 1
        ? `Replicas of ${fixed(acceleratorsPerReplica)} need the fewest accelerators in all.`
        : "Only this shape was asked for.",
    heads: ["Ranks of a replica", "Replicas", "Accelerators", "Limit"],
    numbersColumn: 0,
    rows: tried.map(({ tp, replicas, accelerators, why }) => [
      fixed(tp),
      number(replicas),
      number(accelerators),
      why,
    ]),
  };
}
