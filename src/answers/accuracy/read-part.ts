/** Which part a row's words mean, and what its NICs carry. */
import { present } from "../../base/assert.ts";
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
  [/b200|blackwell|sm100/, "b200-sxm"],
  [/h200.?nvl/, "h200-nvl"],
  [/h200|gh200/, "h200-sxm"],
  [/h800/, "h800-sxm"],
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
  [/trainium|trn1|inferentia/, "trainium1"],
];

/** The part of a text; a Refusal that names the nearest one known. */
export function partOf(text: string): PartRow {
  const words = text.toLowerCase();
  const id = WORDS.find(([pattern]) => pattern.test(words))?.[1];
  const found = PART_ROWS.find((part) => part.id === id || part.id === words);
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

/** The part with the node and the NICs of this row. */
export function readPart(row: Row, assumptions: Assumptions): PartRow {
  const part = partOf(assumptions.or(cell(row, "gpu") || undefined, USUAL_PART, "gpu"));
  const perNode = number(row, "gpus_per_node") ?? part.domainRanks;
  const inRack = part.domainRanks > 16;
  const domainRanks = inRack ? part.domainRanks : perNode;
  const gpus = number(row, "gpus") ?? 1;
  const rate = nicBytesPerS(cell(row, "network"), inRack ? 1 : perNode);
  const isCrossing = gpus > domainRanks;
  if (isCrossing && rate === undefined && part.family !== "tpu" && part.domainRanks <= 16) {
    // The usual NICs of the part; they are first-order only without overlap.
    assumptions.add("network of the part's usual host");
  }
  return { ...part, domainRanks, nicBytesPerS: rate ?? part.nicBytesPerS };
}

const GBIT = 1e9 / 8;

/** Bytes per second of each accelerator's share of the network. */
export function nicBytesPerS(text: string, perNode: number): number | undefined {
  const perGpu = /(\d+) ?G(?:b\/s)? per GPU/i.exec(text)?.[1];
  if (perGpu !== undefined) return Number(perGpu) * GBIT;
  const terabit = /(\d+(?:\.\d+)?) ?Tb\/s/i.exec(text)?.[1];
  if (terabit !== undefined) return (Number(terabit) * 1000 * GBIT) / perNode;
  const many = /(?<![\d.])(\d+) ?x(?!large) ?[^,;()]*?(\d{2,3}) ?(?:G\b|Gb|IB|Gbit)/i.exec(text);
  if (many !== null) {
    return (Number(present(many[1], "count")) * Number(present(many[2], "rate")) * GBIT) / perNode;
  }
  const hdr = /(\d+) ?x ?(?:HDR|NDR|XDR) ?(\d{3})/i.exec(text);
  if (hdr !== null) return (Number(hdr[1]) * Number(hdr[2]) * GBIT) / perNode;
  const whole = (/(\d{2,4}) ?G(?:b\/s|bE|\b)/i.exec(text) ?? /(\d{2,4}) ?Gb\b/.exec(text))?.[1];
  return whole === undefined ? undefined : (Number(whole) * GBIT) / perNode;
}
