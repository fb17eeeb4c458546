/** The columns of collective tables: time, and the two bandwidths that follow from it. */
import type { CollectiveKind } from "../../network/measured/collective-case.ts";
import { collectiveS } from "../../network/measured/collective-law.ts";
import type { Estimate } from "./prediction.ts";
import { collectiveCaseOf } from "./read-collective.ts";
import type { Row } from "./row.ts";

export const COLLECTIVE_COLUMNS = ["time_us", "algbw_GBps", "busbw_GBps"];

export function predictCollective(row: Row): Readonly<Record<string, Estimate>> {
  const { given, assumed } = collectiveCaseOf(row);
  const { kind, sizeBytes, ranks, domains, rates } = given;
  const seconds = collectiveS(given);
  const spread = spreadOf(sizeBytes, domains, rates.isMeasured);
  const estimate = (value: number): Estimate => ({ value, logErrorShare: spread, assumed });
  const algorithm = sizeBytes / seconds / 1e9;
  return {
    time_us: estimate(seconds * 1e6),
    algbw_GBps: estimate(algorithm),
    busbw_GBps: estimate(algorithm * busFactor(kind, ranks)),
  };
}

/** As in nccl-tests. */
function busFactor(kind: CollectiveKind, ranks: number): number {
  if (kind === "broadcast" || kind === "send_receive") return 1;
  return ((kind === "all_reduce" ? 2 : 1) * (ranks - 1)) / ranks;
}

/** Errors of published series whose harness is known by its class alone. */
function spreadOf(sizeBytes: number, domains: number, isMeasured: boolean): number {
  const ofSize = sizeBytes < 1 << 20 ? 0.3 : sizeBytes < 1 << 25 ? 0.2 : 0.06;
  return Math.hypot(ofSize, isMeasured ? 0 : 0.25, domains > 2 ? 0.3 : 0);
}
