/** Which part a row's words mean, and what its NICs carry. */
import { Refusal } from "../../base/errors.ts";
import { suggest } from "../../base/suggest.ts";
import type { PartRow } from "../../workload/dense/parts.ts";
import { PART_ROWS } from "../../workload/dense/parts.ts";
import type { Assumptions, Row } from "./row.ts";
import { cell, number } from "./row.ts";

/** First match wins: the narrower words stand first. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/gb300/, "gb300-nvl72"],
  [/gb200/, "gb200-nvl72"],
  [/b300|blackwell ultra/, "b300-sxm"],
  [/b100/, "b100-sxm"],
  [/b200|blackwell|sm100/, "b200-sxm"],
  [/h200.?nvl/, "h200-nvl"],
  [/h200|gh200/, "h200-sxm"],
  [/h800/, "h800-sxm"],
  [/\bh20\b/, "h20-sxm"],
  [/h100.*(?:pcie|nvl)/, "h100-pcie"],
  [/h100.*500 ?w|h100.*hbm2e/, "h100-sxm-500w"],
  [/h100|sm90/, "h100-sxm"],
  [/a100.*pcie/, "a100-pcie-80"],
  [/a100.*-?40|a100.*40gb/, "a100-sxm-40"],
  [/a100|a800|ampere/, "a100-sxm-80"],
  [/v100/, "v100-sxm2-32"],
  [/mi355/, "mi355x"],
  [/mi350/, "mi350x"],
  [/mi325/, "mi325x"],
  [/mi30[08]/, "mi300x"],
  [/mi250/, "mi250x"],
  [/mi210/, "mi210"],
  [/mi100/, "mi100"],
  [/gaudi ?3|gaudi\(r\) 3/, "gaudi3"],
  [/gaudi ?2|gaudi\(r\) 2|gaudi/, "gaudi2"],
  [/a6000/, "a6000"],
  [/3090/, "rtx-3090-ti"],
  [/l40s?/, "l40s"],
  [/\bl4\b/, "l4"],
  [/tpu.?(?:7x|v7)|ironwood/, "tpu-v7"],
  [/tpu.?v6e|trillium/, "tpu-v6e"],
  [/tpu.?v5p/, "tpu-v5p"],
  [/tpu.?v5e|v5 ?lite/, "tpu-v5e"],
  [/tpu.?v4/, "tpu-v4"],
  [/tpu.?v3/, "tpu-v3"],
  [/trainium ?2|trn2/, "trainium2"],
  [/trainium|trn1|inferentia/, "trainium1"],
];

/** An id as it stands, else that of the first rule that reads the words. */
function idOf(words: string): string | undefined {
  if (PART_ROWS.some(({ id }) => id === words)) return words;
  return WORDS.find(([pattern]) => pattern.test(words))?.[1];
}

/** The part of a text; a Refusal that names the nearest one known. */
export function partOf(text: string): PartRow {
  const words = text.toLowerCase();
  const id = idOf(words);
  const found = PART_ROWS.find((part) => part.id === id);
  if (found !== undefined) return found;
  const ids = PART_ROWS.map((part) => part.id);
  const near = suggest(words, ids);
  throw new Refusal({
    code: "unknown-part",
    pointer: "/gpu",
    found: text === "" ? "no part" : `the part "${text}"`,
    expected: "a part whose rates are known",
    nextStep: near === undefined ? `name one of ${ids.join(", ")}` : `did you mean ${near}?`,
  });
}

/** Where a table names no part at all. */
const USUAL_PART = "a100-sxm-80";

/** Parts without rates of their own, and the one of their generation that stands for them. */
const COUSINS: readonly (readonly [RegExp, string])[] = [
  [/\ba40\b|\ba10g?\b/, "a6000"],
  [/\b4090\b|6000 ada/, "l40s"],
  [/\bt4\b/, "l4"],
  [/tpu.?v2/, "tpu-v3"],
  [/trainium ?3|trn3/, "trainium2"],
];

/** Where it names one that no rule reads: the nearest id, else the most usual part of today. */
const UNREAD_PART = "h100-sxm";

/** Accelerators of a host, where a row does not say; racks and pods are larger. */
const USUAL_NODE = 8;

/** Bridges join two or four cards; a ring over more of them goes through PCIe, generation 4. */
const BRIDGED_MAX = 4;
const PCIE_RING_BYTES_PER_S = 24e9;

/** The part with the node and the NICs of this row. */
export function readPart(row: Row, assumptions: Assumptions): PartRow {
  const part = knownPart(
    assumptions.or(cell(row, "gpu") || undefined, USUAL_PART, "gpu"),
    assumptions,
  );
  const perNode = number(row, "gpus_per_node") ?? Math.max(part.domainRanks, USUAL_NODE);
  const inRack = part.domainRanks > 16;
  const domainRanks = inRack ? part.domainRanks : perNode;
  const gpus = number(row, "gpus") ?? 1;
  const rate = nicBytesPerS(cell(row, "network"), inRack ? 1 : perNode);
  const isCrossing = gpus > domainRanks;
  if (isCrossing && rate === undefined && part.family !== "tpu" && part.domainRanks <= 16) {
    // The usual NICs of the part; they are first-order only without overlap.
    assumptions.add("network of the part's usual host");
  }
  const isBridged = part.domainRanks < Math.min(perNode, gpus) && part.domainRanks <= BRIDGED_MAX;
  const ringBytesPerS = isBridged
    ? Math.min(part.ringBytesPerS, PCIE_RING_BYTES_PER_S)
    : part.ringBytesPerS;
  return { ...part, domainRanks, ringBytesPerS, nicBytesPerS: rate ?? part.nicBytesPerS };
}

function knownPart(text: string, assumptions: Assumptions): PartRow {
  const words = text.toLowerCase();
  const id = idOf(words);
  if (id !== undefined) return partOf(id);
  const cousin = COUSINS.find(([pattern]) => pattern.test(words))?.[1];
  const ids = PART_ROWS.map((part) => part.id);
  const near = cousin ?? suggest(words, ids) ?? UNREAD_PART;
  assumptions.add(`gpu ${near} for "${text}"`);
  return partOf(near);
}

const GBIT = 1e9 / 8;

/** "8x 400G", "4x ConnectX-7 IB NDR 400 Gb/s", "8x HDR200", "8 AMD AI NICs (…, 400 Gb/s class)". */
const MANY: readonly RegExp[] = [
  /(?<![\d.])(\d+) ?x(?!large) ?[^,;()]*?(\d{2,3}) ?(?:G\b|Gb|IB|Gbit)/gi,
  /(?<![\d.])(\d+) ?x ?[^,;()]*(?:CX-?\d|ConnectX|InfiniBand|NIC|RoCE)[^,;()]*\((\d{2,3}) ?G/gi,
  /(\d+) ?x ?(?:HDR|NDR|XDR) ?(\d{3})/gi,
  /(\d+) [^,;()]*NICs? \([^)]*?(\d{2,3}) ?Gb/gi,
];

/** More than this many are ports of a switch. */
const NICS_MAX = 16;

/** Bytes per second of each accelerator's share of the network. */
export function nicBytesPerS(text: string, perNode: number): number | undefined {
  // Links of a torus are not NICs.
  if (/\bICI\b/.test(text)) return undefined;
  const perGpu = /(\d+) ?G(?:b\/s)? per GPU/i.exec(text)?.[1];
  if (perGpu !== undefined) return Number(perGpu) * GBIT;
  const bus = /PCIe-NIC: (\d+) ?GB\/s/.exec(text)?.[1];
  if (bus !== undefined) return (Number(bus) * 1e9) / perNode;
  const terabit = /(\d+(?:\.\d+)?) ?Tb\/s/i.exec(text)?.[1];
  if (terabit !== undefined) return (Number(terabit) * 1000 * GBIT) / perNode;
  // A host has other NICs for management and storage: the fastest set computes.
  const sets = MANY.flatMap((pattern) => [...text.matchAll(pattern)]);
  const counted = sets.filter(([, count]) => Number(count) <= NICS_MAX);
  const rates = counted.map(([, count, rate]) => Number(count) * Number(rate));
  if (rates.length > 0) return (Math.max(...rates) * GBIT) / perNode;
  const whole = (/(\d{2,4}) ?G(?:b\/s|bE|\b)/i.exec(text) ?? /(\d{2,4}) ?Gb\b/.exec(text))?.[1];
  return whole === undefined ? undefined : (Number(whole) * GBIT) / perNode;
}
