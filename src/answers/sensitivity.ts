/**
 * What the answer is sensitive to: every numeric input of the cluster moved by 10 % down
 * and up, everything else held, and the whole point computed again.
 *
 * Counts (nodes, ports, layers) are no such inputs: a tenth of a spine cannot be bought.
 */
import type { Cluster } from "../records/cluster.ts";
import type { Sensitivity } from "../records/result.ts";
import { inputName } from "./assumptions.ts";
import { numericInputs, withScaledInput } from "./inputs.ts";

const MOVE = 0.1;

/** The metrics of one cluster; undefined where it has none (a part not sold). */
export interface Metrics {
  readonly stepTimeS: number;
  readonly millionSamplesUsd: number | undefined;
}

/** Greatest swing first; inputs without any effect are in the list with a swing of 0. */
export function sensitivities(
  cluster: Cluster,
  evaluate: (changed: Cluster) => Metrics,
): Sensitivity[] {
  const base = evaluate(cluster);
  const found: Sensitivity[] = [];
  for (const input of numericInputs(cluster)) {
    // Only the first rent enters a table; the others stand in the parts for comparison.
    if (/\/rents\/[1-9]/.test(input.pointer)) continue;
    const lower = evaluate(withScaledInput(cluster, input.pointer, 1 - MOVE));
    const higher = evaluate(withScaledInput(cluster, input.pointer, 1 + MOVE));
    const named = { name: inputName(cluster, input), pointer: input.pointer };
    const isMoney = /Usd|bill|powerW|allInW/.test(input.pointer);
    if (!isMoney) {
      found.push({
        ...named,
        metric: "step time",
        ...swing(base.stepTimeS, lower.stepTimeS, higher.stepTimeS),
      });
    } else if (base.millionSamplesUsd !== undefined) {
      const { millionSamplesUsd } = base;
      found.push({
        ...named,
        metric: "USD per million samples",
        ...swing(
          millionSamplesUsd,
          lower.millionSamplesUsd ?? millionSamplesUsd,
          higher.millionSamplesUsd ?? millionSamplesUsd,
        ),
      });
    }
  }
  return found.sort((a, b) => b.swing - a.swing);
}

function swing(base: number, lower: number, higher: number) {
  const whenLower = lower / base - 1;
  const whenHigher = higher / base - 1;
  return { whenLower, whenHigher, swing: Math.max(Math.abs(whenLower), Math.abs(whenHigher)) };
}
