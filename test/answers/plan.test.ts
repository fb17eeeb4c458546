/** `plan`: options that end in time, caps that exclude, money that adds up. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { test } from "vitest";
import { at } from "../../src/base/assert.ts";
import { InfeasibleError, InputError } from "../../src/base/errors.ts";
import { exactSum } from "../../src/base/sum.ts";
import { fastestLayout, tokenFlop } from "../../src/answers/plan-evaluate.ts";
import { clusterData, familyOf, FAMILIES, sizesOf } from "../../src/answers/plan-families.ts";
import { planFamilies } from "../../src/answers/plan.ts";
import { planModel, PLAN_MODELS } from "../../src/answers/plan-models.ts";
import { planned } from "../../src/cli/planned.ts";
import { planQuestion } from "../../src/cli/plan-flags.ts";
import { planJson, planText } from "../../src/report/plan.ts";
import { parameterCount } from "../../src/workload/dense/parameters.ts";
import { PART_ROWS } from "../../src/workload/dense/parts.ts";

const flags = { model: "llama-3-70b", tokens: "15T", within: "60d", restart: "10 min" };
const asked = (more: Record<string, string> = {}) => planQuestion({ ...flags, ...more });
const DAY_S = 86_400;
/** Answered once for all tests that look at it. */
const usual = planned(asked(), "us-average");

const issuesOf = (more: Record<string, string>): string[] => {
  try {
    asked(more);
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ file, code }) => `${file} ${code}`);
  }
  return [];
};

test("every option ends in time at p90, and at least three name different clusters", async () => {
  const { options, rejected } = await usual;
  ok(options.length >= 3 && options.length <= 5);
  ok(options.every(({ p90S }) => p90S <= 60 * DAY_S));
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
    ok(Math.abs(15e12 / tokensPerS / goodput / p50S - 1) < 0.02);
  }
});

test("columns of money add up exactly, by line and by year", async () => {
  const basis = { basis: "buy", start: "2026-12-20" };
  const { options } = await planned(asked(basis), "us-average,france");
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
  const impossible = asked({ budget: "5M USD", power: "2 MW" });
  await planned(impossible, "us-average").then(
    () => ok(false, "nothing keeps these caps"),
    (error: unknown) => {
      ok(error instanceof InfeasibleError);
      match(
        error.message,
        /in conflict are budget 5\.00.M.USD; smallest relaxation: .*budget about .* together/,
      );
      match(error.message, /\[infeasible\]/);
    },
  );
  const tight = asked({ budget: "12M USD" });
  await planned(tight, "us-average").then(
    () => ok(false, "nothing is that cheap"),
    (error: unknown) => {
      match(String(error), /smallest relaxation: (deadline|budget) about/);
    },
  );
});

test("a cap that something keeps leaves only what keeps it", async () => {
  const { options, rejected } = await planned(asked({ power: "4 MW" }), "us-average");
  ok(options.length > 0 && options.every(({ wallW }) => (wallW ?? Infinity) <= 4e6));
  ok(rejected.some(({ why }) => /over a cap: power/.test(why)));
});

test("vendors are a filter, and one basis prices all: no mixed kinds of rent", async () => {
  deepEqual(
    new Set(planFamilies({ vendors: ["amd"] }).map(({ vendor }) => vendor)),
    new Set(["AMD"]),
  );
  const google = await planned(asked({ vendors: "google" }), "us-average");
  deepEqual(new Set(google.options.map(({ vendor }) => vendor)), new Set(["Google"]));
  const { options, rejected } = await usual;
  ok(options.every(({ lines }) => /on-demand$/.test(at(lines, 0).name)));
  ok(rejected.some(({ why }) => /no listed on-demand price/.test(why)));
  const market = await planned(asked({ rent: "market" }), "us-average");
  ok(market.options.some(({ vendor }) => vendor === "AMD"));
});

test("wrong flags are refused together, each by name", () => {
  deepEqual(issuesOf({ budget: "0 USD", by: "2020-01-01", vendors: "Nvidea" }), [
    "--by deadline-passed",
    "--budget out-of-range",
    "--vendors invalid-flag",
  ]);
  deepEqual(issuesOf({ start: "2025-01-01" }), ["--start deadline-passed"]);
  deepEqual(issuesOf({ power: "5" }), ["--power bare-quantity"]);
  deepEqual(issuesOf({ within: "60" }), ["--within bare-quantity"]);
  throws(() => planQuestion({ ...flags, within: undefined }), /no deadline/);
  throws(() => planModel("llama-3-71b"), /did you mean llama-3-70b/);
});

test("JSON holds the contract's keys; text names basis, ranges and what is left out", async () => {
  const answer = await usual;
  const shown = JSON.parse(planJson(answer)) as Record<string, unknown>;
  const [first] = shown["options"] as Record<string, unknown>[];
  equal(typeof first?.["cluster"], "string");
  equal(typeof first?.["accelerators"], "number");
  deepEqual(Object.keys(first?.["totalUsd"] as object), ["low", "mid", "high"]);
  ok(["p50", "p90"].every((key) => key in (first?.["days"] as object)));
  ok(["rejected", "binding", "flips", "acceptanceTests"].every((key) => key in shown));
  const text = planText(answer);
  match(text, /Cost basis: rent, on-demand/);
  match(text, /not included: storage;/);
  equal(planText(await planned(asked(), "us-average")), text);
});

test("models have the parameters of their names", () => {
  for (const [id, billions] of [
    ["llama-3-8b", 8.03],
    ["llama-3-70b", 70.55],
    ["llama-3-405b", 405.8],
    ["gpt-175b", 174.6],
  ] as const) {
    const model = planModel(id);
    const found = parameterCount(model, { layers: model.layers }) / 1e9;
    ok(Math.abs(found / billions - 1) < 0.01, `${id}: ${found}`);
  }
  ok(PLAN_MODELS.every((id) => planModel(id).layers > 0));
});

test("no layout outruns the part, and each fits into memory", () => {
  const model = planModel("llama-3-70b");
  for (const part of PART_ROWS.filter(({ id }) => /^(h100-sxm|b200-sxm|tpu-v5p)$/.test(id))) {
    const trained = { model, globalBatch: 2048, seqTokens: 8192, precision: "bf16" } as const;
    const found = fastestLayout(trained, part, 2048);
    ok(found !== undefined && found.memoryBytes < part.memoryBytes);
    const least = (2048 * 8192 * tokenFlop(model, 8192)) / 2048 / part.matmulBf16FlopPerS;
    ok(found.stepS > least && found.mfu < 0.9);
    const { tensorRanks, stages, replicas } = found.layout;
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
