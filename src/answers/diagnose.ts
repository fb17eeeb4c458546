/**
 * `collective --measured LOG`: is my number normal? Each range of sizes against the law of
 * collectives on that machine; where one is slow, each fault's curve against the measured one,
 * the nearest first. The launch of the benchmark is free within a few microseconds, and so is
 * one factor for all sizes, at a price.
 */
import { at } from "../base/assert.ts";
import { Refusal } from "../base/errors.ts";
import { fixed, percent } from "../base/format.ts";
import { collectiveS } from "../network/measured/collective-law.ts";
import type { CollectiveCase, CollectiveKind } from "../network/measured/collective-case.ts";
import { domainRates } from "../network/measured/rates.ts";
import type { MeasuredLog, MeasuredRow } from "../records/measured-log.ts";
import type { Collective } from "../records/schedule.ts";
import type { FaultFit, MeasuredVerdict, RangeVerdict } from "../records/verdict.ts";
import { partOf } from "./accuracy/read-part.ts";
import { FAULTS } from "./diagnose-faults.ts";
import type { Machine } from "./diagnose-faults.ts";

/** What flags add to the log's header. */
export interface Told {
  readonly collective?: Collective;
  readonly rankCount?: number;
  readonly nodeCount?: number;
  readonly part?: string;
  /** One NIC's rate, and how many a node has. */
  readonly nicBytesPerS?: number;
  readonly nicCount?: number;
  readonly fabric?: string;
}

const KINDS: Partial<Readonly<Record<Collective, CollectiveKind>>> = {
  "all-reduce": "all_reduce",
  "all-gather": "all_gather",
  "reduce-scatter": "reduce_scatter",
  "all-to-all": "all_to_all",
  broadcast: "broadcast",
};

/** Extra time of a message across nodes, by the word for the fabric. */
export const FABRICS_S: Readonly<Record<string, number>> = {
  infiniband: 0,
  roce: 2e-6,
  efa: 22e-6,
  "efa-v1": 68e-6,
  tcp: 68e-6,
};

/** Half-widths of what is normal, tenth to ninetieth percentile: see docs/accuracy-collectives. */
const RANGES = [
  { name: "< 1 MiB", mostBytes: 2 ** 20, share: 0.3 },
  { name: "1–16 MiB", mostBytes: 2 ** 25, share: 0.18 },
  { name: "32–256 MiB", mostBytes: 2 ** 29, share: 0.1 },
  { name: "≥ 512 MiB", mostBytes: Infinity, share: 0.08 },
] as const;

export function machineOf(
  log: MeasuredLog,
  told: Told,
): { readonly machine: Machine; readonly assumed: readonly string[] } {
  const assumed: string[] = [];
  const collective = told.collective ?? log.collective;
  const ranks = told.rankCount ?? log.rankCount;
  const device = told.part ?? log.device;
  const missing = [
    ...(collective === undefined ? ["NAME, the collective"] : []),
    ...(ranks === undefined ? ["--ranks N"] : []),
    ...(device === undefined ? ["--part NAME"] : []),
  ];
  if (collective === undefined || ranks === undefined || device === undefined) {
    throw incomplete(log.file, missing);
  }
  const kind = KINDS[collective];
  if (kind === undefined) throw notMeasured(collective);
  const part = partOf(device);
  const nodes = told.nodeCount ?? log.nodeCount ?? 1;
  const isRack = part.domainRanks > 16;
  const domains = isRack ? 1 : nodes;
  if (domains > 1 && told.fabric === undefined) {
    throw incomplete(log.file, [`--fabric ${Object.keys(FABRICS_S).join("|")}`]);
  }
  const nicCount = told.nicCount ?? Math.min(8, Math.ceil(ranks / nodes));
  const nicBytesPerS = told.nicBytesPerS ?? part.nicBytesPerS;
  if (domains > 1 && told.nicBytesPerS === undefined) {
    assumed.push(`${fixed(nicCount)} NICs of the part's usual host`);
  }
  const given: CollectiveCase = {
    ...{ kind, ranks, domains, sizeBytes: 1, rates: domainRates(part.id) },
    nodeBytesPerS: nicCount * nicBytesPerS,
    crossingS: FABRICS_S[told.fabric ?? ""] ?? 0,
    ...{ harnessS: 1e-6, allowsInSwitch: true, isOneKernel: false },
  };
  return { machine: { given, nicCount }, assumed };
}

export function diagnose(log: MeasuredLog, told: Told): MeasuredVerdict {
  const { machine, assumed } = machineOf(log, told);
  const healthy = fitOf(log.rows, machine.given);
  const rows = log.rows.map(({ sizeBytes, timeS }) => ({
    ...{ sizeBytes, measuredS: timeS, expectedS: collectiveS({ ...machine.given, sizeBytes }) },
  }));
  const ranges = RANGES.flatMap((range, i): RangeVerdict[] => {
    const least = i === 0 ? 0 : at(RANGES, i - 1).mostBytes;
    const mine = rows.filter((row) => row.sizeBytes >= least && row.sizeBytes < range.mostBytes);
    if (mine.length === 0) return [];
    const sum = mine.reduce((all, row) => all + Math.log(row.measuredS / row.expectedS), 0);
    const ratio = Math.exp(sum / mine.length);
    const isSlow = ratio > 1 + range.share;
    const verdict = isSlow ? "slow" : ratio < 1 / (1 + range.share) ? "fast" : "normal";
    return [{ name: range.name, rows: mine.length, ratio, verdict }];
  });
  const isSlow = ranges.some(({ verdict }) => verdict === "slow");
  const faults = isSlow ? faultsOf(log.rows, machine, healthy.score) : [];
  return {
    ...{ file: log.file, rows, ranges, faults, assumed },
    sentence: sentenceOf(ranges, faults),
  };
}

interface Fit {
  readonly score: number;
  readonly errorShare: number;
}

const HARNESSES_S = [0.5e-6, 1e-6, 2e-6, 3e-6, 5e-6];
/** Standard deviations of a row and of a whole log. */
const ROW_SHARE = 0.06;
const LOG_SHARE = 0.05;

/** Σ (ln ratio − s)²/σ² + s²/σ_log², the least over the harness and the log's own factor s. */
function fitOf(rows: readonly MeasuredRow[], given: CollectiveCase): Fit {
  let best: Fit = { score: Infinity, errorShare: Infinity };
  for (const harnessS of HARNESSES_S) {
    const logs = rows.map(({ sizeBytes, timeS }) =>
      Math.log(timeS / collectiveS({ ...given, sizeBytes, harnessS })),
    );
    const sum = logs.reduce((all, one) => all + one, 0);
    const own = sum / (rows.length + (ROW_SHARE / LOG_SHARE) ** 2);
    const score =
      logs.reduce((all, one) => all + ((one - own) / ROW_SHARE) ** 2, 0) + (own / LOG_SHARE) ** 2;
    const size = logs.reduce((all, one) => all + Math.abs(one - own), 0);
    if (score < best.score) best = { score, errorShare: size / Math.max(1, rows.length) };
  }
  return best;
}

/** A fault must be much nearer than no fault, and pays for having several strengths. */
function faultsOf(
  rows: readonly MeasuredRow[],
  machine: Machine,
  healthyScore: number,
): readonly FaultFit[] {
  return FAULTS.flatMap((fault) => {
    const { name, words } = fault;
    const fits = fault.variants(machine).map((given) => fitOf(rows, given));
    const [first, ...rest] = fits;
    if (first === undefined) return [];
    const best = rest.reduce((a, b) => (b.score < a.score ? b : a), first);
    const score = best.score + 2 * Math.log(fits.length);
    return [{ fault: name, words, errorShare: best.errorShare, score }];
  })
    .filter(({ score }) => score < healthyScore - 4)
    .sort((a, b) => a.score - b.score)
    .map(({ fault, words, errorShare }) => ({ fault, words, errorShare }));
}

function sentenceOf(ranges: readonly RangeVerdict[], faults: readonly FaultFit[]): string {
  const odd = ranges.filter(({ verdict }) => verdict !== "normal");
  if (odd.length === 0) return "All ranges are normal for this machine.";
  const words = odd.map(({ name, ratio, verdict }) => {
    const factor = fixed(verdict === "slow" ? ratio : 1 / ratio, 2);
    return `${name} is ${factor} times ${verdict === "slow" ? "slower" : "faster"} than expected`;
  });
  const [best] = faults;
  const isSlow = odd.some(({ verdict }) => verdict === "slow");
  const cause =
    best === undefined
      ? isSlow
        ? "no fault that is known here explains it"
        : "no fault"
      : `nearest fault: ${best.words} (within ${percent(best.errorShare, 0)})`;
  return `${words.join("; ")}; ${cause}.`;
}

function incomplete(file: string, missing: readonly string[]): Refusal {
  return new Refusal({
    code: "incomplete-log",
    pointer: "",
    found: `${file}, whose header does not say all that is needed`,
    expected: missing.join(", "),
    nextStep: `say ${missing.join(" and ")}`,
  });
}

function notMeasured(collective: Collective): Refusal {
  return new Refusal({
    code: "unknown-collective",
    pointer: "",
    found: `a log of ${collective}`,
    expected: Object.keys(KINDS).join(", "),
    nextStep: "measure one of these",
  });
}
