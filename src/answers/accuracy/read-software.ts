/**
 * How a named framework runs a step: read from its name, its release and what the row's free
 * text says about overlap, kernels and gradients. What no rule knows is assumed and named.
 */
import type { PartRow } from "../../workload/dense/parts.ts";
import type { DenseSoftware } from "../../workload/dense/types.ts";
import type { Assumptions, Row } from "./row.ts";
import { cell } from "./row.ts";

/** Generations of fused attention kernels: the first, FlashAttention-2, -3 and cuDNN, -4. */
const BEST_KERNEL: Readonly<Record<string, number>> = { volta: 1, ampere: 2, hopper: 3 };

type Ops = "eager" | "unfused" | "fused";

interface SoftwareName {
  /** Its ops: launched one by one, unfused but for the products, or fused. */
  readonly ops: Ops;
  /** Generation of its attention kernel; 0: products and scores, Infinity: the part's best. */
  readonly kernel: number;
  readonly overlapsTensor: boolean;
  readonly overlapsData: boolean;
}

const NEWEST = Number.POSITIVE_INFINITY;
const named = (
  ops: Ops,
  kernel: number,
  overlapsTensor = false,
  overlapsData = true,
): SoftwareName => ({ ops, kernel, overlapsTensor, overlapsData });

/** A training stack before fused kernels and flash attention. */
const BEFORE_FLASH = named("unfused", 0, false, false);

/** What an undated release of Megatron most likely was: as old as the part it ran on. */
const MEGATRON_OF: Readonly<Record<string, SoftwareName>> = {
  ...{ volta: BEFORE_FLASH, ampere: BEFORE_FLASH, hopper: named("eager", 2, true) },
};
const MEGATRON = named("fused", NEWEST, true);

/** First match wins; the text holds framework, precision and notes. */
const RULES: readonly (readonly [RegExp, SoftwareName])[] = [
  [/megatron-lm 202[12]|baseline megatron-lm/, BEFORE_FLASH],
  // A published ablation adds one thing after the other; each line keeps those above it.
  [/\+parallel block|\+sliding/, BEFORE_FLASH],
  [/\+[tp]p overlap/, named("unfused", 0, true, false)],
  [/\+dp overlap/, named("unfused", 0, true)],
  [/megascale|\+efficient|\+misc|\+lamb/, named("fused", 2, true)],
  [/megatron-deepspeed|deepspeed\+megatron|metaseq|megatron 23\.04/, named("eager", 0)],
  [/megatron-lm 202[56].*no overlap/, named("fused", NEWEST, false, false)],
  [/megatron-bridge/, named("fused", NEWEST, true)],
  [/megatron-core r0\.[0-8]/, named("eager", 2, true)],
  // Submissions to a contest name the container's release; their kernels are tuned.
  [/\brelease 2[3-9]\.\d\d|pytorch 2[3-9]\.\d\d/, named("fused", NEWEST, true)],
  [/\bnemo (?:framework )?(?:nvidia )?(?:release )?23|nemo megatron/, named("eager", 2, true)],
  [/\bnemo 24|release 24/, named("unfused", NEWEST, true)],
  [/\bnemo\b|ngc/, named("fused", NEWEST, true)],
  [/primus|rocm|llmboost/, named("fused", NEWEST)],
  [/composer|foundry/, named("fused", 1)],
  [/fms-fsdp|compile.*(?:2024|\bfsdp)/, named("fused", 2)],
  [/torchtitan 202[56]/, named("fused", 3)],
  [/torchtitan.*compile|compile.*torchtitan/, named("fused", 2)],
  [/torchtitan|meta internal/, named("eager", 2)],
  [/internevo/, named("eager", 2)],
  [/maxtext|axlearn|paxml|levanter|pax|jax|neuron/, named("fused", NEWEST)],
  [/dualpipe/, named("fused", NEWEST, true)],
  [/deepspeed|hugging|accelerate|fsdp|pytorch/, named("eager", 2)],
];

/** Stacks that compile whole graphs have no gaps between launches, whatever their front end. */
const COMPILED_FAMILIES: readonly string[] = ["tpu", "trainium", "gaudi"];

const GUESS = named("fused", NEWEST);

export function softwareText(row: Row): string {
  return ["framework", "precision", "notes", "model"]
    .map((column) => cell(row, column))
    .join(" | ")
    .toLowerCase();
}

export function readSoftware(row: Row, part: PartRow, assumptions: Assumptions): DenseSoftware {
  const text = softwareText(row);
  const rule = ruleOf(text, part);
  if (rule === undefined) assumptions.add("software profile: fused, newest kernels");
  const { ops, kernel, overlapsTensor, overlapsData } = rule ?? GUESS;
  const best = BEST_KERNEL[part.family] ?? (part.family === "blackwell" ? 4 : 0);
  const release = bridgeRelease(text);
  const noOverlap = /no overlap|all tp\/dp\/pp overlap off/.test(text);
  return {
    isFused: ops === "fused" || COMPILED_FAMILIES.includes(part.family),
    isEager: ops === "eager" && !COMPILED_FAMILIES.includes(part.family),
    isEarly: release > 0 && release < 26.03,
    attentionLagGenerations: kernel === 0 ? 0 : Math.max(0, best - kernel),
    hasFlashAttention: kernel > 0 || /flash attention/.test(text),
    overlapsTensor:
      (overlapsTensor || part.family === "tpu" || /async.?tp|tp-comm-overlap/.test(text)) &&
      !noOverlap,
    overlapsData: overlapsData && !noOverlap,
    hasGraphs: /cuda.?graph/.test(text) || COMPILED_FAMILIES.includes(part.family),
    gradientBytes: /fp32 gradients|megatron-core r0/.test(text) ? 4 : 2,
    // Bridge fuses routing and permuting, and captures their launches, from 26.06 on.
    hasFusedExperts: release === 0 ? !waitsForTokens(text) : release >= 26.05,
    ...(/dualpipe/.test(text) ? { overlapsExperts: true } : {}),
  };
}

/** A listed series of changes, before the one that spares the host waiting for token counts. */
function waitsForTokens(text: string): boolean {
  return /\bbaseline\b|\+[\w-]* ?(?:loss )?fusion/.test(text) && !/deepep|sync.?free/.test(text);
}

function ruleOf(text: string, part: PartRow): SoftwareName | undefined {
  const rule = RULES.find(([pattern]) => pattern.test(text))?.[1];
  if (rule !== undefined || !text.includes("megatron")) return rule;
  return MEGATRON_OF[part.family] ?? MEGATRON;
}

/** 26.02 of "Megatron-Bridge 26.02.01 NeMo Container"; 0 for other frameworks. */
function bridgeRelease(text: string): number {
  const found = /megatron-bridge \D*(\d\d\.\d\d)/.exec(text)?.[1];
  return found === undefined ? 0 : Number(found);
}
