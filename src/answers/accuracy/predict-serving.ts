/** The columns of inference tables, by the closed form of a replica at full or given load. */
import type { ServingConstants } from "../../serving/engine-law.ts";
import { SERVING } from "../../serving/engine-law.ts";
import type { Replica } from "../../serving/iteration.ts";
import { decodeStepS, engineStepS, promptS } from "../../serving/iteration.ts";
import type { Estimate } from "./prediction.ts";
import type { ServingReading } from "./read-serving.ts";
import { loadOf, readServing } from "./read-serving.ts";
import type { Row } from "./row.ts";

export const SERVING_COLUMNS = [
  ...["output_tokens_per_s", "output_tokens_per_s_per_gpu", "prefill_ms"],
  ...["decode_ms_per_token", "total_ms", "ttft_ms", "tpot_ms"],
];

export function predictServing(row: Row): Readonly<Record<string, Estimate>> {
  const reading = readServing(row);
  const { startS, tokenS, totalS, tokensPerS } = servedTimes(reading);
  const values = {
    output_tokens_per_s: tokensPerS,
    output_tokens_per_s_per_gpu: tokensPerS / reading.gpus,
    prefill_ms: 1e3 * startS,
    decode_ms_per_token: 1e3 * tokenS,
    total_ms: 1e3 * totalS,
    ttft_ms: 1e3 * startS,
    tpot_ms: 1e3 * tokenS,
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const isStart = name === "prefill_ms" || name === "ttft_ms";
      const logErrorShare = Math.hypot(spreadOf(reading), isStart ? 0.2 : 0);
      return [name, { value, logErrorShare, assumed: reading.assumed }];
    }),
  );
}

function spreadOf({ choice: { model, isLaunched }, part, assumed }: ServingReading): number {
  const isNeuron = part.family === "trainium";
  const isSeen = ["ampere", "hopper", "blackwell", "cdna"].includes(part.family) || isNeuron;
  return Math.hypot(
    ...[0.07, model.experts ? 0.5 : 0, assumed.length > 0 ? 0.2 : 0],
    ...[isSeen ? 0 : 0.4, part.family === "cdna" || isNeuron ? 0.1 : 0, isLaunched ? 0.05 : 0],
  );
}

export interface ServedTimes {
  /** Of one request: to its first token, a further one, and all. */
  readonly startS: number;
  readonly tokenS: number;
  readonly totalS: number;
  /** Of all replicas together. */
  readonly tokensPerS: number;
}

export function servedTimes(
  reading: ServingReading,
  constants: ServingConstants = SERVING,
): ServedTimes {
  const { promptTokens, outputTokens, replicas, stages, isStatic, isDecodeOnly, requestsPerS } =
    reading;
  const { replica, sequences } = loadOf(reading, constants);
  // Of a pipeline's stages each works on its own part of the sequences.
  const together = Math.max(1, sequences / stages);
  const stepS = decodeStepS(replica, together, promptTokens + outputTokens / 2);
  const { requestS } = replica.rates;
  const promptedS = promptS(replica, promptTokens);
  const startS =
    requestS + (isStatic ? prefillS(replica, promptTokens, together) : stepS + promptedS);
  const lone = sequences === 1 ? requestS + prefillS(replica, promptTokens, 1) : startS;
  const tokenS =
    isStatic || isDecodeOnly || sequences === 1
      ? stepS
      : stepS + (together / outputTokens) * promptedS;
  const totalS = lone + (outputTokens - 1) * tokenS;
  const perReplica =
    isStatic || sequences === 1 ? (sequences * outputTokens) / totalS : sequences / tokenS;
  const most = replicas * perReplica;
  const tokensPerS =
    requestsPerS === undefined ? most : Math.min(most, requestsPerS * outputTokens);
  return { startS: lone, tokenS, totalS, tokensPerS };
}

/** A step of nothing but so many prompts. */
function prefillS(replica: Replica, promptTokens: number, prompts: number): number {
  return engineStepS(replica, {
    ...{ decodeCount: 0, tokensPerDecode: 1, contextTokens: 0, endedPrompts: prompts },
    ...{ promptTokens: prompts * promptTokens, promptPairs: (prompts * promptTokens ** 2) / 2 },
  });
}
