/** The columns of collective tables: time, and the two bandwidths that follow from it. */
import { Refusal } from "../../base/errors.ts";
import type { CollectiveCase, CollectiveKind } from "../../network/measured/collective-law.ts";
import { collectiveS } from "../../network/measured/collective-law.ts";
import { domainRates } from "../../network/measured/rates.ts";
import type { Estimate } from "./prediction.ts";
import { nicBytesPerS, partOf } from "./read-part.ts";
import type { Row } from "./row.ts";
import { Assumptions, cell, number } from "./row.ts";

export const COLLECTIVE_COLUMNS = ["time_us", "algbw_GBps", "busbw_GBps"];

const KINDS: readonly (readonly [RegExp, CollectiveKind])[] = [
  [/all_?reduce/, "all_reduce"],
  [/all_?gather/, "all_gather"],
  [/reduce_?scatter/, "reduce_scatter"],
  [/all_?to_?all/, "all_to_all"],
  [/broadcast|^reduce/, "broadcast"],
];

/** A row as a case of the law, with what had to be assumed. */
export function collectiveCaseOf(row: Row): {
  readonly given: CollectiveCase;
  readonly assumed: readonly string[];
} {
  const assumptions = new Assumptions();
  const part = partOf(cell(row, "gpu"));
  const kind = kindOf(cell(row, "collective"));
  const ranks = assumptions.or(number(row, "ranks"), 8, "ranks");
  const sizeBytes = assumptions.or(number(row, "size_bytes"), 1e6, "size_bytes");
  const rates = domainRates(part.id);
  const perNode = Math.min(ranks, number(row, "ranks_per_node") ?? part.domainRanks);
  const isRack = part.domainRanks > 16 || cell(row, "intra_network").includes("NVL72");
  const domains = isRack ? 1 : Math.max(1, Math.round(ranks / perNode));
  const given = {
    ...{ kind, sizeBytes, ranks, domains, rates },
    nodeBytesPerS: nodeRate(row, part.nicBytesPerS * perNode, domains, assumptions),
    ...{ crossingS: crossingS(row, part.id), harnessS: harnessS(row) },
    allowsInSwitch: !/nvls off|^ring/i.test(cell(row, "algorithm")),
    isOneKernel: /msccl/i.test(cell(row, "library")),
  };
  return { given, assumed: assumptions.names };
}

export function predictCollective(row: Row): Readonly<Record<string, Estimate>> {
  const { given, assumed } = collectiveCaseOf(row);
  const { kind, sizeBytes, ranks, domains, rates } = given;
  const seconds = collectiveS(given);
  const spread = spreadOf(sizeBytes, domains, rates.isMeasured);
  const estimate = (value: number): Estimate => ({ value, logErrorShare: spread, assumed });
  const algorithm = sizeBytes / seconds / 1e9;
  return {
    time_us: estimate(seconds * 1e6),
    algbw_GBps: estimate(algorithm),
    busbw_GBps: estimate(algorithm * busFactor(kind, ranks)),
  };
}

function kindOf(text: string): CollectiveKind {
  const found = KINDS.find(([pattern]) => pattern.test(text.toLowerCase()))?.[1];
  if (found !== undefined) return found;
  throw new Refusal({
    code: "unknown-collective",
    pointer: "/collective",
    found: text === "" ? "no collective" : text,
    expected: "all_reduce, all_gather, reduce_scatter, all_to_all or broadcast",
    nextStep: "name one of them",
  });
}

/** As in nccl-tests. */
function busFactor(kind: CollectiveKind, ranks: number): number {
  if (kind === "broadcast") return 1;
  return ((kind === "all_reduce" ? 2 : 1) * (ranks - 1)) / ranks;
}

function nodeRate(row: Row, usual: number, domains: number, assumptions: Assumptions): number {
  const stated = nicBytesPerS(cell(row, "inter_network"), 1);
  if (stated === undefined && domains > 1) assumptions.add("NICs of the part's usual host");
  return stated ?? usual;
}

/** Extra time of a crossing: none on InfiniBand, most on the first cloud fabrics. */
function crossingS(row: Row, part: string): number {
  const words = cell(row, "inter_network");
  if (/efa/i.test(words)) return part.startsWith("a100") ? 68e-6 : 22e-6;
  if (/tcp/i.test(words)) return 68e-6;
  return 0;
}

/** A bare benchmark starts in a microsecond, one under a framework in twenty. */
function harnessS(row: Row): number {
  const words = `${cell(row, "library")} ${cell(row, "notes")}`;
  return /torch|vtrain|framework/i.test(words) ? 20e-6 : 1e-6;
}

function spreadOf(sizeBytes: number, domains: number, isMeasured: boolean): number {
  const ofSize = sizeBytes < 1 << 20 ? 0.12 : sizeBytes < 1 << 25 ? 0.1 : 0.05;
  return Math.hypot(ofSize, isMeasured ? 0 : 0.25, domains > 2 ? 0.3 : 0);
}
