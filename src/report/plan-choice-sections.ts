/** What a plan chose and what it costs: options, why this one, what lost, the money. */
import { at } from "../base/assert.ts";
import { fixed, percent } from "../base/format.ts";
import type { Material } from "../records/material.ts";
import type { PlanAnswer, PlanOption } from "../records/plan.ts";
import { billRows } from "./bill-rows.ts";
import { largeStepChart } from "./chart/large-step.ts";
import { pareto } from "./chart/pareto.ts";
import type { Cell, DocumentSection, DocumentTable } from "./document.ts";
import { basisWords, days, decimalsOf, inMillions, mega } from "./plan-words.ts";
import { rangeWords, shortName } from "./plan-words.ts";
import { closing } from "./round.ts";

export function optionsSection(answer: PlanAnswer): DocumentSection {
  const { question, options, points } = answer;
  const isKnown = options.some(({ availability }) => availability !== "unknown");
  return {
    title: "Options",
    reader: "everybody",
    lede:
      `The cheapest that ends in time comes first. All train the same model on the same tokens; ` +
      `${fixed(points.length)} sizes were priced by ${basisWords(question)}.`,
    blocks: [
      {
        kind: "table",
        caption:
          `Each with the layout that is fastest on it; deadline ` +
          `${days(question.withinS)} days, judged at p90; ✓ holds, money in million USD.` +
          (isKnown ? "" : " Lead times of all are unknown."),
        heads: [
          ...["Option", "Accelerators", "Days p50 (p10 – p90)", "Days p95"],
          ...["Cost (p10 – p90)", "To buy", "Wall, MW"],
          ...(isKnown ? ["Available"] : []),
          "Why not first",
        ],
        numbers: [1, 2, 3, 4, 5, 6],
        moneyColumns: [4, 5],
        rows: options.map((option, i) =>
          optionRow(option, i + 1, { withinS: question.withinS, isKnown }),
        ),
        markedIndex: 0,
      },
    ],
  };
}

function optionRow(
  option: PlanOption,
  place: number,
  { withinS, isKnown }: { readonly withinS: number; readonly isKnown: boolean },
): Cell[] {
  const { p10S, p50S, p90S, p95S, total, capitalUsd, wallW, layout } = option;
  const split = `tp ${layout.tp}, pp ${layout.pp}, dp ${layout.dp}, MFU ${percent(option.mfu, 0)}`;
  return [
    [`${place}\u00a0\u00a0${shortName(option.cluster)}`, split],
    fixed(option.acceleratorCount),
    [`${p90S <= withinS ? "✓" : "✗"} ${days(p50S)}`, `${days(p10S)} – ${days(p90S)}`],
    days(p95S),
    [inMillions(total.midUsd), rangeWords(total)],
    capitalUsd === undefined ? "not sold" : inMillions(capitalUsd),
    wallW === undefined ? "unknown" : fixed(wallW / 1e6, 2),
    ...(isKnown ? [option.availability] : []),
    place === 1
      ? "Recommended"
      : option.whyNotFirst.replace(/ranges overlap: .*/, "too close to call"),
  ];
}

export function whySection(answer: PlanAnswer): DocumentSection {
  const { question, options, detail, flips } = answer;
  const first = at(options, 0);
  const exposedS = detail.parts.reduce(
    (sum, { name, durationS }) => sum + (name.startsWith("exposed") ? durationS : 0),
    0,
  );
  const [limit] = detail.fabric;
  const step = largeStepChart({
    ...{ parts: detail.parts, stepTimeS: first.stepS },
    ...{ stepTimeLowS: detail.stepLowS, stepTimeHighS: detail.stepHighS },
    ...(limit === undefined ? {} : { limitWords: limit.limit }),
    where: `of ${question.model.name} on ${fixed(first.acceleratorCount)} accelerators`,
  });
  return {
    title: "Why",
    reader: "the architect",
    lede:
      `Compute and its losses take ${percent(1 - exposedS / first.stepS, 0)} of a step, so a ` +
      `faster fabric could shorten it by ${percent(exposedS / first.stepS)} at most. ` +
      `${fixed(answer.rejected.length)} other clusters were rejected; the file says why each ` +
      "one lost.",
    blocks: [
      { kind: "chart", chart: step, remarks: remarks(answer) },
      {
        kind: "pair",
        left: [{ kind: "chart", isMoney: true, chart: paretoOf(answer) }],
        right: [
          {
            kind: "list",
            title: "Another option becomes first if",
            items: flips.length === 0 ? ["there is no other"] : flips,
            isMoney: true,
          },
        ],
      },
      rejectedTable(answer),
    ],
  };
}

function remarks({ question, options, detail, binding, sanity }: PlanAnswer) {
  const { layout } = at(options, 0);
  const [limit] = detail.fabric;
  return [
    ["What binds the size", `${binding}.`],
    [
      "Limiting link",
      limit === undefined
        ? "No group of this layout shares links of the fabric."
        : `${limit.limit}; rings between nodes keep ${percent(limit.keptShare)} of a link.`,
    ],
    [
      "Held equal",
      `Global batch ${fixed(layout.globalBatch)} sequences of ` +
        `${fixed(question.seqTokens)} tokens, ${question.precision}; tp ${layout.tp}, pp ` +
        `${layout.pp}, dp ${layout.dp}, recompute ${layout.recompute}, ${layout.sharding}.`,
    ],
    ["Sanity", sanity],
  ] as const;
}

function paretoOf({ question, options, points }: PlanAnswer) {
  const first = at(options, 0);
  return pareto({
    ...{ points, withinS: question.withinS, basis: basisWords(question) },
    title:
      `Option 1 is the cheapest of ${fixed(points.length)} priced sizes: ` +
      `${mega(first.total.midUsd)} for ${days(first.p50S)} days`,
  });
}

const rejectedTable = ({ rejected }: PlanAnswer): DocumentTable => ({
  kind: "table",
  title: `Rejected: ${fixed(rejected.length)} other clusters, and why each one lost`,
  caption: "Every family of the catalog that was looked at; against the option named.",
  heads: ["Cluster", "Accelerators", "Why"],
  numbers: [1],
  rows: rejected.map(({ cluster, acceleratorCount, why }) => [
    shortName(cluster),
    acceleratorCount === undefined ? "none" : fixed(acceleratorCount),
    why,
  ]),
  isOffPaper: true,
});

export function costSection(answer: PlanAnswer): DocumentSection {
  const { question, options } = answer;
  const first = at(options, 0);
  const { total, bill } = first;
  const title = question.basis === "rent" ? "Bill, if it were bought instead" : "Bill of materials";
  const network = networkShare(bill.rows);
  return {
    title: "Cost",
    reader: "finance",
    lede:
      `${mega(total.midUsd)} by ${basisWords(question)}, in 8 of 10 cases ` +
      `${rangeWords(total)} M USD. ` +
      "The range holds the spread of listed prices (a fifth down, a quarter up) and of the days." +
      (network === undefined ? "" : ` Of a purchase the network is ${network} of the money.`),
    blocks: [
      { kind: "pair", left: [linesTable(answer, first)], right: [cashTable(first)] },
      { ...billRows(bill, question.asOf), title },
    ],
  };
}

function networkShare(rows: readonly Material[]): string | undefined {
  let [all, network] = [0, 0];
  for (const { materialClass, totalUsd } of rows) {
    if (totalUsd === undefined) continue;
    all += totalUsd;
    if (materialClass !== "node" && materialClass !== "nic") network += totalUsd;
  }
  return all === 0 ? undefined : percent(network / all);
}

/** Columns of money close: what is printed adds up to what is printed below. */
function linesTable({ question }: PlanAnswer, { lines, total }: PlanOption): DocumentTable {
  const decimals = decimalsOf(total.midUsd) + 1;
  const column = (of: (money: PlanOption["total"]) => number): string[] => {
    const all = closing(
      lines.map((line) => of(line) / 1e6),
      decimals,
      of(total) / 1e6,
    );
    return [...all, of(total) / 1e6].map((value) => fixed(value, decimals));
  };
  const columns = [
    column(({ lowUsd }) => lowUsd),
    column(({ midUsd }) => midUsd),
    column(({ highUsd }) => highUsd),
    column(({ badUsd }) => badUsd),
  ];
  return {
    kind: "table",
    title: `What the ${inMillions(total.midUsd)} M USD are made of`,
    caption: `Million USD by ${basisWords(question)}; every column adds up.`,
    heads: ["Line", "p10", "p50", "p90", "p95"],
    ...{ numbers: [1, 2, 3, 4], moneyColumns: [1, 2, 3, 4] },
    rows: [...lines.map(({ name }) => name), "Total"].map((name, i) => [
      name,
      ...columns.map((cells) => cells[i] ?? ""),
    ]),
    isSummed: true,
  };
}

function cashTable({ cashByYear, total }: PlanOption): DocumentTable {
  const decimals = decimalsOf(total.midUsd) + 1;
  const shown = closing(
    cashByYear.map(({ midUsd }) => midUsd / 1e6),
    decimals,
    total.midUsd / 1e6,
  );
  return {
    kind: "table",
    title: "Cash by year",
    caption: "Million USD in the middle case: capital on the first day, the rest day by day.",
    heads: ["Calendar year", "M USD"],
    ...{ numbers: [1], moneyColumns: [1] },
    rows: [
      ...cashByYear.map(({ year }, i) => [String(year), fixed(shown[i] ?? 0, decimals)]),
      ["Total", fixed(total.midUsd / 1e6, decimals)],
    ],
    isSummed: true,
  };
}
