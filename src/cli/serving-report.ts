/** `serve --out`: the answer as a page, as Markdown and as data, beside each other. */
import { basename, extname } from "node:path";
import { UsageError } from "../base/errors.ts";
import { shellQuoted } from "../base/shell.ts";
import { CATALOG_DATE, VERSION } from "../base/version.ts";
import type { ServingAnswer } from "../records/serving.ts";
import type { ServingReport } from "../report/serving.ts";
import { text } from "./command.ts";
import { say } from "./output.ts";
import type { Answered } from "./serving.ts";
import { shownWords } from "./words.ts";

type Flags = Readonly<Record<string, unknown>>;

export async function writeServing(
  folder: string,
  output: Answered,
  flags: Flags,
  words: readonly string[],
): Promise<void> {
  if (output.kind !== "serving") {
    throw new UsageError("--out does not go with --trace or --disaggregate; use --json");
  }
  const { servingPage } = await import("../report/html/serving.ts");
  const { servingMarkdown } = await import("../report/serving.ts");
  const { fileName, writeAll } = await import("../files/write.ts");
  const report = reportOf(output, flags, words);
  const model = text(flags, "model") ?? "";
  const load = loadWords(flags).replace(/[,_]/g, "");
  const path = `${folder}/${fileName(`${basename(model, extname(model))}-for-${load}`)}`;
  const files = [
    { path: `${path}.html`, text: servingPage(report) },
    { path: `${path}.md`, text: servingMarkdown(report) },
    { path: `${path}.json`, text: `${JSON.stringify(output, null, 2)}\n` },
  ];
  await writeAll(files);
  say(`wrote ${files.map((file) => file.path).join(", ")}`);
}

function reportOf(output: ServingAnswer, flags: Flags, words: readonly string[]): ServingReport {
  const limits = ["ttft", "tpot", "tokens-per-s"].flatMap((name) => {
    const limit = text(flags, name);
    return limit === undefined ? [] : [`${LIMITS[name] ?? name} ${limit}`];
  });
  const asked = text(flags, "percentile");
  const percentile = PERCENTILES.find((one) => one === asked) ?? "p95";
  const within = limits.length === 0 ? "" : `, with ${limits.join(" and ")} at ${percentile}`;
  const service = `${loadWords(flags)} of ${output.model}`;
  const seed = Number(text(flags, "seed") ?? "1");
  return {
    question: `How many ${output.accelerator} serve ${service}${within}, and in what shape?`,
    ...{ output, percentile },
    facts: [
      {
        name: "requests",
        text:
          `${text(flags, "isl")} tokens in, ${text(flags, "osl")} out, coefficient of variation ` +
          `${text(flags, "variation")}; ${text(flags, "prefix-cache")} of prompts cached`,
      },
    ],
    ...{ asOf: CATALOG_DATE, catalog: CATALOG_DATE, seed, version: VERSION },
    reproduce: ["npx fabricast", ...shownWords(words).map(shellQuoted)].join(" "),
  };
}

const PERCENTILES = ["mean", "p50", "p90", "p95", "p99"] as const;

const LIMITS: Readonly<Record<string, string>> = {
  ...{ ttft: "a first token within", tpot: "a further one within" },
  "tokens-per-s": "tokens a second of",
};

function loadWords(flags: Flags): string {
  const users = text(flags, "users");
  if (users !== undefined) return `${users} users`;
  const atOnce = text(flags, "concurrency");
  if (atOnce !== undefined) return `${atOnce} requests at once`;
  return `${text(flags, "request-rate")} requests a second`;
}
