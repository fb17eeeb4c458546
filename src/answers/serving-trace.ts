/** A recorded trace on so many replicas, dealt out in turn: what its users would have seen. */
import { Refusal } from "../base/errors.ts";
import { duration, fixed } from "../base/format.ts";
import type { RecordedRequest, TimesS } from "../records/serving.ts";
import { observeTrace } from "../serving/observe.ts";
import type { Requests } from "../serving/requests.ts";
import { emptyRequests } from "../serving/requests.ts";
import type { ServingQuestion } from "./serving.ts";
import { engineOf } from "./serving.ts";
import { timesOf } from "./serving-times.ts";

export interface TraceAnswer {
  readonly kind: "serving-trace";
  readonly sentence: string;
  readonly requestCount: number;
  readonly replicas: number;
  readonly acceleratorsPerReplica: number;
  readonly accelerators: number;
  readonly ttftS: number;
  readonly tpotS: number;
  readonly ttftPercentilesS: TimesS;
  readonly tpotPercentilesS: TimesS;
  readonly endToEndS: TimesS;
  readonly tokensPerS: number;
  readonly tokensPerSPerAccelerator: number;
}

export function answerTrace(
  question: ServingQuestion,
  recorded: readonly RecordedRequest[],
): TraceAnswer {
  const replicas = question.replicaCount ?? 1;
  const tp = question.tp ?? 1;
  const engine = engineOf(question, tp);
  refuseLongest(recorded, engine.capacityTokens, question.model.contextTokens);
  const parts = Array.from({ length: Math.min(replicas, recorded.length) }, (_, replica) =>
    columnsOf(recorded.filter((_request, i) => i % replicas === replica)),
  );
  const seen = observeTrace(engine, parts);
  const accelerators = replicas * tp;
  const { anchor, part } = question;
  const anchored = anchor === undefined ? "" : `, ${anchor.words(part.id, tp)}`;
  const tokensPerS = seen.tokensPerS * parts.length;
  return {
    kind: "serving-trace",
    sentence:
      `${fixed(recorded.length)} recorded requests on ${fixed(replicas)} replicas × ${tp} ` +
      `${question.part.id}: TTFT ${duration(seen.ttft.p50S)} at p50 and ` +
      `${duration(seen.ttft.p99S)} at p99, TPOT ${duration(seen.tpot.p50S)} at p50${anchored}.`,
    ...{ requestCount: recorded.length, replicas, acceleratorsPerReplica: tp, accelerators },
    ...{ ttftS: seen.ttft.meanS, tpotS: seen.tpot.meanS },
    ttftPercentilesS: timesOf(seen.ttft),
    tpotPercentilesS: timesOf(seen.tpot),
    endToEndS: timesOf(seen.endToEnd),
    ...{ tokensPerS, tokensPerSPerAccelerator: tokensPerS / accelerators },
  };
}

function columnsOf(recorded: readonly RecordedRequest[]): Requests {
  const requests = emptyRequests(recorded.length);
  for (const [i, one] of recorded.entries()) {
    requests.arrivalsS[i] = one.arrivalS;
    requests.promptTokens[i] = one.promptTokens;
    requests.outputTokens[i] = one.outputTokens;
    requests.cachedTokens[i] = one.cachedTokens;
  }
  return requests;
}

function refuseLongest(
  recorded: readonly RecordedRequest[],
  capacity: number,
  context: number,
): void {
  const longest = recorded.reduce((m, r) => Math.max(m, r.promptTokens + r.outputTokens), 0);
  const most = Math.floor(Math.min(capacity, context));
  if (longest <= most) return;
  throw new Refusal({
    code: "out-of-range",
    pointer: "/trace",
    found: `a request of ${fixed(longest)} tokens`,
    expected: `at most ${fixed(most)}: the context, and what the memory of a replica holds`,
    nextStep: "raise --tp, lower --precision, or leave the longest requests out",
  });
}
