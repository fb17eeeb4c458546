/**
 * Layouts of GPT-3 175B on 1,024 accelerators: time and memory of each by the closed form, ops
 * traced once for each class. And a whole step of Llama 3.1 405B on 16,384 with the fabric's
 * links by the engine.
 */
import { candidates } from "../src/answers/large/candidates.ts";
import { evaluate } from "../src/answers/large/evaluate.ts";
import { fabricShares } from "../src/answers/large/fabric.ts";
import { layoutTimer } from "../src/answers/large/search.ts";
import type { LargeQuestion } from "../src/answers/large/setting.ts";
import { completed, denseLayoutOf, partOf } from "../src/answers/large/setting.ts";
import { readCluster } from "../src/files/cluster.ts";
import { readLargeModel } from "../src/files/large-model.ts";
import { layoutFrom } from "../src/files/layout-text.ts";
import { buildGraph } from "../src/network/topology/build.ts";
import { isLegal } from "../src/workload/layout-legal.ts";
import { type Bench, type BenchRow, shortestS } from "./harness.ts";

const LAYOUTS_PER_S_MIN = 50_000;
const STEP_MAX_S = 3;
const MEMORY_MAX_BYTES = 2 ** 30;

export const bench: Bench = {
  name: "layouts",
  async run(size) {
    return [...(await search(size === "large" ? 5 : 2)), ...(await wholeStep())];
  },
};

async function questionOf(
  model: string,
  cluster: string,
  rankCount: number,
  layout: string,
): Promise<LargeQuestion> {
  return {
    ...{ id: "bench", title: "", asOf: "2026-11-23", seed: 1, rankCount, isAuto: true },
    ...{ changes: [], published: [], reference: model },
    model: await readLargeModel(model),
    cluster: await readCluster(cluster),
    layout: layoutFrom(layout),
  };
}

/** Counts only legal layouts, whose time and memory were computed. */
async function search(runs: number): Promise<BenchRow[]> {
  const asked = "batch=1536,seq=2048";
  const question = await questionOf("gpt-3-175b", "h100-fat-tree-1to1", 1024, asked);
  const about = { part: partOf(question.cluster), model: question.model, rankCount: 1024 };
  const { request: base } = completed(question, question.layout);
  const context = {
    ...{ model: question.model.shape, part: about.part, rankCount: 1024 },
    contextTokens: question.model.contextTokens,
  };
  const scope = {
    ...{ model: question.model.shape, rankCount: 1024, domainRanks: 8 },
    ...{ asked: question.layout, base },
  };
  let [count, checksum] = [0, 0];
  const seconds = await shortestS(runs, () => {
    const timed = layoutTimer(about, base);
    count = 0;
    for (let turn = 0; turn < 10; turn++) {
      for (const request of candidates(scope)) {
        const layout = denseLayoutOf(request);
        if (!isLegal(context, layout)) continue;
        const { stepTimeS, memoryBytes } = timed(layout);
        checksum += stepTimeS + memoryBytes;
        count += 1;
      }
    }
  });
  const title = `layouts of GPT-3 175B, time and memory (sum ${checksum > 0 ? "kept" : "lost"})`;
  return [
    { case: title, threads: 1, value: count / seconds, unit: "1/s", bound: LAYOUTS_PER_S_MIN },
  ];
}

async function wholeStep(): Promise<BenchRow[]> {
  const layout = "tp=8,pp=16,vp=1,dp=128,micro=1,batch=2048,seq=8192,zero=1";
  const question = await questionOf("llama-3-405b", "h100-roce-24576", 16_384, layout);
  const { cluster, model, rankCount } = question;
  const { request } = completed(question, question.layout);
  const seconds = await shortestS(1, () => {
    const about = { part: partOf(cluster), model, rankCount };
    const graph = buildGraph(cluster, rankCount);
    const { shares } = fabricShares(cluster, graph, evaluate(about, request).run);
    evaluate({ ...about, fabric: shares }, request);
  });
  const title = "step of Llama 3.1 405B on 16,384, with the engine";
  const { rss } = process.memoryUsage();
  return [
    { case: title, threads: 1, value: seconds, unit: "s", bound: STEP_MAX_S },
    { case: `${title}, memory`, threads: 1, value: rss, unit: "B", bound: MEMORY_MAX_BYTES },
  ];
}
