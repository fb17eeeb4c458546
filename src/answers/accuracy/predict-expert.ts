/** The columns of expert dispatch and combine. */
import { expertTime } from "../../network/measured/expert-law.ts";
import type { Estimate } from "./prediction.ts";
import type { Row } from "./row.ts";
import { Assumptions, cell, number } from "./row.ts";

export const EXPERT_COLUMNS = ["latency_us", "bottleneck_GBps"];

export function predictExpert(row: Row): Readonly<Record<string, Estimate>> {
  const assumptions = new Assumptions();
  const words = cell(row, "gpu").toLowerCase();
  const isNewer = /sm100|b200|b300/.test(words);
  const isHalved = words.includes("h800");
  const isLowLatency = cell(row, "kernel").includes("low-latency");
  const { timeS, bottleneckBytes } = expertTime({
    ranks: assumptions.or(number(row, "ep"), 8, "ep"),
    tokens: assumptions.or(number(row, "tokens_per_rank"), isLowLatency ? 128 : 4096, "tokens"),
    hiddenSize: assumptions.or(number(row, "hidden"), 7168, "hidden"),
    copiesPerToken: assumptions.or(number(row, "top_k"), 8, "top_k"),
    isEightBit: /8/.test(cell(row, "dtype")),
    isLowLatency,
    linkBytesPerS: isNewer ? 721.8e9 : isHalved ? 164.8e9 : 370.8e9,
    nicBytesPerS: 50e9,
  });
  const spread = isHalved ? 0.06 : 0.35;
  const estimate = (value: number) => ({
    ...{ value, logErrorShare: spread, assumed: assumptions.names },
  });
  return {
    latency_us: estimate(timeS * 1e6),
    bottleneck_GBps: estimate(bottleneckBytes / timeS / 1e9),
  };
}
