/** Figures of a plan as its report writes them, the same in every section. */
import { fixed, significant } from "../base/format.ts";
import type { MoneyRange, PlanQuestion } from "../records/plan.ts";

const DAY_S = 86_400;

export const days = (seconds: number): string => fixed(seconds / DAY_S, 1);

export const tokenWords = (tokens: number): string =>
  tokens >= 1e12
    ? `${short(tokens / 1e12)}\u00a0T\u00a0tokens`
    : `${short(tokens / 1e9)}\u00a0B\u00a0tokens`;

const short = (value: number): string => significant(value).replace(/\.0+$/, "");

export const basisWords = ({ basis, rentKind }: PlanQuestion): string =>
  basis === "rent" ? `rent, ${rentKind}` : "purchase and energy of the run";

/** The cluster without its switches' names: "DGX B200, two-tier fat tree 1:1". */
export const shortName = (cluster: string): string =>
  cluster
    .split(",")
    .slice(0, 2)
    .join(",")
    .replace(/ of .*$/, "");

/** Millions with as many decimals as make three digits. */
export const decimalsOf = (usdAmount: number): number => (usdAmount < 9.95e6 ? 2 : 1);

/** "15.1", in million USD. */
export const inMillions = (amount: number): string => fixed(amount / 1e6, decimalsOf(amount));

export const mega = (amount: number): string => `${inMillions(amount)}\u00a0M\u00a0USD`;

export const rangeWords = ({ lowUsd, highUsd }: MoneyRange): string =>
  `${inMillions(lowUsd)} – ${inMillions(highUsd)}`;
