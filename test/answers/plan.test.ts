/** `plan`: options that end in time, caps that exclude, money that adds up. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { InfeasibleError, InputError } from "../../src/base/errors.ts";
import { exactSum } from "../../src/base/sum.ts";
import { fastestLayout, tokenFlop } from "../../src/answers/plan-evaluate.ts";
import { clusterData, familyOf, FAMILIES, sizesOf } from "../../src/answers/plan-families.ts";
import { planFamilies } from "../../src/answers/plan.ts";
import { readLargeModel } from "../../src/files/large-model.ts";
import { planned } from "../../src/cli/planned.ts";
import { planQuestion } from "../../src/cli/plan-flags.ts";
import { planJson, planText } from "../../src/report/plan.ts";
import { PART_ROWS } from "../../src/workload/dense/parts.ts";

const flags = {
  ...{ model: "llama-3-8b", tokens: "2T", within: "30d", restart: "10 min", batch: "512" },
};
const asked = (more: Record<string, string> = {}) => planQuestion({ ...flags, ...more });
const DAY_S = 86_400;
/** Answered once for all tests that look at it. */
const usual = asked().then((question) => planned(question, "us-average"));

const issuesOf = async (more: Record<string, string>): Promise<string[]> => {
  try {
    await asked(more);
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ file, code }) => `${file} ${code}`);
  }
  return [];
};

test("every option ends in time at p90, and at least three name different clusters", async () => {
  const { options, rejected } = await usual;
  ok(options.length >= 3 && options.length <= 5);
  ok(options.every(({ p90S }) => p90S <= 30 * DAY_S));
  ok(options.every(({ p10S, p50S, p90S, p99S }) => p10S < p50S && p50S < p90S && p90S < p99S));
  ok(new Set(options.map(({ cluster }) => cluster)).size >= 3);
  ok(rejected.length > 0 && rejected.every(({ why }) => why.length > 10));
  const totals = options.map(({ total }) => total.midUsd);
  ok(totals.every((total, i) => i === 0 || total >= 0.99 * at(totals, i - 1)));
});

test("tokens over days and goodput is the rate of the steps", async () => {
  const { options } = await usual;
  for (const { tokensPerS, stepS, layout, p50S, goodput } of options) {
    ok(Math.abs((layout.globalBatch * 8192) / stepS / tokensPerS - 1) < 1e-12);
    // The median lies near work over goodput; the rate's uncertainty moves it a little.
    ok(Math.abs(2e12 / tokensPerS / goodput / p50S - 1) < 0.02);
  }
});

test("columns of money add up exactly, by line and by year", async () => {
  const basis = { basis: "buy", start: "2026-12-20" };
  const { options } = await planned(await asked(basis), "us-average,france");
  for (const { lines, total, cashByYear, capitalUsd } of options) {
    equal(total.midUsd, exactSum(lines.map(({ midUsd }) => midUsd)));
    equal(total.highUsd, exactSum(lines.map(({ highUsd }) => highUsd)));
    const cash = exactSum(cashByYear.map(({ midUsd }) => midUsd));
    ok(Math.abs(cash / total.midUsd - 1) < 1e-12);
    deepEqual(
      cashByYear.map(({ year }) => year),
      [2026, 2027],
    );
    ok((capitalUsd ?? 0) < total.midUsd && total.lowUsd < total.midUsd);
  }
});

test("caps that exclude everything are named, with the least that one has to give", async () => {
  const impossible = await asked({ budget: "80k USD", power: "0.1 MW" });
  await planned(impossible, "us-average").then(
    () => ok(false, "nothing keeps these caps"),
    (error: unknown) => {
      ok(error instanceof InfeasibleError);
      match(
        error.message,
        /in conflict are budget 80\.0.k.USD; smallest relaxation: .*budget about .* together/,
      );
      match(error.message, /\[infeasible\]/);
    },
  );
  const tight = await asked({ budget: "200k USD" });
  await planned(tight, "us-average").then(
    () => ok(false, "nothing is that cheap"),
    (error: unknown) => {
      match(String(error), /smallest relaxation: (deadline|budget) about/);
    },
  );
});

test("a cap that something keeps leaves only what keeps it", async () => {
  const { options, rejected } = await planned(await asked({ power: "0.2 MW" }), "us-average");
  ok(options.length > 0 && options.every(({ wallW }) => (wallW ?? Infinity) <= 0.2e6));
  ok(rejected.some(({ why }) => /over a cap: power/.test(why)));
});

test("vendors are a filter, and one basis prices all: no mixed kinds of rent", async () => {
  deepEqual(
    new Set(planFamilies({ vendors: ["amd"] }).map(({ vendor }) => vendor)),
    new Set(["AMD"]),
  );
  const google = await planned(await asked({ vendors: "google" }), "us-average");
  deepEqual(new Set(google.options.map(({ vendor }) => vendor)), new Set(["Google"]));
  const { options, rejected } = await usual;
  ok(options.every(({ lines }) => at(lines, 0).name.endsWith("on-demand")));
  ok(rejected.some(({ why }) => /no listed on-demand price/.test(why)));
  const market = await planned(await asked({ rent: "market" }), "us-average");
  ok(market.options.some(({ vendor }) => vendor === "AMD"));
});

test("wrong flags are refused together, each by name", async () => {
  deepEqual(await issuesOf({ budget: "0 USD", by: "2020-01-01", vendors: "Nvidea" }), [
    "--by deadline-passed",
    "--budget out-of-range",
    "--vendors invalid-flag",
  ]);
  deepEqual(await issuesOf({ start: "2025-01-01" }), ["--start deadline-passed"]);
  deepEqual(await issuesOf({ power: "5" }), ["--power bare-quantity"]);
  deepEqual(await issuesOf({ within: "60" }), ["--within bare-quantity"]);
  await rejects(planQuestion({ ...flags, within: undefined }), /no deadline/);
  await rejects(asked({ model: "llama-3-8bb" }), /did you mean .llama-3-8b/);
});

test("JSON holds the contract's keys; text names basis, ranges and what is left out", async () => {
  const answer = await usual;
  const shown = JSON.parse(planJson(answer)) as Record<string, unknown>;
  const [first] = shown["options"] as Record<string, unknown>[];
  equal(typeof first?.["cluster"], "string");
  equal(typeof first?.["accelerators"], "number");
  deepEqual(Object.keys(first?.["totalUsd"] as object), ["low", "mid", "high"]);
  ok(["p50", "p90"].every((key) => key in ((first ?? {})["days"] as object)));
  ok(["rejected", "binding", "flips", "acceptanceTests"].every((key) => key in shown));
  const text = planText(answer);
  match(text, /Cost basis: rent, on-demand/);
  match(text, /not included: storage;/);
  equal(planText(await planned(await asked(), "us-average")), text);
});

test("no layout outruns the part, and each fits into memory", async () => {
  const model = await readLargeModel("llama-3-70b");
  for (const part of PART_ROWS.filter(({ id }) => /^(h100-sxm|b200-sxm|tpu-v5p)$/.test(id))) {
    const trained = { model, globalBatch: 2048, seqTokens: 8192, precision: "bf16" } as const;
    const found = fastestLayout(trained, part, 2048);
    ok(found !== undefined && found.memoryBytes < part.memoryBytes);
    const least = (2048 * 8192 * tokenFlop(model.shape, 8192)) / 2048 / part.matmulBf16FlopPerS;
    ok(found.stepS > least && found.mfu < 0.9);
    const { tensorRanks, stages, replicas } = found.run.layout;
    equal(tensorRanks * stages * replicas, 2048);
  }
});

test("families come in whole nodes, two tiers as far as they reach", () => {
  for (const family of FAMILIES) {
    const sizes = sizesOf(family, 500, 20_000);
    ok(sizes.length > 0 && sizes.every((size) => size % family.acceleratorsPerNode === 0));
  }
  const tree = (size: number) =>
    clusterData(familyOf("hgx-h100-2to1"), size, "us-average")["fabric"];
  equal("core" in (tree(2560) as object), false);
  equal("core" in (tree(2592) as object), true);
});
