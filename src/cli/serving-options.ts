/** The flags of `serve` as a question, or every mistake in them at once. */
import type { Issue } from "../base/errors.ts";
import { InputError } from "../base/errors.ts";
import type { ServiceLevel } from "../records/serving.ts";
import type { ServingLoad, ServingQuestion } from "../answers/serving.ts";
import { parseCount } from "../files/spelling.ts";
import { text } from "./command.ts";
import { flagIssue } from "./flags.ts";

type Flags = Readonly<Record<string, unknown>>;

const PERCENTILES = ["mean", "p50", "p90", "p95", "p99"] as const;
/** Larger numbers are typing mistakes, and would run for hours. */
const MOST_TOKENS = 10_000_000;
const MOST_VARIATION = 3;
const UNIT_S: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };

const UNMODELED: Readonly<Record<string, readonly [what: string, nearest: string]>> = {
  "kv-offload": [
    "keys and values kept on the host",
    "give what their reuse saves as --prefix-cache, or make room by --kv-precision fp8 or --tp",
  ],
  pp: ["stages of a pipeline inside a replica", "spread a replica over more ranks by --tp"],
  ep: ["experts spread over ranks of their own", "split experts with everything else by --tp"],
};

export async function servingQuestion(target: string, flags: Flags): Promise<ServingQuestion> {
  const { readLargeModel } = await import("../files/large-model.ts");
  const { partOf } = await import("../answers/accuracy/read-part.ts");
  const reader = new Reader(flags);
  const lengths = {
    promptTokens: reader.count("isl", MOST_TOKENS) ?? 1,
    outputTokens: reader.count("osl", MOST_TOKENS) ?? 1,
    variation: reader.number("variation", 0, MOST_VARIATION) ?? 0,
    cachedShare: reader.share("prefix-cache") ?? 0,
  };
  const load = reader.load();
  const level = reader.level();
  const draft = reader.draft();
  const tp = reader.count("tp", 1024);
  const replicaCount = reader.count("replicas");
  const budgetTokens = reader.count("budget-tokens", MOST_TOKENS) ?? 8192;
  const spareCount = reader.number("spare", 0, 10_000) ?? 0;
  const seed = reader.number("seed", 0, 2 ** 31) ?? 1;
  reader.refuseUnmodeled();
  reader.finish();
  const model = await readLargeModel(target);
  const part = partOf(text(flags, "accelerator") ?? "");
  const weightBits = { bf16: 16, fp8: 8, fp4: 4 } as const;
  const precision = text(flags, "precision");
  const bits = precision === "fp8" || precision === "fp4" ? weightBits[precision] : 16;
  // Engines keep 8-bit keys and values beside 8-bit weights, where the part multiplies them.
  const usual = bits < 16 && part.peakFp8FlopPerS > 0 ? 8 : 16;
  const asked = text(flags, "kv-precision");
  return {
    ...(await anchorOf(text(flags, "calibration"))),
    ...{ model, part, tp, weightBits: bits, lengths, load, level, draft },
    ...{ replicaCount, spareCount, budgetTokens, seed },
    kvBits: asked === "fp8" ? 8 : asked === "bf16" ? 16 : usual,
  };
}

async function anchorOf(file: string | undefined): Promise<Pick<ServingQuestion, "anchor">> {
  if (file === undefined) return {};
  const { readServingOverlay } = await import("../files/serving-overlay.ts");
  const { servingAnchorFrom } = await import("../answers/calibrate-serving.ts");
  return { anchor: servingAnchorFrom(await readServingOverlay(file)) };
}

class Reader {
  readonly #flags: Flags;
  readonly #issues: Issue[] = [];

  constructor(flags: Flags) {
    this.#flags = flags;
  }

  finish(): void {
    if (this.#issues.length > 0) throw new InputError(this.#issues);
  }

  count(name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const word = text(this.#flags, name);
    if (word === undefined) return undefined;
    const count = parseCount(word);
    if (count !== undefined && Number.isSafeInteger(count) && count > 0 && count <= most) {
      return count;
    }
    return this.#complain(name, word, "a positive whole number");
  }

  number(name: string, least: number, most: number): number | undefined {
    const word = text(this.#flags, name);
    if (word === undefined) return undefined;
    const value = Number(word);
    if (/^\d+(\.\d+)?$/.test(word) && value >= least && value <= most) return value;
    return this.#complain(name, word, `a number from ${least} to ${most}`);
  }

  share(name: string): number | undefined {
    const word = text(this.#flags, name);
    if (word === undefined) return undefined;
    const [, digits, percent] = /^(\d+(?:\.\d+)?)\s*(%)?$/.exec(word) ?? [];
    const share = Number(digits) / (percent === undefined ? 1 : 100);
    if (digits !== undefined && share < 1) return share;
    return this.#complain(name, word, "a share below 100 %, as 30%");
  }

  load(): ServingLoad {
    const asked = ["request-rate", "users", "concurrency", "trace"].filter(
      (name) => text(this.#flags, name) !== undefined,
    );
    if (asked.length !== 1) {
      const found = asked.length === 0 ? "no load" : `--${asked.join(" and --")}`;
      this.#issues.push(
        flagIssue("--users", found, "one of --request-rate, --users, --concurrency", "give one"),
      );
    }
    const rate = this.number("request-rate", 0, 1e9);
    if (rate === 0) this.#complain("request-rate", "0", "more than no requests");
    if (rate !== undefined) return { kind: "rate", requestsPerS: rate };
    const thinkS = this.#seconds("think") ?? 0;
    const userCount = this.count("users") ?? this.count("concurrency") ?? 1;
    return { kind: "users", userCount, thinkS: asked.includes("users") ? thinkS : 0 };
  }

  level(): ServiceLevel {
    const percentile = PERCENTILES.find((one) => one === text(this.#flags, "percentile")) ?? "p95";
    const ttftS = this.#seconds("ttft");
    const rate = this.number("tokens-per-s", 0, 1e6);
    if (rate === 0) this.#complain("tokens-per-s", "0", "a number above 0");
    const tpotS = this.#seconds("tpot") ?? (rate === undefined ? undefined : 1 / rate);
    for (const [name, value] of [
      ["ttft", ttftS],
      ["tpot", tpotS],
    ] as const) {
      if (value === 0) this.#complain(name, "0", "a time above 0");
    }
    return {
      percentile,
      ...(ttftS === undefined ? {} : { ttftS }),
      ...(tpotS === undefined ? {} : { tpotS }),
    };
  }

  draft() {
    const word = text(this.#flags, "speculate");
    if (word === undefined) return undefined;
    const parts = word.split(":").map(Number);
    const [draftCount = 0, acceptanceShare = Number.NaN, costShare = 0] = parts;
    const isFine =
      parts.length <= 3 &&
      Number.isSafeInteger(draftCount) &&
      draftCount >= 1 &&
      draftCount <= 64 &&
      acceptanceShare >= 0 &&
      acceptanceShare <= 1 &&
      costShare >= 0 &&
      costShare <= 10;
    if (isFine) return { draftCount, acceptanceShare, costShare };
    return this.#complain("speculate", word, "tokens:acceptance[:cost], as 4:0.7:0.1");
  }

  /** What engines do and the loop does not: refused by name, with what comes nearest. */
  refuseUnmodeled(): void {
    for (const [name, [what, nearest]] of Object.entries(UNMODELED)) {
      const word = text(this.#flags, name);
      if (word === undefined) continue;
      const issue = flagIssue(`--${name}`, `${what} (${word})`, "what is modeled", nearest);
      this.#issues.push({ ...issue, code: "not-modeled" });
    }
  }

  #seconds(name: string): number | undefined {
    const word = text(this.#flags, name);
    if (word === undefined) return undefined;
    if (word === "0" || word === "0s") return 0;
    const [, digits, unit = ""] = /^(\d{1,9}(?:\.\d{1,9})?)\s?(us|ms|s|min|h)$/.exec(word) ?? [];
    const seconds = Number(digits) * (UNIT_S[unit] ?? 0);
    if (seconds > 0) return seconds;
    return this.#complain(name, word, "a time with its unit, as 2s or 50ms");
  }

  #complain(name: string, word: string, expected: string): undefined {
    this.#issues.push(flagIssue(`--${name}`, `"${word}"`, expected, `correct --${name}`));
    return undefined;
  }
}
