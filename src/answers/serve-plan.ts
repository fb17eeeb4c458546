/**
 * Replicas for so many users, by the closed form of a loop with K users a replica:
 *
 *     TPOT = td(B) + (B / output) · p,  TTFT = td(B) + p
 *     B = K · output · TPOT / (output · TPOT + TTFT + think)
 *
 * td a step that decodes B sequences, p what one prompt adds. The greatest K that keeps the
 * level of service is searched for each width of a replica. TPOT is held at p95, which is 1.25
 * times the mean where the batch is at most 0.8 of what memory holds; above, a loop would show
 * waiting for memory, so no batch is planned larger.
 */
import { percent } from "../base/format.ts";
import { InfeasibleError } from "../base/errors.ts";
import type { Accelerator } from "../records/cluster.ts";
import type { LargeModel } from "../records/large-model.ts";
import type { ServeAnswer, ServeOption, ServeQuestion } from "../records/serve-plan.ts";
import type { Replica } from "../serving/iteration.ts";
import { decodeStepS, largestBatch, promptS } from "../serving/iteration.ts";
import { PART_ROWS } from "../workload/dense/parts.ts";
import type { PartRow } from "../workload/dense/parts.ts";
import { replicaOf } from "./replica.ts";

const WIDTHS: readonly number[] = [1, 2, 4, 8];
const P95_FACTOR = 1.25;
const FULL_SHARE = 0.8;
/** Beside the replicas that the users need, one that may be down. */
const SPARE = 1;

export function answerServe(
  question: ServeQuestion,
  model: LargeModel,
  accelerators: readonly Accelerator[],
): ServeAnswer {
  const options: ServeOption[] = [];
  const rejected: { part: string; why: string }[] = [];
  for (const accelerator of accelerators) {
    const part = PART_ROWS.find(({ id }) => id === accelerator.id);
    if (part === undefined) continue;
    const found = WIDTHS.filter((width) => width <= part.domainRanks).flatMap((width) => {
      const option = optionOf(question, model, { part, accelerator, width });
      return option === undefined ? [] : [option];
    });
    const [best] = found.sort((a, b) => a.acceleratorCount - b.acceleratorCount);
    if (best !== undefined) options.push(best);
    else rejected.push({ part: accelerator.name, why: "no width of a replica keeps both limits" });
  }
  if (options.length === 0) {
    throw new InfeasibleError(
      "no part of the catalog serves at this level: raise --tpot or --ttft, or shorten the " +
        "prompts [infeasible]",
    );
  }
  const cost = ({ usdPerS }: ServeOption): number => usdPerS ?? Number.MAX_VALUE;
  options.sort((a, b) => cost(a) - cost(b) || a.acceleratorCount - b.acceleratorCount);
  const [first] = options;
  return {
    ...{ question, model: model.name, rejected },
    options: options.map((option) => ({ ...option, whyNotFirst: whyNot(option, first) })),
    beware: [
      "Throughput was fitted to published runs of 8- and 4-bit engines; latency is validated by " +
        "no published row, so TTFT and TPOT carry a range of about a third.",
      "Prefix caching, speculative decoding and separate prefill are not modeled.",
    ],
  };
}

function whyNot(option: ServeOption, first: ServeOption | undefined): string {
  if (first === undefined || option === first) return "is first";
  if (option.usdPerS === undefined || first.usdPerS === undefined) return "has no listed price";
  return `+${percent(option.usdPerS / first.usdPerS - 1)} in rent`;
}

interface Sized {
  readonly part: PartRow;
  readonly accelerator: Accelerator;
  readonly width: number;
}

function optionOf(question: ServeQuestion, model: LargeModel, sized: Sized) {
  const { part, width: ranks } = sized;
  const { weightBits } = question;
  const kvBits = weightBits === 8 && part.peakFp8FlopPerS > 0 ? 8 : 16;
  const replica = replicaOf({ model: model.shape, part, ranks, weightBits, kvBits });
  const { promptTokens, outputTokens, users } = question;
  const most = FULL_SHARE * largestBatch(replica, promptTokens + outputTokens);
  if (most < 1) return undefined;
  const point = (perReplica: number) => loopOf(question, replica, perReplica);
  const keeps = (perReplica: number): boolean => {
    const { ttftS, tpotS, sequences } = point(perReplica);
    const fast = P95_FACTOR * tpotS <= question.tpotMaxS && ttftS <= question.ttftMaxS;
    return fast && sequences <= most;
  };
  if (!keeps(1)) return undefined;
  let [held, missed] = [1, Math.max(2, users + 1)];
  if (keeps(missed)) held = missed;
  while (missed - held > 1) {
    const middle = Math.floor((held + missed) / 2);
    if (keeps(middle)) held = middle;
    else missed = middle;
  }
  return told(question, sized, { replicas: Math.ceil(users / held), perReplica: held }, point);
}

function told(
  { users, rentKind, outputTokens, thinkS }: ServeQuestion,
  { part, accelerator, width }: Sized,
  { replicas, perReplica }: { readonly replicas: number; readonly perReplica: number },
  point: (perReplica: number) => { ttftS: number; tpotS: number; sequences: number },
): ServeOption {
  const { ttftS, tpotS, sequences } = point(Math.min(perReplica, Math.ceil(users / replicas)));
  const acceleratorCount = (replicas + SPARE) * width;
  const tokensPerS = (users * outputTokens) / (thinkS + ttftS + outputTokens * tpotS);
  const rent = accelerator.rents.find(({ kind }) => kind === rentKind)?.usdPerS.value;
  const usdPerS = rent === undefined ? undefined : rent * acceleratorCount;
  return {
    ...{ part: accelerator.name || part.id, tensorRanks: width, replicas, acceleratorCount },
    ...{ usersPerReplica: Math.ceil(users / replicas), sequences, ttftS, tpotS, tokensPerS },
    ...(usdPerS === undefined ? {} : { usdPerS, millionTokensUsd: (usdPerS / tokensPerS) * 1e6 }),
    whyNotFirst: "",
  };
}

/** The fixed point of the loop, damped by half. */
function loopOf(
  { promptTokens, outputTokens, thinkS }: ServeQuestion,
  replica: Replica,
  users: number,
): { readonly ttftS: number; readonly tpotS: number; readonly sequences: number } {
  const oneS = promptS(replica, promptTokens);
  const context = promptTokens + outputTokens / 2;
  let sequences = Math.min(users, 1);
  let [ttftS, tpotS] = [0, 0];
  for (let i = 0; i < 60; i++) {
    const stepS = decodeStepS(replica, Math.max(1, sequences), context);
    tpotS = stepS + (sequences / outputTokens) * oneS;
    ttftS = stepS + oneS;
    const next = (users * outputTokens * tpotS) / (outputTokens * tpotS + ttftS + thinkS);
    sequences = (sequences + next) / 2;
  }
  return { ttftS, tpotS, sequences };
}
