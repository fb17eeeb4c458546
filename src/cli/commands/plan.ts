/** `plan`: what do I need? Accelerators, fabric, days, money, and what flips the choice. */
import type { Command } from "../command.ts";
import { isOn, text } from "../command.ts";
import { AS_OF_OPTION, COLOR_OPTION, JSON_OPTION } from "../options.ts";
import { PRICES_OPTION, REDACT_OPTION, REPORT_OPTION } from "../options.ts";
import { UsageError } from "../../base/errors.ts";

const word = (describe: string, standard?: string) => ({
  type: "string" as const,
  requiresArg: true,
  describe,
  ...(standard === undefined ? {} : { default: standard }),
});

export const plan: Command = {
  names: ["plan", "recommend"],
  words: ["plan", "recommend"],
  describe: "What do I need? Options that train a model in time, with money, power and failures",
  examples: [
    "fabricast plan --model llama-3-70b --tokens 15T --within 60d",
    "fabricast plan --model llama-3-70b --users 1000 --ttft '2 s' --tpot '50 ms'",
    "fabricast plan --model llama-3-8b --tokens 2T --by 2027-03-01 --basis buy --json",
    "fabricast plan --model llama-3-70b --tokens 15T --within 90d --vendors NVIDIA -o plan",
    "fabricast plan --model llama-3-8b --tokens 2T --within 30d --batch 512 --report md",
  ],
  options: {
    model: { ...word("model: llama-3-70b, mixtral-8x7b, gpt-175b …"), demandOption: true },
    tokens: word("tokens to train on: 15T"),
    within: word("from the start to the last step, at p90: 60d"),
    by: word("last day, instead of --within: 2027-03-01"),
    start: word("first day; default: the day of the prices"),
    budget: word("cap on the bad end of the total: '20M USD'"),
    "budget-year": word("cap on the bad end of what falls due in one calendar year"),
    "available-by": word("day by which hosts must be delivered; with --region"),
    region: word("where they are delivered: as the file of lead times names it"),
    "lead-times": word("CSV with host,region,days_low,days_high,source,date"),
    power: word("cap at the wall: '5 MW'"),
    "max-accelerators": word("cap on accelerators"),
    racks: word("cap on racks of nodes"),
    vendors: word("only these, separated by commas: NVIDIA,Google"),
    sites: word("sites by id, separated by commas", "us-average"),
    basis: { choices: ["rent", "buy"], default: "rent", describe: "what totals are made of" },
    rent: {
      choices: ["on-demand", "reserved", "spot", "market"],
      default: "on-demand",
      describe: "kind of listed price by the hour",
    },
    batch: word("sequences a step", "2048"),
    sequence: word("tokens a sequence", "8192"),
    precision: { choices: ["bf16", "fp8"], describe: "of products; default bf16, serving fp8" },
    users: word("serve so many users instead of training"),
    ttft: word("serving: to the first token, mean: '2 s' (default)"),
    tpot: word("serving: for each further token, p95: '50 ms' (default)"),
    prompt: word("serving: tokens of a prompt; default 1000"),
    "output-tokens": word("serving: tokens of an answer; default 500"),
    think: word("serving: a user's pause between questions: '20 s'"),
    failures: {
      choices: ["good", "typical", "poor"],
      default: "typical",
      describe: "how often parts fail",
    },
    restart: word("from an interruption to the next step", "10 min"),
    storage: word("rate at which checkpoints are written, all together: '500 GB/s'"),
    options: word("most options to show", "5"),
    prices: PRICES_OPTION,
    output: { ...word("folder for the report, the plan and each option's files"), alias: "o" },
    report: REPORT_OPTION,
    "redact-prices": REDACT_OPTION,
    "as-of": AS_OF_OPTION,
    json: JSON_OPTION,
    color: COLOR_OPTION,
  },
  async handle(flags, words) {
    if (flags["users"] !== undefined) {
      const { planServing } = await import("../plan-serving.ts");
      return planServing(flags);
    }
    if (flags["tokens"] === undefined) {
      throw new UsageError("plan takes --tokens with --within or --by, or --users");
    }
    const { planFiles } = await import("../planned.ts");
    const { planReport } = await import("../plan-report.ts");
    const { planJson, planText } = await import("../../report/plan.ts");
    const { showDocument, writeDocument } = await import("../documents.ts");
    const { answer, document } = await planReport(flags, words);
    const isShown = await showDocument(document, flags);
    if (!isShown) {
      process.stdout.write(isOn(flags, "json") ? planJson(answer) : planText(answer));
    }
    const folder = text(flags, "output");
    if (folder !== undefined) {
      await writeDocument(document, flags, {
        ...{ folder, stem: "report" },
        others: planFiles(answer, folder, isOn(flags, "redact-prices")),
      });
    }
    return 0;
  },
};
