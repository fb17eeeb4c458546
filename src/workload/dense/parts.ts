/**
 * What accelerators reach, with where each figure comes from.
 *
 * Rates of matmuls are the best large matmul measured on the part; where nobody published
 * one, the family's median share of the peak, tagged `assumed`. Attention is the newest fused
 * kernel at infinite length; rings are bus bandwidths of all-reduces inside the domain.
 */
import type { PartRates } from "./types.ts";

export interface PartRow extends PartRates {
  readonly source: string;
  readonly tag: "measured" | "fitted" | "assumed";
}

const T = 1e12;
const G = 1e9;
const BEST = "stas00/ml-engineering best matmuls (MAMF), vendor data sheets for the rest";
const GUESS = "vendor data sheet; matmul and attention from the family's median share of peak";

interface Given {
  readonly family: string;
  /** TFLOP/s: peak bf16, peak fp8, peak fp4, best bf16, best fp8, attention, its narrow heads. */
  readonly tera: readonly [number, number, number, number, number, number, number];
  /** GB and GB/s: capacity, memory rate, ring, NIC. */
  readonly giga: readonly [number, number, number, number];
  readonly sms: number;
  readonly power: readonly [boardW: number, fullClockW: number];
  readonly domain: number;
  readonly tag?: PartRow["tag"];
  readonly hasArmHost?: boolean;
}

function part(id: string, given: Given): PartRow {
  const [peak, peak8, peak4, best, best8, attention, narrow] = given.tera;
  const [capacity, memory, ring, nic] = given.giga;
  const tag = given.tag ?? "measured";
  return {
    id,
    family: given.family,
    peakBf16FlopPerS: peak * T,
    peakFp8FlopPerS: peak8 * T,
    peakFp4FlopPerS: peak4 * T,
    matmulBf16FlopPerS: best * T,
    matmulFp8FlopPerS: best8 * T,
    attentionFlopPerS: attention * T,
    narrowAttentionFlopPerS: narrow * T,
    memoryBytes: capacity * G,
    memoryBytesPerS: memory * G,
    ringBytesPerS: ring * G,
    nicBytesPerS: nic * G,
    multiprocessors: given.sms,
    boardW: given.power[0],
    fullClockW: given.power[1],
    domainRanks: given.domain,
    ...(given.hasArmHost === true ? { hasArmHost: true } : {}),
    source: tag === "assumed" ? GUESS : BEST,
    tag,
  };
}

const ampere = { family: "ampere", sms: 108, power: [400, 0], domain: 8 } as const;
const hopper = { family: "hopper", sms: 132, power: [700, 700], domain: 8 } as const;
const cdna = { family: "cdna", sms: 304, power: [750, 0], domain: 8 } as const;
const tpu = { family: "tpu", sms: 0, power: [0, 0], tag: "assumed" } as const;

export const PART_ROWS: readonly PartRow[] = [
  part("v100-sxm2-32", {
    ...{ family: "volta", sms: 80, power: [300, 0], domain: 8, tag: "assumed" },
    ...{ tera: [125, 0, 0, 97.5, 0, 40, 40], giga: [32, 898, 134, 12.5] },
  }),
  part("a100-pcie-80", {
    ...{ ...ampere, power: [300, 400], domain: 2, tag: "assumed" },
    ...{ tera: [312, 0, 0, 271.2, 0, 194, 176], giga: [80, 1935, 200, 12.5] },
  }),
  part("a100-sxm-40", {
    ...ampere,
    ...{ tera: [312, 0, 0, 271.2, 0, 194, 176], giga: [40, 1555, 235, 25] },
  }),
  part("a100-sxm-80", {
    ...ampere,
    ...{ tera: [312, 0, 0, 271.2, 0, 194, 176], giga: [80, 2039, 235, 25] },
  }),
  part("h100-sxm", {
    ...hopper,
    ...{ tera: [989, 1979, 0, 794.5, 1402.6, 600, 510], giga: [80, 3350, 368, 50] },
  }),
  part("h100-sxm-500w", {
    ...{ ...hopper, power: [500, 700] },
    ...{ tera: [989, 1979, 0, 794.5, 1402.6, 429, 365], giga: [96, 2400, 368, 50] },
  }),
  part("h100-pcie", {
    ...{ ...hopper, sms: 114, power: [350, 700], domain: 2, tag: "assumed" },
    ...{ tera: [756, 1513, 0, 607, 1072, 459, 390], giga: [80, 2000, 200, 25] },
  }),
  part("h20-sxm", {
    ...{ ...hopper, sms: 78, power: [400, 0], tag: "assumed" },
    ...{ tera: [148, 296, 0, 137, 252, 111, 95], giga: [96, 4000, 368, 50] },
  }),
  part("h800-sxm", {
    ...{ ...hopper, tag: "assumed" },
    ...{ tera: [989, 1979, 0, 794.5, 1402.6, 600, 510], giga: [80, 3350, 160, 50] },
  }),
  part("h200-sxm", {
    ...hopper,
    ...{ tera: [989, 1979, 0, 794.5, 1453.4, 600, 510], giga: [141, 4800, 368, 50] },
  }),
  part("h200-nvl", {
    ...{ ...hopper, power: [600, 700], domain: 4, tag: "assumed" },
    ...{ tera: [835, 1671, 0, 671, 1228, 514, 437], giga: [141, 4800, 368, 50] },
  }),
  part("b100-sxm", {
    ...{ family: "blackwell", sms: 144, power: [700, 1450], domain: 8, tag: "assumed" },
    ...{ tera: [1750, 3500, 7000, 1365, 2555, 1000, 850], giga: [180, 8000, 682, 50] },
  }),
  part("b200-sxm", {
    ...{ family: "blackwell", sms: 148, power: [1000, 1450], domain: 8 },
    ...{ tera: [2250, 4500, 9000, 1745, 3432.5, 1192, 1013], giga: [180, 8000, 682, 50] },
  }),
  part("b300-sxm", {
    ...{ family: "blackwell", sms: 148, power: [1100, 1450], domain: 8, tag: "assumed" },
    ...{ tera: [2250, 4500, 13500, 1769, 3353.3, 1311, 1114], giga: [288, 8000, 682, 100] },
  }),
  part("gb200-nvl72", {
    ...{ family: "blackwell", sms: 152, power: [1200, 1450], domain: 72, hasArmHost: true },
    ...{ tera: [2500, 5000, 10000, 1822, 3615.6, 1430, 1216], giga: [186, 8000, 682, 50] },
  }),
  part("gb300-nvl72", {
    ...{ family: "blackwell", sms: 152, power: [1400, 1450], domain: 72, hasArmHost: true },
    ...{ tera: [2500, 5000, 15000, 1850, 3725, 1668, 1418], giga: [288, 8000, 682, 100] },
  }),
  part("mi100", {
    ...{ ...cdna, sms: 120, power: [300, 0], tag: "assumed" },
    ...{ tera: [184.6, 0, 0, 111, 0, 50, 50], giga: [32, 1229, 100, 12.5] },
  }),
  part("mi210", {
    ...{ ...cdna, sms: 104, power: [300, 0], tag: "assumed" },
    ...{ tera: [181, 0, 0, 109, 0, 60, 60], giga: [64, 1638, 100, 12.5] },
  }),
  part("mi250x", {
    ...{ ...cdna, sms: 208, power: [500, 0], tag: "assumed" },
    ...{ tera: [383, 0, 0, 230, 0, 120, 120], giga: [128, 3280, 245, 25] },
  }),
  part("mi300x", {
    ...{ ...cdna, tag: "assumed" },
    ...{ tera: [1307, 2615, 0, 668.4, 990, 500, 450], giga: [192, 5300, 314, 50] },
  }),
  part("mi325x", {
    ...{ ...cdna, power: [1000, 0], tag: "assumed" },
    ...{ tera: [1307, 2615, 0, 784.9, 1180, 590, 530], giga: [256, 6000, 314, 50] },
  }),
  part("mi350x", {
    ...{ ...cdna, sms: 256, power: [1000, 0], tag: "assumed" },
    ...{ tera: [2300, 4600, 9200, 1430, 2860, 1070, 960], giga: [288, 8000, 375, 50] },
  }),
  part("mi355x", {
    ...{ ...cdna, sms: 256, power: [1400, 0], tag: "assumed" },
    ...{ tera: [2516, 5033, 10066, 1565, 3130, 1170, 1050], giga: [288, 8000, 375, 50] },
  }),
  part("gaudi2", {
    ...{ family: "gaudi", sms: 0, power: [600, 0], domain: 8, tag: "assumed" },
    ...{ tera: [432, 865, 0, 418.7, 800, 210, 210], giga: [96, 2460, 210, 37.5] },
  }),
  part("gaudi3", {
    ...{ family: "gaudi", sms: 0, power: [900, 0], domain: 8, tag: "assumed" },
    ...{ tera: [1677, 1677, 0, 1243, 1290, 620, 620], giga: [128, 3700, 420, 75] },
  }),
  part("a6000", {
    ...{ family: "ampere", sms: 84, power: [300, 0], domain: 2, tag: "assumed" },
    ...{ tera: [155, 0, 0, 116, 0, 80, 75], giga: [48, 768, 40, 12.5] },
  }),
  part("rtx-3090-ti", {
    ...{ family: "ampere", sms: 84, power: [450, 0], domain: 1, tag: "assumed" },
    ...{ tera: [160, 0, 0, 80, 0, 55, 50], giga: [24, 1008, 12, 12.5] },
  }),
  part("l40s", {
    ...{ family: "ada", sms: 142, power: [350, 0], domain: 1, tag: "assumed" },
    ...{ tera: [362, 733, 0, 240, 440, 160, 150], giga: [48, 864, 24, 25] },
  }),
  part("l4", {
    ...{ family: "ada", sms: 58, power: [72, 0], domain: 1, tag: "assumed" },
    ...{ tera: [121, 242, 0, 70, 130, 45, 45], giga: [24, 300, 12, 12.5] },
  }),
  part("tpu-v3", {
    ...{ ...tpu, domain: 1024 },
    ...{ tera: [123, 0, 0, 111, 0, 60, 60], giga: [32, 900, 140, 3] },
  }),
  part("tpu-v4", {
    ...{ ...tpu, domain: 4096 },
    ...{ tera: [275, 0, 0, 247, 0, 130, 130], giga: [32, 1200, 270, 3] },
  }),
  part("tpu-v5e", {
    ...{ ...tpu, domain: 256 },
    ...{ tera: [197, 0, 0, 193, 0, 100, 100], giga: [16, 819, 180, 2] },
  }),
  part("tpu-v5p", {
    ...{ ...tpu, domain: 8960 },
    ...{ tera: [459, 459, 0, 448.6, 448.6, 224, 224], giga: [95, 2765, 540, 3] },
  }),
  part("tpu-v6e", {
    ...{ ...tpu, domain: 256 },
    ...{ tera: [918, 918, 0, 753, 753, 413, 413], giga: [32, 1638, 180, 3] },
  }),
  part("tpu-v7", {
    ...{ ...tpu, domain: 9216 },
    ...{ tera: [2307, 4614, 0, 2076, 4150, 900, 900], giga: [192, 7370, 540, 12] },
  }),
  part("trainium2", {
    ...{ family: "trainium", sms: 0, power: [0, 0], domain: 64, tag: "assumed" },
    ...{ tera: [667, 1299, 0, 490, 957, 210, 210], giga: [96, 2900, 300, 25] },
  }),
  part("trainium1", {
    ...{ family: "trainium", sms: 0, power: [0, 0], domain: 16, tag: "assumed" },
    ...{ tera: [190, 190, 0, 140, 140, 60, 60], giga: [32, 820, 150, 6.25] },
  }),
];
