/** Every rate of the part and every constant of the law moved by 10 % either way. */
import type { Sensitivity } from "../../records/result.ts";
import type { LayoutRequest } from "../../records/large-step.ts";
import { CONSTANT_ROWS, CONSTANTS } from "../../workload/dense/constants.ts";
import type { PartRow } from "../../workload/dense/parts.ts";
import type { LargeCase } from "./evaluate.ts";
import { evaluate } from "./evaluate.ts";

const MOVE = 0.1;
const SHOWN = 5;
/** Below this an input does not move the answer. */
const INERT = 0.001;

type Rate =
  | (keyof PartRow &
      (
        "matmulBf16FlopPerS" | "matmulFp8FlopPerS" | "attentionFlopPerS" | "narrowAttentionFlopPerS"
      ))
  | "memoryBytesPerS"
  | "ringBytesPerS"
  | "nicBytesPerS"
  | "boardW";

const RATES: readonly (readonly [Rate, string])[] = [
  ["matmulBf16FlopPerS", "best large bf16 matmul"],
  ["matmulFp8FlopPerS", "best large fp8 matmul"],
  ["attentionFlopPerS", "attention kernel at infinite length"],
  ["narrowAttentionFlopPerS", "attention kernel of narrow heads"],
  ["memoryBytesPerS", "memory rate"],
  ["ringBytesPerS", "ring in the scale-up domain"],
  ["nicBytesPerS", "network port of an accelerator"],
  ["boardW", "power limit of the board"],
];

export interface Moved {
  readonly sensitivities: readonly Sensitivity[];
  readonly insensitive: readonly string[];
}

export function moved(about: LargeCase, request: Required<LayoutRequest>): Moved {
  const base = evaluate(about, request).stepTimeS;
  const ratio = (changed: Partial<LargeCase>): number =>
    evaluate({ ...about, ...changed }, request).stepTimeS / base - 1;
  const { part } = about;
  const constants = about.constants ?? CONSTANTS;
  const found: Sensitivity[] = [];
  const add = (name: string, pointer: string, by: (factor: number) => Partial<LargeCase>) => {
    const whenLower = ratio(by(1 - MOVE));
    const whenHigher = ratio(by(1 + MOVE));
    const swing = Math.max(Math.abs(whenLower), Math.abs(whenHigher));
    found.push({ name, pointer, metric: "step time", whenLower, whenHigher, swing });
  };
  for (const [key, words] of RATES) {
    add(`${part.id}: ${words}`, `/part/${key}`, (factor) => ({
      part: { ...part, [key]: part[key] * factor },
    }));
  }
  for (const { name, meaning } of CONSTANT_ROWS) {
    add(meaning, `/constants/${name}`, (factor) => ({
      constants: { ...constants, [name]: constants[name] * factor },
    }));
  }
  found.sort((a, b) => b.swing - a.swing);
  return {
    sensitivities: found.slice(0, SHOWN),
    insensitive: found.filter(({ swing }) => swing < INERT).map(({ name }) => name),
  };
}
