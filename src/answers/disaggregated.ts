/** Prefill and decode apart: replicas of each pool by the closed form, beside those of one. */
import { InfeasibleError } from "../base/errors.ts";
import { duration, fixed, significant } from "../base/format.ts";
import { pools } from "../serving/disaggregated.ts";
import type { PartRow } from "../workload/dense/parts.ts";
import type { ServingQuestion } from "./serving.ts";
import { answerServing, engineOf } from "./serving.ts";

export interface DisaggregatedAnswer {
  readonly kind: "disaggregated";
  readonly sentence: string;
  readonly prefill: PoolAnswer;
  readonly decode: PoolAnswer;
  readonly accelerators: number;
  readonly promptS: number;
  readonly transferS: number;
  readonly exposedTransferS: number;
  readonly tokensPerSPerAccelerator: number;
  /** The same load on replicas that do both; null where they cannot. */
  readonly together: { readonly accelerators: number } | null;
  readonly beware: readonly string[];
}

export interface PoolAnswer {
  readonly accelerator: string;
  readonly replicas: number;
  readonly acceleratorsPerReplica: number;
  readonly requestsPerSPerReplica: number;
}

const NO_LIMIT_S = 3600;

export function answerDisaggregated(
  question: ServingQuestion,
  prefillPart: PartRow,
): DisaggregatedAnswer {
  const { load, lengths, level, part, model } = question;
  const tp = question.tp ?? Math.min(8, part.domainRanks);
  const prefill = engineOf({ ...question, part: prefillPart }, tp);
  const decode = engineOf(question, tp);
  const limits = { ttftS: level.ttftS ?? NO_LIMIT_S, tpotS: level.tpotS ?? NO_LIMIT_S };
  const traffic = { ...lengths, requestsPerS: 0 };
  const found = pools(prefill.replica, decode.replica, traffic, {
    ...limits,
    nicBytesPerS: prefillPart.nicBytesPerS,
  });
  if (found.prefillPerS === 0 || found.decodePerS === 0) {
    const which = found.prefillPerS === 0 ? "prefill" : "decode";
    throw new InfeasibleError(
      `no ${which} replica of ${model.name} on tp ${tp} keeps TTFT ${duration(limits.ttftS)} and ` +
        `TPOT ${duration(limits.tpotS)}: a prompt alone takes ${duration(found.promptS)}; ` +
        "loosen the limit or take more ranks",
    );
  }
  // A user asks again after think + TTFT + (OSL − 1) · TPOT, both at their limits.
  const cycleS = (thinkS: number) =>
    thinkS + Math.min(limits.ttftS, found.promptS * 2) + (lengths.outputTokens - 1) * limits.tpotS;
  const rate = load.kind === "rate" ? load.requestsPerS : load.userCount / cycleS(load.thinkS);
  const pool = (id: string, perS: number): PoolAnswer => ({
    ...{ accelerator: id, replicas: Math.ceil(rate / perS), acceleratorsPerReplica: tp },
    requestsPerSPerReplica: perS,
  });
  const prefillPool = pool(prefillPart.id, found.prefillPerS);
  const decodePool = pool(part.id, found.decodePerS);
  const accelerators = tp * (prefillPool.replicas + decodePool.replicas);
  const { promptS, transferS, exposedTransferS } = found;
  return {
    kind: "disaggregated",
    sentence:
      `${significant(rate, 3)} requests a second of ${model.name}: ` +
      `${fixed(prefillPool.replicas)} prefill and ${fixed(decodePool.replicas)} decode ` +
      `replicas × ${tp} = ${fixed(accelerators)} accelerators.`,
    ...{ prefill: prefillPool, decode: decodePool, accelerators },
    ...{ promptS, transferS, exposedTransferS },
    tokensPerSPerAccelerator: (rate * lengths.outputTokens) / accelerators,
    together: together({ ...question, tp, level: { ...level, percentile: "mean" } }),
    beware: bewareOf(question, tp),
  };
}

function bewareOf({ anchor, part }: ServingQuestion, tp: number): string[] {
  return [
    ...(anchor === undefined ? [] : [anchor.words(part.id, tp)]),
    "means, not percentiles: the closed form of two pools, checked by no published row",
    "keys and values cross the fabric layer by layer, two layers of them exposed",
  ];
}

function together(question: ServingQuestion): { readonly accelerators: number } | null {
  try {
    return { accelerators: answerServing(question).accelerators };
  } catch (error) {
    if (error instanceof InfeasibleError) return null;
    throw error;
  }
}
