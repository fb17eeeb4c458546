/** What would make a layout fit, each change evaluated whole; the least slowing ones first. */
import type { LayoutRequest, Remedy } from "../../records/large-step.ts";
import { isLegal } from "../../workload/layout-legal.ts";
import type { Evaluated, LargeCase } from "./evaluate.ts";
import { evaluate, fits } from "./evaluate.ts";
import { denseLayoutOf, layoutText } from "./setting.ts";

type Changed = Partial<Required<LayoutRequest>>;

const MOST = 5;

/** Changes of a layout that hold less, as words and as keys. */
function changesOf({ request, run }: Evaluated): (readonly [string, Changed])[] {
  const { tensorRanks, stages, replicas, contextRanks, microBatch, chunks } = request;
  const group = replicas * contextRanks;
  const changes: (readonly [string, Changed])[] = [];
  if (request.zeroStages === 0) {
    changes.push(["share the optimizer's state (zero=1)", { zeroStages: 1, shardRanks: group }]);
  }
  if (request.zeroStages < 3 && group > 1) {
    changes.push(["share weights too (zero=3)", { zeroStages: 3, shardRanks: group }]);
  }
  if (request.recompute !== "per-op" && request.recompute !== "full") {
    changes.push(["recompute half of the products", { recompute: "per-op" }]);
  }
  if (request.recompute !== "full") {
    changes.push(["recompute whole layers", { recompute: "full" }]);
  }
  if (microBatch > 1) changes.push(["halve the micro-batch", { microBatch: microBatch / 2 }]);
  if (chunks > 1) changes.push(["do not interleave (vp=1)", { chunks: 1 }]);
  const shared = (next: number): number =>
    request.zeroStages === 0 ? 1 : Math.max(1, next * contextRanks);
  if (replicas % 2 === 0) {
    const half = replicas / 2;
    const dp = { replicas: half, shardRanks: shared(half) };
    if (tensorRanks < run.part.domainRanks) {
      changes.push([`tp ${tensorRanks * 2}`, { ...dp, tensorRanks: tensorRanks * 2 }]);
    }
    changes.push([`pp ${stages * 2}`, { ...dp, stages: stages * 2, chunks: 1 }]);
    const cp = { contextRanks: contextRanks * 2, shardRanks: request.shardRanks };
    changes.push([`cp ${contextRanks * 2}`, { ...cp, replicas: half }]);
  }
  return changes;
}

export function remedies(about: LargeCase, base: Evaluated): Remedy[] {
  const { model, part, rankCount } = about;
  const context = { model: model.shape, part, rankCount, contextTokens: model.contextTokens };
  const pairs = (changes: ReturnType<typeof changesOf>) => {
    const both = changes.flatMap(([a, first], i) =>
      changes.slice(i + 1).flatMap(([b, second]) => {
        const isApart = Object.keys(first).every((key) => !(key in second));
        return isApart ? [[`${a}, and ${b}`, { ...first, ...second }] as const] : [];
      }),
    );
    return [...changes, ...both];
  };
  return pairs(changesOf(base))
    .flatMap(([change, changed]): Remedy[] => {
      const request = { ...base.request, ...changed };
      if (!isLegal(context, denseLayoutOf(request))) return [];
      const found = evaluate(about, request);
      if (found.memoryBytes >= base.memoryBytes) return [];
      return [
        {
          ...{ change, layout: layoutText(request), totalBytes: found.memoryBytes },
          fits: fits(found),
          stepTimeRatio: found.stepTimeS / base.stepTimeS,
        },
      ];
    })
    .sort((a, b) => Number(b.fits) - Number(a.fits) || a.stepTimeRatio - b.stepTimeRatio)
    .slice(0, MOST);
}
