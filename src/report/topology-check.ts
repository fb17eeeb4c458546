/** What is left of a fabric after failures, as text. */
import { bitRate, fixed, percent } from "../base/format.ts";
import type { TopologyCheck } from "../records/topology-check.ts";
import { plain } from "./escape.ts";

export function checkText(check: TopologyCheck): string {
  const { failedCount, seed, possibleCount, triedCount, cutCount } = check;
  const links = `${fixed(failedCount)} of ${fixed(check.cableCount)} cables between switches`;
  const tried =
    seed === undefined
      ? `all ${fixed(possibleCount)} failures of ${links}`
      : `${fixed(triedCount)} of ${fixed(possibleCount)} failures of ${links}, ` +
        `drawn by seed ${seed}`;
  const verdict =
    triedCount === 0
      ? "there are no such cables"
      : cutCount === 0
        ? `none of them parts any of the ${fixed(check.rankCount)} ranks`
        : `${fixed(cutCount)} of them (${percent(cutCount / triedCount, 1)}) part ranks`;
  const { bisectionBytesPerS, leastBisectionBytesPerS: least, flowCount } = check;
  const flows =
    least === undefined || bisectionBytesPerS === undefined
      ? "bisection after failures: not measured on a fabric of this size"
      : `bisection ${bitRate(bisectionBytesPerS)}; the least after ${fixed(flowCount)} of these ` +
        `failures ${bitRate(least)} (${percent(least / bisectionBytesPerS, 1)})`;
  const lines = [
    plain(`${check.name} (${check.clusterId})`),
    `  tried         ${tried}`,
    `  result        ${verdict}`,
    `  ${flows}`,
    ...check.cuts.map(
      ({ cables, ranks }) =>
        `  cut           ${plain(cables.join(", "))}: no way from rank ${ranks[0]} to ${ranks[1]}`,
    ),
    "  an accelerator's own cable always parts it, and is not tried",
  ];
  return `${lines.join("\n").replaceAll("\u00a0", " ")}\n`;
}
