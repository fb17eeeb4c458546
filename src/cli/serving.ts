/** What `serve` answers, as JSON and as words. */
import { duration, fixed, percent, significant } from "../base/format.ts";
import { UsageError } from "../base/errors.ts";
import type { ServingAnswer, TimesS } from "../records/serving.ts";
import type { DisaggregatedAnswer, PoolAnswer } from "../answers/disaggregated.ts";
import type { TraceAnswer } from "../answers/serving-trace.ts";
import { isOn, text } from "./command.ts";
import { servingQuestion } from "./serving-options.ts";

type Flags = Readonly<Record<string, unknown>>;
export type Answered = ServingAnswer | DisaggregatedAnswer | TraceAnswer;

export async function servingWords(
  flags: Flags,
): Promise<{ readonly output: Answered; readonly words: readonly string[] }> {
  const question = await servingQuestion(text(flags, "model") ?? "", flags);
  const trace = text(flags, "trace");
  const prefill = text(flags, "prefill-accelerator");
  if (prefill !== undefined && !isOn(flags, "disaggregate")) {
    throw new UsageError("--prefill-accelerator needs --disaggregate");
  }
  if (trace !== undefined) {
    const { readRequestTrace } = await import("../files/request-trace.ts");
    const { answerTrace } = await import("../answers/serving-trace.ts");
    const output = answerTrace(question, await readRequestTrace(trace));
    return { output, words: [output.sentence, "", ...timesWords(output)] };
  }
  if (isOn(flags, "disaggregate")) {
    const { answerDisaggregated } = await import("../answers/disaggregated.ts");
    const { partOf } = await import("../answers/accuracy/read-part.ts");
    const part = prefill === undefined ? question.part : partOf(prefill);
    const output = answerDisaggregated(question, part);
    return { output, words: poolWords(output) };
  }
  const { answerServing } = await import("../answers/serving.ts");
  const output = answerServing(question);
  return { output, words: answerWords(output) };
}

function answerWords(answer: ServingAnswer): string[] {
  const { closedForm, tried, utilization } = answer;
  return [
    answer.sentence,
    "",
    ...timesWords(answer),
    `load ${percent(utilization, 0)} of what a replica can do without end`,
    ...(closedForm === null
      ? []
      : [
          `closed form: TTFT ${duration(closedForm.ttftS)}, ` +
            `TPOT ${duration(closedForm.tpotS)} on average`,
        ]),
    "",
    "shapes tried:",
    ...tried.map(({ tp, replicas, accelerators, why }) => {
      const size =
        replicas === undefined || accelerators === undefined
          ? "cannot"
          : `${fixed(replicas)} × ${tp} = ${fixed(accelerators)}`;
      return `  tp ${tp}: ${size}; ${why}`;
    }),
    ...bewareWords(answer.beware),
  ];
}

function poolWords(answer: DisaggregatedAnswer): string[] {
  const { prefill, decode, promptS, transferS, exposedTransferS, together } = answer;
  const pool = ({ replicas, accelerator, requestsPerSPerReplica: rate }: PoolAnswer) =>
    `${fixed(replicas)} on ${accelerator}, ${significant(rate, 3)} requests/s a replica`;
  return [
    answer.sentence,
    "",
    `prefill: ${pool(prefill)}; a prompt takes ${duration(promptS)}`,
    `decode: ${pool(decode)}`,
    `keys and values cross the fabric in ${duration(transferS)}, ` +
      `of which ${duration(exposedTransferS)} shows`,
    together === null
      ? "replicas that do both cannot keep these limits"
      : `replicas that do both would need ${fixed(together.accelerators)} accelerators`,
    ...bewareWords(answer.beware),
  ];
}

function timesWords(answer: ServingAnswer | TraceAnswer): string[] {
  const row = (name: string, times: TimesS) =>
    name.padEnd(12) +
    [times.mean, times.p50, times.p90, times.p95, times.p99]
      .map((value) => duration(value).padStart(10))
      .join("");
  return [
    " ".repeat(12) + ["mean", "p50", "p90", "p95", "p99"].map((w) => w.padStart(10)).join(""),
    row("TTFT", answer.ttftPercentilesS),
    row("TPOT", answer.tpotPercentilesS),
    row("end to end", answer.endToEndS),
    "",
    `${significant(answer.tokensPerS, 4)} output tokens/s, ` +
      `${significant(answer.tokensPerSPerAccelerator, 4)} an accelerator`,
  ];
}

function bewareWords(beware: readonly string[]): string[] {
  return beware.length === 0 ? [] : ["", ...beware.map((line) => `beware: ${line}`)];
}
