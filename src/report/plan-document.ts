/** A plan as a report that a buyer can sign: its head here, its sections beside. */
import { duration, fixed, percent, usd } from "../base/format.ts";
import { shellQuoted } from "../base/shell.ts";
import { CATALOG_DATE, VERSION } from "../base/version.ts";
import type { MoneyRange, PlanAnswer, PlanOption, PlanQuestion } from "../records/plan.ts";
import { at } from "../base/assert.ts";
import type { DocumentFigure, ReportDocument } from "./document.ts";
import { planJson } from "./plan.ts";
import { costSection, optionsSection, whySection } from "./plan-choice-sections.ts";
import { changeSection, fabricSection } from "./plan-risk-sections.ts";
import { reproduceSection, sourcesSection, sureSection } from "./plan-source-sections.ts";
import { basisWords, days, decimalsOf, inMillions, mega } from "./plan-words.ts";
import { rangeWords, shortName, tokenWords } from "./plan-words.ts";
import { closing, printedDifference } from "./round.ts";

const DAY_S = 86_400;
/** `words` is the command line that asked. */
export function planDocument(answer: PlanAnswer, words: readonly string[]): ReportDocument {
  const { question } = answer;
  const first = at(answer.options, 0);
  return {
    kind: "plan",
    question: questionWords(question),
    answer: verdictOf(answer, first),
    ...{ asOf: question.asOf, catalog: CATALOG_DATE, seed: 1, version: VERSION },
    figures: figuresOf(question, first),
    scope: scopeOf(answer, first),
    sections: [
      optionsSection(answer),
      whySection(answer),
      fabricSection(answer),
      changeSection(answer),
      costSection(answer),
      sureSection(answer),
      sourcesSection(answer),
      reproduceSection(["npx fabricast", ...words.map(shellQuoted)].join(" ")),
    ],
    footer:
      "“8 in 10” is the range from p10 to p90; the bad case is p95. Yes and no are judged at " +
      "p90. No network access, no telemetry; readable without scripts.",
    ...{ isSigned: true, isRedacted: false },
    embedded: {
      ...{ fabricast: VERSION, catalog: CATALOG_DATE, words, redacted: false },
      answer: JSON.parse(planJson(answer)) as unknown,
    },
  };
}

function questionWords(question: PlanQuestion): string {
  const { model, tokens, withinS, caps, startsOn, asOf, vendors, delivery } = question;
  const { budgetUsd, yearBudgetUsd, powerW, acceleratorCount, rackCount } = caps;
  const limits = [
    ...(budgetUsd === undefined ? [] : [`at most ${usd(budgetUsd)} in the range’s bad end`]),
    ...(yearBudgetUsd === undefined ? [] : [`at most ${usd(yearBudgetUsd)} in any year`]),
    ...(powerW === undefined ? [] : [`at most ${fixed(powerW / 1e6, 2)} MW at the wall`]),
    ...(acceleratorCount === undefined ? [] : [`at most ${fixed(acceleratorCount)} accelerators`]),
    ...(rackCount === undefined ? [] : [`at most ${fixed(rackCount)} racks`]),
    ...(delivery === undefined ? [] : [`delivered to ${delivery.region} by ${delivery.by}`]),
    ...(vendors.length === 0 ? [] : [`from ${vendors.join(" or ")} only`]),
  ];
  const start = startsOn === asOf ? "" : ` from ${startsOn} on`;
  const under = limits.length === 0 ? "" : `, ${limits.join(", ")}`;
  return (
    `What does it take to train ${model.name} on ${tokenWords(tokens)} within ` +
    `${days(withinS).replace(/\.0$/, "")} days${start}${under}, by ${basisWords(question)}?`
  );
}

function verdictOf(answer: PlanAnswer, first: PlanOption): ReportDocument["answer"] {
  const { question, detail, options } = answer;
  const { p10S, p50S, p90S, p95S, total } = first;
  const spare = printedDifference(question.withinS / DAY_S, p90S / DAY_S, 1);
  const range = `(8\u00a0in\u00a010:\u00a0${days(p10S)}\u00a0to\u00a0${days(p90S)})`;
  const money = mega(total.midUsd);
  const more = savedWords(total, options[1]?.total);
  const isOutside = detail.extrapolation.length > 0;
  return {
    sentence:
      `Take ${fixed(first.acceleratorCount)} accelerators: ${shortName(first.cluster)}. ` +
      `${tokenWords(question.tokens)} take ${days(p50S)} days ${range} for ${money}${more}.`,
    verdict: isOutside ? "unclear" : "yes",
    beware: [
      `${fixed(question.withinS / DAY_S, 0)} days are met at p90 with ${fixed(spare, 1)} days to ` +
        `spare. Bad case (p95): ${days(p95S)} days, ${mega(total.badUsd)}.`,
      ...(isOutside ? [`Outside what was measured: ${detail.extrapolation.join("; ")}.`] : []),
      ...answer.beware.filter((line) => /^(?:Too close|Rates of kernels)/.test(line)),
    ],
  };
}

/** Against the runner-up, as the printed totals have it. */
function savedWords(first: MoneyRange, second: MoneyRange | undefined): string {
  if (second === undefined) return "";
  const decimals = decimalsOf(first.midUsd);
  const more = printedDifference(second.midUsd / 1e6, first.midUsd / 1e6, decimals);
  return `, ${fixed(more, decimals)}\u00a0M\u00a0USD less than option 2`;
}

function figuresOf(question: PlanQuestion, first: PlanOption): DocumentFigure[] {
  const { p10S, p50S, p90S, p95S, total, wallW, carbonKg } = first;
  const carbon = carbonKg === undefined ? "carbon unknown" : `${fixed(carbonKg / 1000)} t CO2e`;
  return [
    {
      ...{ name: `${question.model.name}, ${tokenWords(question.tokens)}` },
      ...{ value: days(p50S), unit: "days" },
      more: `8 in 10: ${days(p10S)} – ${days(p90S)}; bad case (p95) ${days(p95S)}`,
    },
    {
      ...{ name: `Cost, ${basisWords(question)}`, isMoney: true },
      value: fixed(total.midUsd / 1e6, decimalsOf(total.midUsd)),
      unit: "M USD",
      more: `8 in 10: ${rangeWords(total)}; bad case (p95) ${inMillions(total.badUsd)}`,
    },
    {
      ...{ name: "Accelerators", value: fixed(first.acceleratorCount), unit: "" },
      more:
        `${fixed(first.nodeCount)} nodes` +
        (first.spareNodeCount === 0 ? "" : `, ${fixed(first.spareNodeCount)} of them more spare`) +
        `; MFU ${percent(first.mfu)}, goodput ${percent(first.goodput)}`,
    },
    {
      name: `Power at the wall, ${first.siteName}`,
      value: wallW === undefined ? "unknown" : fixed(wallW / 1e6, 2),
      unit: wallW === undefined ? "" : "MW",
      more: `${duration(p50S, 3)} of it: ${carbon}`,
    },
  ];
}

function scopeOf(answer: PlanAnswer, first: PlanOption): (readonly [string, string])[] {
  const { question, notIncluded } = answer;
  const own = percent(first.ownPriceShare, 0);
  const decimals = decimalsOf(first.total.midUsd);
  const cash = closing(
    first.cashByYear.map(({ midUsd }) => midUsd / 1e6),
    decimals,
    first.total.midUsd / 1e6,
  );
  const years = first.cashByYear.map(
    ({ year }, i) => `${year}: ${fixed(cash[i] ?? 0, decimals)}\u00a0M\u00a0USD`,
  );
  const included =
    question.basis === "rent"
      ? ["accelerator-hours of the whole run", "nodes, fabric, power and cooling in their price"]
      : ["nodes with NICs", "switches, cables, optics", "spare nodes", "energy of the run"];
  return [
    [
      "Cost basis",
      `${basisWords(question)}, listed prices as of ${question.asOf}. ${own} of the money is ` +
        "from your quotes.",
    ],
    ["Cash by year", `${years.join("; ")}. Sum: ${mega(first.total.midUsd)}`],
    ["Included", `${included.join("; ")}.`],
    ["Not included", `${notIncluded.join(", ")}.`],
  ];
}
