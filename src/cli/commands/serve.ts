/** `serve MODEL`: how many replicas of which shape serve these users, and what do they see? */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { JSON_OPTION } from "../options.ts";

const given = (describe: string) => ({ type: "string", requiresArg: true, describe }) as const;

const ON_H100 = "--accelerator h100 --precision fp8 --isl 1000 --osl 1000";

export const serve: Command = {
  names: ["serve"],
  words: ["serve <model>"],
  describe: "Size an inference service: replicas, TTFT, TPOT, throughput",
  examples: [
    `fabricast serve llama-3-70b ${ON_H100} --users 1000 --ttft 2s --tpot 50ms`,
    "fabricast serve llama-3-8b --accelerator h200 --tp 1 --request-rate 20 --replicas 2 --json",
    `fabricast serve llama-3-70b ${ON_H100} --users 1000 --tpot 50ms --out reports/out`,
    `fabricast serve llama-3-70b ${ON_H100} --tp 2 --request-rate 5 --tpot 50ms --disaggregate`,
  ],
  options: {
    accelerator: { ...given("which accelerator: h100, b200, mi300x, …"), demandOption: true },
    tp: given("ranks of a replica; default: the fewest accelerators in all"),
    precision: { choices: ["bf16", "fp8", "fp4"], default: "bf16", describe: "of the weights" },
    "kv-precision": { choices: ["bf16", "fp8"], describe: "of keys and values" },
    isl: { ...given("tokens of a prompt"), default: "1024" },
    osl: { ...given("tokens of an answer"), default: "256" },
    variation: { ...given("coefficient of variation of both lengths"), default: "0.5" },
    "prefix-cache": { ...given("share of prompts that is cached already"), default: "0%" },
    "request-rate": given("requests a second, in all"),
    users: given("users, each of whom asks again after its answer"),
    concurrency: given("requests at once, always: users who never pause"),
    think: { ...given("pause of a user between answer and next prompt"), default: "0s" },
    "tokens-per-s": given("tokens a second that each user shall see: sets --tpot"),
    ttft: given("limit of the time to the first token: 2s"),
    tpot: given("limit of the time per further token: 50ms"),
    percentile: {
      choices: ["mean", "p50", "p90", "p95", "p99"],
      default: "p95",
      describe: "of requests, at which the limits hold",
    },
    replicas: given("so many replicas, instead of as many as it takes"),
    spare: { ...given("further replicas that stand by"), default: "0" },
    "budget-tokens": { ...given("most tokens of one engine step"), default: "8192" },
    speculate: given("drafted tokens : acceptance : cost as a share of a step, as 4:0.7:0.1"),
    "kv-offload": given("not modeled: refused, with what comes nearest"),
    pp: given("not modeled: refused, with what comes nearest"),
    ep: given("not modeled: refused, with what comes nearest"),
    disaggregate: { type: "boolean", describe: "prefill and decode on replicas of their own" },
    "prefill-accelerator": given("another accelerator for prefill, with --disaggregate"),
    trace: given("requests from a CSV: arrival, prompt and answer tokens"),
    calibration: given("overlay of calibrate --from serving:FILE: anchors the answer to your runs"),
    seed: { ...given("of arrivals and lengths"), default: "1" },
    out: given("folder for the answer as a page, as Markdown and as JSON"),
    json: JSON_OPTION,
  },
  async handle(flags, typed) {
    const { servingWords } = await import("../serving.ts");
    const { output, words } = await servingWords(flags);
    const out = text(flags, "out");
    if (out !== undefined) {
      const { writeServing } = await import("../serving-report.ts");
      await writeServing(out, output, flags, typed);
    }
    process.stdout.write(
      isOn(flags, "json") ? `${JSON.stringify(output, null, 2)}\n` : `${words.join("\n")}\n`,
    );
    return 0;
  },
};
