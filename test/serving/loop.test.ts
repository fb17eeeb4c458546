/** The serving loop against what can be said without it: one request, a queue, conservation. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { capacityTokens, engineStepS, decodeStepS } from "../../src/serving/iteration.ts";
import type { Engine } from "../../src/serving/loop.ts";
import { serve, tokensPerStep } from "../../src/serving/loop.ts";
import { observe, observeTrace } from "../../src/serving/observe.ts";
import { distributionOf } from "../../src/serving/percentiles.ts";
import { drawRequests, emptyRequests, longestTokens } from "../../src/serving/requests.ts";
import { loadedTimes } from "../../src/serving/under-load.ts";
import { REPLICA } from "./replica.ts";

const engine: Engine = {
  replica: REPLICA,
  budgetTokens: 512,
  batchMaxCount: 64,
  capacityTokens: capacityTokens(REPLICA),
};

const requests = (rows: readonly (readonly [number, number, number, number?])[]) => {
  const columns = emptyRequests(rows.length);
  for (const [i, [arrival, prompt, output, cached = 0]] of rows.entries()) {
    columns.arrivalsS[i] = arrival;
    columns.promptTokens[i] = prompt;
    columns.outputTokens[i] = output;
    columns.cachedTokens[i] = cached;
  }
  return columns;
};

const near = (a: number, b: number) => ok(Math.abs(a - b) <= 1e-12 * Math.abs(b), `${a} is ${b}`);

const promptStep = (promptTokens: number, before: number, endedPrompts: number) =>
  engineStepS(REPLICA, {
    ...{ decodeCount: 0, tokensPerDecode: 1, contextTokens: 0, promptTokens, endedPrompts },
    promptPairs: promptTokens * (before + promptTokens / 2),
  });

test("a request alone takes its prompt in pieces of the budget, then a step per token", () => {
  // 1,200 tokens in steps of 512, 512 and 176; then 3 tokens at contexts 1201, 1202, 1203.
  const { firstTokenS, endS } = serve(engine, requests([[5, 1200, 4]]));
  const prompt = promptStep(512, 0, 0) + promptStep(512, 512, 0) + promptStep(176, 1024, 1);
  near((firstTokenS[0] ?? 0) - 5, prompt);
  const decode = [1201, 1202, 1203].reduce((sum, c) => sum + decodeStepS(REPLICA, 1, c), 0);
  near((endS[0] ?? 0) - 5, prompt + decode);
});

test("what the prefix cache holds is read, not computed", () => {
  const { firstTokenS } = serve(engine, requests([[0, 1200, 1, 1000]]));
  near(firstTokenS[0] ?? 0, promptStep(200, 1000, 1));
});

test("a request waits while the keys and values of others fill the memory", () => {
  const tight = { ...engine, capacityTokens: 110 };
  const { firstTokenS, endS } = serve(
    tight,
    requests([
      [0, 100, 10],
      [0, 100, 10],
    ]),
  );
  ok((firstTokenS[1] ?? 0) > (endS[0] ?? 0));
  const roomy = serve(
    engine,
    requests([
      [0, 100, 10],
      [0, 100, 10],
    ]),
  );
  ok((roomy.firstTokenS[1] ?? 0) <= (roomy.endS[0] ?? 0));
});

test("requests get their first token in the order of arrival, and none ends before it", () => {
  const traffic = { requestsPerS: 50, promptTokens: 300, outputTokens: 40, variation: 1 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), fc.double({ min: 0, max: 0.9 }), (seed, c) => {
      const drawn = drawRequests({ ...traffic, cachedShare: c }, 200, seed);
      const { firstTokenS, endS, stepCount, busyS } = serve(engine, drawn);
      for (let i = 0; i < 200; i++) {
        ok((firstTokenS[i] ?? 0) > (drawn.arrivalsS[i] ?? 0));
        ok((endS[i] ?? 0) >= (firstTokenS[i] ?? 0));
        if (i > 0) ok((firstTokenS[i] ?? 0) >= (firstTokenS[i - 1] ?? 0));
      }
      // Each step yields a token at most per sequence, so there are at least the longest's.
      ok(stepCount >= Math.max(...drawn.outputTokens));
      ok(busyS <= Math.max(...endS));
    }),
    { seed: 3, numRuns: 30 },
  );
});

test("the same seed draws the same requests, another does not; none is longer than said", () => {
  const traffic = { requestsPerS: 1, promptTokens: 500, outputTokens: 100, variation: 2 };
  const all = { ...traffic, cachedShare: 0.5 };
  deepEqual(drawRequests(all, 50, 1), drawRequests(all, 50, 1));
  const drawn = drawRequests(all, 20_000, 1);
  ok(drawRequests(all, 50, 2).arrivalsS[0] !== drawn.arrivalsS[0]);
  const most = longestTokens(all);
  drawn.promptTokens.forEach((p, i) => ok(p + (drawn.outputTokens[i] ?? 0) <= most));
  // The mean gap is one second: 20,000 arrivals take 20,000 s but for 3 deviations of √20,000.
  ok(Math.abs((drawn.arrivalsS.at(-1) ?? 0) - 20_000) < 3 * Math.sqrt(20_000));
});

test("a draft of d tokens accepted with a yields (1 − a^(d+1)) / (1 − a) tokens a step", () => {
  equal(tokensPerStep(undefined), 1);
  near(tokensPerStep({ draftCount: 4, acceptanceShare: 0.5, costShare: 0 }), 1.9375);
  equal(tokensPerStep({ draftCount: 4, acceptanceShare: 1, costShare: 0 }), 5);
  // Accepted always, 4 drafts: 20 further tokens in 4 steps instead of 20.
  const draft = { draftCount: 4, acceptanceShare: 1, costShare: 0 };
  equal(serve({ ...engine, draft }, requests([[0, 100, 21]])).stepCount, 5);
  equal(serve(engine, requests([[0, 100, 21]])).stepCount, 21);
});

test("up to 70 % load the closed form's means are within 8 % of the loop's, by the median", () => {
  const ratios: number[] = [];
  const wide = { ...engine, budgetTokens: 8192, batchMaxCount: 2048 };
  for (const requestsPerS of [1, 3, 6]) {
    for (const variation of [0, 1]) {
      const lengths = { promptTokens: 800, outputTokens: 200, variation, cachedShare: 0 };
      const traffic = { ...lengths, requestsPerS };
      const seen = observe(wide, traffic, { requestCount: 3000, seeds: [1, 2] });
      const bounds = { budgetTokens: 8192, sequenceMaxCount: 2048 };
      const times = loadedTimes(REPLICA, traffic, bounds);
      ok(times !== undefined);
      ratios.push(Math.abs(times.ttftS / seen.ttft.meanS - 1));
      ratios.push(Math.abs(times.tpotS / seen.tpot.meanS - 1));
    }
  }
  const sorted = ratios.toSorted((a, b) => a - b);
  ok((sorted[Math.floor(sorted.length / 2)] ?? 1) <= 0.08, String(sorted));
});

test("beyond what it can do the closed form says nothing", () => {
  const traffic = { requestsPerS: 1e6, promptTokens: 800, outputTokens: 200, variation: 0 };
  const bounds = { budgetTokens: 8192, sequenceMaxCount: 2048 };
  equal(loadedTimes(REPLICA, { ...traffic, cachedShare: 0 }, bounds), undefined);
});

test("percentiles are values of the sample; a trace counts every request", () => {
  const { meanS, p50S, p90S, p99S } = distributionOf(Float64Array.from([4, 1, 3, 2]));
  deepEqual([meanS, p50S, p90S, p99S], [2.5, 2, 4, 4]);
  const seen = observeTrace(engine, [
    requests([
      [0, 10, 2],
      [9, 10, 2],
    ]),
  ]);
  // Two requests that never meet: each its prompt and one step at context 11.
  near(seen.ttft.meanS, promptStep(10, 0, 1));
  near(seen.tpot.meanS, decodeStepS(REPLICA, 1, 11));
});
