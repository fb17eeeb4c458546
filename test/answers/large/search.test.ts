/** The cached path of the search says what the traced one says. */
import { equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { seeded } from "../../../src/base/random.ts";
import { candidates } from "../../../src/answers/large/candidates.ts";
import { evaluate } from "../../../src/answers/large/evaluate.ts";
import { layoutTimer } from "../../../src/answers/large/search.ts";
import { completed, denseLayoutOf, largeRun, partOf } from "../../../src/answers/large/setting.ts";
import { stepTime } from "../../../src/workload/dense/step.ts";
import { isLegal, layoutProblems } from "../../../src/workload/layout-legal.ts";
import { fabricShares } from "../../../src/answers/large/fabric.ts";
import { buildGraph } from "../../../src/network/topology/build.ts";
import { questionOf } from "./support.ts";

for (const model of ["gpt-3-175b", "qwen3-235b-a22b"]) {
  test(`200 random layouts of ${model}: cached equals traced to 1e-12`, async () => {
    const layout = "auto,batch=1536,seq=2048";
    const question = await questionOf({ model, rankCount: 1024, layout });
    const about = { part: partOf(question.cluster), model: question.model, rankCount: 1024 };
    const { request: base } = completed(question, question.layout);
    const scope = {
      ...{ model: question.model.shape, rankCount: 1024, domainRanks: 8 },
      ...{ asked: question.layout, base },
    };
    const all = [...candidates(scope)];
    const timed = layoutTimer(about, base);
    const random = seeded(11);
    for (let i = 0; i < 200; i += 1) {
      const request = all[Math.floor(random() * all.length)];
      ok(request !== undefined);
      const found = timed(denseLayoutOf(request));
      const traced = stepTime(largeRun(about.part, about.model, request)).stepS;
      const { memoryBytes } = evaluate(about, request);
      ok(Math.abs(found.stepTimeS / traced - 1) <= 1e-12);
      ok(Math.abs(found.memoryBytes / memoryBytes - 1) <= 1e-12);
    }
  });
}

test("the quick rules and those with words refuse the same layouts", async () => {
  const question = await questionOf({ model: "gpt-3-175b", rankCount: 96 });
  const { request } = completed(question, question.layout);
  const part = partOf(question.cluster);
  const random = seeded(5);
  const pick = (values: readonly number[]): number =>
    values[Math.floor(random() * values.length)] ?? 1;
  let legal = 0;
  for (let i = 0; i < 3000; i += 1) {
    const tensorRanks = pick([1, 2, 3, 4, 5, 8]);
    const stages = pick([1, 2, 4, 6, 12]);
    const layout = denseLayoutOf({
      ...{ ...request, tensorRanks, stages, contextRanks: pick([1, 2]), chunks: pick([1, 2]) },
      replicas: pick([1, 2, 3, 4, 6, 8, 12]),
      ...{ microBatch: pick([1, 2, 3]), globalBatch: pick([96, 100]), seqTokens: 2048 },
    });
    const asked = { model: question.model.shape, layout, part, rankCount: 96, contextTokens: 2048 };
    const quick = isLegal(asked, layout);
    legal += Number(quick);
    equal(layoutProblems(asked).length === 0, quick, JSON.stringify(layout));
  }
  ok(legal > 20, String(legal));
});

test("on a fabric without oversubscription the engine leaves the wires as they are", async () => {
  const asking = { model: "gpt-3-175b", rankCount: 1024, cluster: "h100-fat-tree-1to1" };
  const question = await questionOf({ ...asking, layout: "auto,batch=1536,seq=2048" });
  const about = { part: partOf(question.cluster), model: question.model, rankCount: 1024 };
  const { request: base } = completed(question, question.layout);
  const scope = {
    ...{ model: question.model.shape, rankCount: 1024, domainRanks: 8 },
    ...{ asked: { ...question.layout, zeroStages: 1, microBatch: 1 }, base },
  };
  const graph = buildGraph(question.cluster, 1024);
  const all = [...candidates(scope)].filter((_, i) => i % 4 === 0);
  ok(all.length > 10, String(all.length));
  for (const request of all) {
    const plain = evaluate(about, request);
    const { shares } = fabricShares(question.cluster, graph, plain.run);
    const shared = evaluate({ ...about, fabric: shares }, request);
    ok(Math.abs(shared.stepTimeS / plain.stepTimeS - 1) < 0.05);
  }
});
