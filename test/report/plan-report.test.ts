/** A plan's report: sums close, nothing runs but a hashed script, prices can be taken out. */
import { createHash } from "node:crypto";
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { beforeAll, test } from "vitest";
import { at, present } from "../../src/base/assert.ts";
import type { PlanAnswer } from "../../src/records/plan.ts";
import { blocksOf, cellText } from "../../src/report/document.ts";
import type { DocumentTable, ReportDocument } from "../../src/report/document.ts";
import { documentCsv, documentDrawings, documentMarkdown } from "../../src/report/document-text.ts";
import { documentPage } from "../../src/report/html/document.ts";
import { LIVING_SCRIPT } from "../../src/report/html/living.ts";
import { planJson } from "../../src/report/plan.ts";
import { planDocument } from "../../src/report/plan-document.ts";
import { rangeWords } from "../../src/report/plan-words.ts";
import { redacted, withoutMoney } from "../../src/report/redact.ts";
import { all, parseHtml, parseXml } from "../support/dom.ts";
import { NASTY_NAMES } from "../support/nasty.ts";
import { PLAN_WORDS, samplePlan } from "../support/sample-plan.ts";

let answer: PlanAnswer;
let document: ReportDocument;
let text = "";

beforeAll(async () => {
  answer = await samplePlan();
  document = planDocument(answer, PLAN_WORDS);
  text = await documentPage(document);
}, 30_000);

const tables = (): DocumentTable[] =>
  blocksOf(document).flatMap((block) => (block.kind === "table" ? [block] : []));

const number = (shown: string): number => Number(shown.replace(/[, ]/g, "").replace("−", "-"));

const dataOf = (page: string): { answer: unknown; words: unknown; redacted: unknown } =>
  JSON.parse(
    present(all(parseHtml(page), "#fabricast-data")[0], "the data").textContent,
  ) as ReturnType<typeof dataOf>;

test("only the style and the one small script whose hashes the policy names can run", () => {
  const page = parseHtml(text);
  const [style] = all(page, "style");
  const scripts = all(page, "script");
  equal(scripts.length, 2);
  equal(at(scripts, 1).textContent, LIVING_SCRIPT);
  ok(LIVING_SCRIPT.length <= 8192);
  const hash = (code: string): string => createHash("sha256").update(code).digest("base64");
  const policy = all(page, "meta[http-equiv]")[0]?.getAttribute("content") ?? "";
  match(policy, /^default-src 'none'; /);
  ok(policy.includes(`style-src 'sha256-${hash(style?.textContent ?? "")}'`));
  ok(policy.includes(`script-src 'sha256-${hash(LIVING_SCRIPT)}'`));
  ok(text.length <= 600_000, String(text.length));
});

test("the data inside the page is the plan as programs read it, and the words that asked", () => {
  const data = dataOf(text);
  deepEqual(data.answer, JSON.parse(planJson(answer)));
  deepEqual(data.words, PLAN_WORDS);
});

test("the head has range, bad case, basis, own quotes, cash by year and the verdict", () => {
  const { sentence, verdict, beware } = document.answer;
  match(
    sentence,
    /^Take [\d,]+ accelerators: .* days \(8.in.10:.[\d.]+.to.[\d.]+\) for [\d.]+.M.USD/,
  );
  ok(sentence.split(/\s+/).length <= 40);
  ok(verdict === "yes" || verdict === "unclear");
  match(at(beware, 0), /30 days are met at p90 with [\d.]+ days to spare\. Bad case \(p95\)/);
  const scope = Object.fromEntries(document.scope);
  match(scope["Cost basis"] ?? "", /0.% of the money is from your quotes/);
  const cash = [...(scope["Cash by year"] ?? "").matchAll(/([\d.]+).M.USD/g)].map(([, n]) =>
    Number(n),
  );
  const sum = present(cash.pop(), "a sum");
  ok(Math.abs(cash.reduce((a, b) => a + b, 0) - sum) < 1e-9);
  equal(all(parseHtml(text), ".sign p").length, 3);
});

test("every table that ends in a total adds up as printed, column by column", () => {
  const summed = tables().filter(({ isSummed }) => isSummed === true);
  ok(summed.length >= 5);
  for (const { rows, numbers, title } of summed) {
    const total = at(rows, rows.length - 1);
    for (const column of numbers) {
      const shown = rows.slice(0, -1).map((row) => number(cellText(at(row, column))));
      const whole = number(cellText(at(total, column)));
      const known = shown.filter((value) => Number.isFinite(value));
      // Counts and single prices have no total.
      if (cellText(at(total, column)) === "") continue;
      const sum = known.reduce((a, b) => a + b, 0);
      ok(Math.abs(sum - whole) < 1e-6, `${title}: ${sum}, ${whole}`);
    }
  }
});

test("an input at its better end is no later than now, at its worse end no earlier", () => {
  const { moves } = answer.detail;
  equal(moves.length, 5);
  for (const { low, high, flipsAt, flipsInside } of moves) {
    ok(low.p90S <= high.p90S * (1 + 1e-12));
    equal(flipsInside, high.p90S > answer.question.withinS);
    ok(!flipsInside || flipsAt !== undefined);
  }
});

test("every chart has axes with units, its values as a table, and is XML as a file", async () => {
  const charts = blocksOf(document).flatMap((block) =>
    block.kind === "chart" ? [block.chart] : [],
  );
  deepEqual(charts.map(({ name }) => name).toSorted(), [
    "fat-tree",
    "moves",
    "pareto",
    "waterfall",
  ]);
  ok(charts.every(({ values, title }) => values.rows.length > 0 && /\d/.test(title)));
  for (const { text: svg } of await documentDrawings(document)) parseXml(svg);
});

test("without prices no amount is left, on the page, in its data or elsewhere", async () => {
  const bare = redacted(document);
  const forms = [await documentPage(bare), documentMarkdown(bare), await documentCsv(bare)];
  for (const form of forms) {
    const amount = /.{0,30}\d(?:&nbsp;|\s|\u00a0)?(?:[kMB](?:\s|\u00a0))?USD/.exec(form);
    equal(amount?.[0], undefined);
    match(form, /redacted/);
  }
  for (const { total } of answer.options) {
    ok(forms.every((form) => !form.includes(rangeWords(total))));
  }
  const money = new Set<number>();
  const collect = (data: unknown, isMoney: boolean): void => {
    if (typeof data === "number" && isMoney) money.add(data);
    if (typeof data !== "object" || data === null) return;
    for (const [key, one] of Object.entries(data)) collect(one, isMoney || /usd/i.test(key));
  };
  collect(JSON.parse(planJson(answer)), false);
  ok(money.size > 20);
  const data = JSON.stringify(dataOf(at(forms, 0)));
  for (const amount of money) {
    if (amount >= 1000) ok(!data.includes(String(amount)), String(amount));
  }
  equal(dataOf(at(forms, 0)).redacted, true);
  ok(!at(forms, 0).includes("fc-pareto"));
});

test("amounts and their ratios are taken out of a sentence, days and power stay", () => {
  equal(
    withoutMoney("+10.7\u00a0% in cost (1.70\u00a0M\u00a0USD), p90 7.3 d later, +30.8 % in power"),
    "redacted in cost (redacted), p90 7.3 d later, +30.8 % in power",
  );
  equal(withoutMoney("costs 3.1\u00a0M\u00a0USD (2.5 to 3.9\u00a0M\u00a0USD)"), "costs redacted");
  equal(withoutMoney("1,984 × B200 at 6.69 USD an hour"), "1,984 × B200 at redacted an hour");
});

test("names of strangers are text in every form", async () => {
  for (const name of NASTY_NAMES.slice(0, 14)) {
    const model = { ...answer.question.model, name };
    const option = { ...at(answer.options, 0), cluster: `${name}, ${name}`, siteName: name };
    const hostile = {
      ...answer,
      ...{ question: { ...answer.question, model }, options: [option, ...answer.options.slice(1)] },
      rejected: [{ cluster: name, why: name }],
    };
    const one = planDocument(hostile, ["plan", "--model", name]);
    const page = parseHtml(await documentPage(one));
    equal(all(page, "script").length, 2);
    equal(all(page, "img, iframe, object, embed, base, form").length, 0);
    for (const element of all(page, "*")) {
      for (const { name: attribute } of Array.from(element.attributes)) {
        ok(!attribute.startsWith("on"), attribute);
      }
    }
    // Commands stand in an indented block, where nothing is markup.
    doesNotMatch(documentMarkdown(one).replace(/^ {4}.*$/gm, ""), /<[a-z]/i);
    doesNotMatch(await documentCsv(one), /(?:^|,)"?[=+@]/m);
  }
}, 60_000);
