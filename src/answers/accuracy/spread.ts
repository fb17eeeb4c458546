/** How sure a predicted step is: what residuals left out showed, and what is unknown besides. */
import type { PartRow } from "../../workload/dense/parts.ts";
import type { DenseRun } from "../../workload/dense/types.ts";

/** Each assumption widens the range by what it usually moves a step. */
const ASSUMED_SPREAD: readonly (readonly [RegExp, number])[] = [
  [/^micro|^vp/, 0.06],
  [/^precision|^tp|^gpus/, 0.15],
  [/^gpu /, 0.5],
  [/^global_batch|^seq_len/, 0.12],
  [/^hidden|^layers|^heads|^ffn/, 0.12],
  [/^recompute/, 0.08],
  [/^software/, 0.07],
  [/^network/, 0.02],
];

/** Standard deviation of the log error. */
export function stepSpread({
  run,
  assumed,
}: {
  readonly run: DenseRun & { readonly part: PartRow };
  readonly assumed: readonly string[];
}): number {
  const { part, model, layout } = run;
  const parts = [0.045];
  if (part.tag === "assumed") parts.push(part.family === "hopper" ? 0.1 : 0.2);
  if (model.experts !== undefined) parts.push(0.11);
  if (layout.contextRanks >= 4) parts.push(0.1);
  for (const name of assumed) {
    parts.push(ASSUMED_SPREAD.find(([pattern]) => pattern.test(name))?.[1] ?? 0.03);
  }
  return Math.hypot(...parts);
}
