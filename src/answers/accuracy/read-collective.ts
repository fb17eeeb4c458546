/** A row of a collective table as a case of the law, by rules on its words. */
import { Refusal } from "../../base/errors.ts";
import type {
  CollectiveCase,
  CollectiveKind,
  Forced,
} from "../../network/measured/collective-case.ts";
import { fabricRow } from "../../network/measured/fabrics.ts";
import type { DomainRates } from "../../network/measured/rates.ts";
import { domainRates, pcieRates } from "../../network/measured/rates.ts";
import type { PartRow } from "../../workload/dense/parts.ts";
import { nicBytesPerS, partOf } from "./read-part.ts";
import type { Row } from "./row.ts";
import { Assumptions, cell, number } from "./row.ts";

const KINDS: readonly (readonly [RegExp, CollectiveKind])[] = [
  [/all[_ -]?reduce/, "all_reduce"],
  [/all[_ -]?gather/, "all_gather"],
  [/reduce[_ -]?scatter/, "reduce_scatter"],
  [/all[_ -]?to[_ -]?all/, "all_to_all"],
  [/broad?cast|^reduce/, "broadcast"],
  [/gather|scatter/, "gather"],
  [/send|recv|p2p|point/, "send_receive"],
];

export interface CollectiveReading {
  readonly given: CollectiveCase;
  readonly assumed: readonly string[];
}

export function collectiveCaseOf(row: Row): CollectiveReading {
  const assumptions = new Assumptions();
  const part = partOf(assumptions.or(cell(row, "gpu") || undefined, "h100-sxm", "gpu"));
  const kind = kindOf(cell(row, "collective"));
  const ranks = Math.max(1, Math.round(assumptions.or(number(row, "ranks"), 8, "ranks")));
  const sizeBytes = assumptions.or(number(row, "size_bytes"), 1e6, "size_bytes");
  const words = cell(row, "inter_network");
  const perDomain = domainRanks(row, part, ranks);
  const domains = Math.ceil(ranks / perDomain);
  const isOldHost = part.family === "volta" || part.family === "ampere";
  const fabric = fabricRow(words, isOldHost);
  if (domains > 1 && fabric === undefined) assumptions.add("a fabric that adds nothing");
  const { nicShare, lines, crossingS = 0 } = fabric ?? {};
  const forced = forcedOf(cell(row, "algorithm"));
  const given = {
    ...{ kind, sizeBytes, ranks, domains, rates: ratesOf(row, part) },
    nodeBytesPerS: domainNicRate(row, part, ranks / domains, domains, assumptions),
    ...{ crossingS, harnessS: harnessS(row, isOldHost && domains === 1) },
    ...(nicShare === undefined ? {} : { nicShare }),
    ...(lines === undefined ? {} : { lines }),
    ...(/sharp/i.test(words) ? { reducesInNetwork: true } : {}),
    allowsInSwitch: !/nvls off|^ring|^tree/i.test(cell(row, "algorithm")),
    isOneKernel: /msccl/i.test(cell(row, "library")),
    ...(forced === undefined ? {} : { forced }),
  };
  return { given, assumed: assumptions.names };
}

function kindOf(text: string): CollectiveKind {
  const found = KINDS.find(([pattern]) => pattern.test(text.toLowerCase()))?.[1];
  if (found !== undefined) return found;
  throw new Refusal({
    code: "unknown-collective",
    pointer: "/collective",
    found: text === "" ? "no collective" : text,
    expected: "all_reduce, all_gather, reduce_scatter, all_to_all, broadcast, reduce or send_recv",
    nextStep: "name one of them",
  });
}

/** Ranks that the scale-up fabric joins: a rack unless its links are off, else a node. */
function domainRanks(row: Row, part: PartRow, ranks: number): number {
  const nodes = number(row, "nodes");
  const stated = number(row, "ranks_per_node") ?? (nodes && Math.ceil(ranks / nodes));
  const words = `${cell(row, "intra_network")} ${cell(row, "inter_network")}`;
  const isCut = /nvlink (?:disabled|off)|no (?:mn)?nvlink/i.test(words);
  const isRack = part.domainRanks > 16 || words.includes("NVL72");
  if (isRack && !isCut) return Math.min(ranks, Math.max(part.domainRanks, stated ?? 0));
  const usual = isRack ? 4 : part.domainRanks;
  return Math.max(1, Math.min(ranks, Math.floor(stated ?? usual)));
}

/** Inside a domain: the links of the part, or the bus that the row names. */
function ratesOf(row: Row, part: PartRow): DomainRates {
  const generation = /pcie ?(?:gen)? ?([345])/i.exec(cell(row, "intra_network"))?.[1];
  if (generation !== undefined) return pcieRates(part.id, Number(generation));
  return domainRates(part.id, part.ringBytesPerS);
}

/** Accelerators of a usual host. */
function hostRanks({ domainRanks }: PartRow): number {
  return domainRanks > 16 ? 4 : Math.max(4, domainRanks);
}

/** All NICs that the ranks of a domain use; a rank alone in its node uses its own share. */
function domainNicRate(
  row: Row,
  part: PartRow,
  perDomain: number,
  domains: number,
  assumptions: Assumptions,
): number {
  const words = cell(row, "inter_network");
  const stated = nicBytesPerS(words, 1);
  if (stated === undefined) {
    if (domains > 1) assumptions.add("NICs of the part's usual host");
    return part.nicBytesPerS * perDomain;
  }
  const isSingle = /single/i.test(words);
  return isSingle ? stated : (stated * perDomain) / hostRanks(part);
}

const FORCED: readonly (readonly [RegExp, Forced])[] = [
  [/ring.*ll128/i, "ring-128"],
  [/tree.*ll128/i, "tree-128"],
  [/\bll\b/i, "low-latency"],
  [/nvls ?tree/i, "in-switch"],
  [/tree/i, "tree"],
  [/ring.*(?:simple|forced)/i, "ring"],
];

/** An algorithm with its protocol; a ring that a tuner took keeps its choice of protocol. */
function forcedOf(words: string): Forced | undefined {
  return FORCED.find(([pattern]) => pattern.test(words))?.[1];
}

/**
 * A bare benchmark starts in a microsecond, one under a framework in twenty, and hosts of
 * Ampere and before in fifteen: medians of what published series add to their smallest message.
 */
function harnessS(row: Row, isOldHost: boolean): number {
  const words = `${cell(row, "library")} ${cell(row, "notes")}`;
  if (/torch|vtrain|framework/i.test(words)) return 20e-6;
  if (/msccl|graph launch/i.test(`${words} ${cell(row, "algorithm")}`)) return 1e-6;
  return isOldHost ? 15e-6 : 1e-6;
}
