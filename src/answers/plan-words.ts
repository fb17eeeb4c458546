/** What a plan says besides its figures: the answer, what binds, what flips it, what to test. */
import { at, present } from "../base/assert.ts";
import { duration, fixed, percent, significant, usd } from "../base/format.ts";
import type { PlanAnswer, PlanOption, PlanQuestion } from "../records/plan.ts";
import { CONSTANTS } from "../workload/dense/constants.ts";
import { modelParameterCount } from "../workload/dense/model-size.ts";
import { PART_ROWS } from "../workload/dense/parts.ts";
import { limitsOf } from "./plan-caps.ts";
import { dearestYearUsd } from "./plan-money.ts";
import { familyOf } from "./plan-families.ts";

type Words = Pick<
  PlanAnswer,
  "sentence" | "binding" | "flips" | "sanity" | "beware" | "notIncluded" | "acceptance"
>;

const DAY_S = 86_400;
const days = (seconds: number): string => fixed(seconds / DAY_S, 1);

export function planWords(question: PlanQuestion, options: readonly PlanOption[]): Words {
  const first = at(options, 0);
  const { lowUsd, midUsd, highUsd } = first.total;
  const basis = question.basis === "rent" ? `rent (${question.rentKind})` : "purchase and energy";
  return {
    sentence:
      `Take ${fixed(first.acceleratorCount)} accelerators: ${first.cluster}. They train ` +
      `${question.model.name} on ${count(question.tokens)} tokens in ${days(first.p50S)} days, ` +
      `in 9 of 10 cases within ${days(first.p90S)}, for ${usd(midUsd)} (${usd(lowUsd)} to ` +
      `${usd(highUsd)} in 8 of 10 cases), ${basis}.`,
    binding: binding(question, first),
    flips: flips(question, options),
    sanity: sanity(question, first),
    beware: beware(question, options),
    notIncluded: question.basis === "rent" ? NOT_IN_RENT : NOT_IN_PURCHASE,
    acceptance: acceptance(question, first),
  };
}

const partOf = (familyId: string) =>
  present(
    PART_ROWS.find(({ id }) => id === familyOf(familyId).acceleratorId),
    "the part of a family",
  );

const count = (value: number): string =>
  value >= 1e12 ? `${significant(value / 1e12)} T` : `${significant(value / 1e9)} B`;

const NOT_IN_RENT: readonly string[] = [
  ...["storage", "traffic that leaves the site", "support", "taxes", "software licenses", "staff"],
  ...["discounts on the listed price", "commitments beyond the run", "experiments before the run"],
];

const NOT_IN_PURCHASE: readonly string[] = [
  ...["discount", "support", "licenses", "freight", "duty", "tax", "installation", "staff"],
  ...["residual value after the run", "lease", "exchange rate", "building", "storage"],
  ...["management network", "experiments before the run"],
];

/** The cap nearest to its limit. */
function binding(question: PlanQuestion, option: PlanOption): string {
  const point = { ...option, highUsd: option.total.highUsd, yearHighUsd: dearestYearUsd(option) };
  const [tightest] = limitsOf(question)
    .map((limit) => ({ limit, used: limit.of(point) / limit.limit }))
    .sort((a, b) => b.used - a.used);
  if (tightest === undefined) return "none";
  const { limit, used } = tightest;
  const amount = limit.words(limit.of(point));
  return `${limit.name}: ${amount} of ${limit.words(limit.limit)} (margin ${percent(1 - used)})`;
}

/** By how much prices or speeds have to move for another option to be first. */
function flips(question: PlanQuestion, [first, ...others]: readonly PlanOption[]): string[] {
  if (first === undefined) return [];
  return others.flatMap((option, i) => {
    const ratio = first.total.midUsd / option.total.midUsd;
    if (ratio >= 1) return [`option ${i + 2} costs the same within rounding`];
    const what = question.basis === "rent" ? "an hour" : "its price";
    return [
      `option ${i + 2} becomes first if ${what} of it costs ${percent(1 - ratio)} less, if its ` +
        `steps are ${percent(1 - ratio)} shorter, or if option 1 costs ` +
        `${percent(1 / ratio - 1)} more`,
    ];
  });
}

/** The estimate everybody makes first, and the published run it misses. */
function sanity(question: PlanQuestion, first: PlanOption): string {
  const parameters = modelParameterCount(question.model);
  const peak = partOf(first.familyId).peakBf16FlopPerS;
  const naive = (6 * parameters * question.tokens) / (0.4 * peak) / 3600;
  const published =
    question.model.id === "llama-3-70b"
      ? " The published run of Llama 3 70B took 6.4 M hours of H100 for 15 T tokens " +
        "(model card), with all its stages."
      : "";
  return (
    `6 · parameters · tokens at 40 % of the peak would say ${significant(naive / 1e6)} M ` +
    `accelerator-hours; this plan takes ${significant(first.acceleratorS / 3600e6)} M at an MFU ` +
    `of ${percent(first.mfu)} and a goodput of ${percent(first.goodput)}.${published}`
  );
}

function beware(question: PlanQuestion, options: readonly PlanOption[]): string[] {
  const stale = [...new Set(options.flatMap(({ bill }) => bill.oldPrices))];
  const assumed = options.filter(({ familyId }) => partOf(familyId).tag === "assumed");
  const close = options.slice(1).filter((option) => option.whyNotFirst.includes("too close"));
  return [
    ...(close.length === 0
      ? []
      : [
          "Too close to call on cost: option 1 and " +
            `${close.map((option) => options.indexOf(option) + 1).join(", ")}.`,
        ]),
    ...(assumed.length === 0
      ? []
      : [
          "Rates of kernels are assumed, not measured, on " +
            `${[...new Set(assumed.map(({ cluster }) => cluster.split(",")[0]))].join(", ")}; ` +
            "their days have the wider range.",
        ]),
    ...(question.delivery === undefined
      ? ["Lead times are not in the catalog: availability of every option is unknown."]
      : []),
    "Rings of the layout ran on the links of each fabric, ranks in order on a cluster of their " +
      "own; other jobs beside it are not modeled.",
    `Failures: ${question.failures} rate, uncertain by a factor of 1.5 either way; restart ` +
      `${duration(question.restartS, 2)}.`,
    ...(stale.length === 0 ? [] : [`Prices older than 180 days: ${stale.join(", ")}.`]),
  ];
}

/** Lines to paste into a request for proposals: each is a floor of what was counted on. */
function acceptance(question: PlanQuestion, first: PlanOption): string[] {
  const part = partOf(first.familyId);
  const gb = (rate: number): string => `${fixed(rate / 1e9)} GB/s`;
  const { tp, pp, dp, globalBatch } = first.layout;
  const nicCount = Math.min(8, part.domainRanks);
  const outsideBytesPerS = CONSTANTS.nicShare * part.nicBytesPerS * nicCount;
  return [
    `Every accelerator: bf16 matrix product of 8192 × 8192 × 8192 at ` +
      `${fixed((0.95 * part.matmulBf16FlopPerS) / 1e12)} Tflop/s or more, for 10 minutes.`,
    `all_reduce over the ${Math.min(8, part.domainRanks)} accelerators of a node, 1 GiB: bus ` +
      `bandwidth of ${gb(0.95 * part.ringBytesPerS)} or more.`,
    `all_reduce over all ${fixed(first.acceleratorCount)} accelerators, 1 GiB: bus bandwidth of ` +
      `${gb(0.9 * Math.min(part.ringBytesPerS, outsideBytesPerS))} or more.`,
    `A step of ${question.model.name}, ${fixed(globalBatch)} sequences of ` +
      `${fixed(question.seqTokens)} tokens, tp ${tp}, pp ${pp}, dp ${dp}: ` +
      `${duration(first.stepS * 1.1)} or less, median of 100.`,
    `Three days without a stop longer than ${duration(question.restartS, 2)} after one failed ` +
      "node.",
  ];
}
