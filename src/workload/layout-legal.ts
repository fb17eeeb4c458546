/**
 * What a layout must divide: ranks, heads, layers, batch, sequence, experts. Each rule that is
 * broken names the nearest values that keep it.
 */
import type { DenseLayout, DenseModel, PartRates } from "./dense/types.ts";

export interface LayoutProblem {
  /** The letters of the layout that would have to change. */
  readonly key: string;
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly nextStep: string;
}

export interface LegalRequest {
  readonly model: DenseModel;
  readonly layout: DenseLayout;
  readonly part: PartRates;
  readonly rankCount: number;
  readonly contextTokens: number;
}

/** Whether a layout breaks no rule: the same rules as below, without words, for searching. */
export function isLegal(
  { model, rankCount }: Omit<LegalRequest, "layout">,
  layout: DenseLayout,
): boolean {
  const { tensorRanks, stages, contextRanks, replicas, expertRanks, chunks } = layout;
  const { microBatch, globalBatch, seqTokens } = layout;
  if (tensorRanks * stages * contextRanks * replicas !== rankCount) return false;
  if (model.heads % tensorRanks !== 0 || !sharesKeys(model.kvHeads, tensorRanks)) return false;
  if (model.ffnChannels % tensorRanks !== 0 || stages * chunks > model.layers) return false;
  if (globalBatch % (replicas * microBatch) !== 0) return false;
  const m = globalBatch / (replicas * microBatch);
  if (chunks > 1 && (stages === 1 || m % stages !== 0)) return false;
  if (contextRanks > 1 && seqTokens % (2 * contextRanks) !== 0) return false;
  const experts = model.experts?.experts ?? 1;
  return experts % expertRanks === 0 && (replicas * contextRanks * tensorRanks) % expertRanks === 0;
}

const sharesKeys = (kvHeads: number, tensorRanks: number): boolean =>
  kvHeads % tensorRanks === 0 || tensorRanks % kvHeads === 0;

export function layoutProblems(request: LegalRequest): LayoutProblem[] {
  return [...rankProblems(request), ...shapeProblems(request), ...batchProblems(request)];
}

function rankProblems({ model, layout, rankCount }: LegalRequest): LayoutProblem[] {
  const { tensorRanks, stages, contextRanks, replicas, expertRanks } = layout;
  const problems: LayoutProblem[] = [];
  const product = tensorRanks * stages * contextRanks;
  if (product * replicas !== rankCount) {
    const near = nearest(rankCount, product * replicas, (n) => n % product === 0);
    const words = `tp ${tensorRanks} · pp ${stages} · cp ${contextRanks} · dp ${replicas}`;
    const fits = rankCount % product === 0 ? `dp=${rankCount / product}` : undefined;
    problems.push(
      problem("dp", `${words} = ${product * replicas}`, `${rankCount} accelerators`, {
        nextStep: fits ?? `take ${near.join(" or ")} accelerators, or degrees that divide`,
      }),
    );
  }
  const experts = model.experts?.experts ?? 1;
  const group = replicas * contextRanks * tensorRanks;
  if (experts % expertRanks !== 0 || (group % expertRanks !== 0 && product * replicas > 0)) {
    const near = nearest(experts, expertRanks, (n) => experts % n === 0 && group % n === 0);
    problems.push(
      problem("ep", `ep ${expertRanks} for ${experts} experts over ${group} ranks`, undefined, {
        expected: "a divisor of both",
        nextStep: takes("ep", near),
      }),
    );
  }
  return problems;
}

function shapeProblems({ model, layout, part }: LegalRequest): LayoutProblem[] {
  const { tensorRanks, stages, chunks, precision } = layout;
  const problems: LayoutProblem[] = [];
  const splits = (n: number): boolean =>
    model.heads % n === 0 && sharesKeys(model.kvHeads, n) && model.ffnChannels % n === 0;
  if (!splits(tensorRanks)) {
    const shape = `${model.heads} heads, ${model.kvHeads} of keys, ${model.ffnChannels} channels`;
    problems.push(
      problem("tp", `tp ${tensorRanks} for ${shape}`, "a number that divides them", {
        nextStep: takes("tp", nearest(model.heads, tensorRanks, splits)),
      }),
    );
  }
  if (stages * chunks > model.layers) {
    const most = Math.max(1, Math.floor(model.layers / chunks));
    const wide = Math.max(1, Math.floor(model.layers / stages));
    problems.push(
      problem("pp", `${stages} stages of ${chunks} chunks for ${model.layers} layers`, undefined, {
        expected: "a layer or more for each chunk",
        nextStep: `take pp=${most} or fewer, or vp=${wide}`,
      }),
    );
  }
  const lacks =
    (precision === "fp8" && part.matmulFp8FlopPerS === 0) ||
    (precision === "fp4" && part.peakFp4FlopPerS === 0);
  if (lacks) {
    const has = precision === "fp4" && part.matmulFp8FlopPerS > 0 ? "fp8 or bf16" : "bf16";
    problems.push({
      ...problem("precision", `${precision} on ${part.id}, which has no such mode`, has, {
        nextStep: `take precision=${has.split(" ")[0] ?? has}`,
      }),
      code: "unsupported-precision",
    });
  }
  return problems;
}

function batchProblems({ layout, contextTokens }: LegalRequest): LayoutProblem[] {
  const { replicas, microBatch, globalBatch, seqTokens, contextRanks, stages, chunks } = layout;
  const problems: LayoutProblem[] = [];
  const each = replicas * microBatch;
  const m = globalBatch / each;
  if (!Number.isInteger(m)) {
    const near = nearest(globalBatch * 2, globalBatch, (n) => n % each === 0);
    const expected = `a multiple of dp ${replicas} · micro ${microBatch}`;
    const more = { expected, nextStep: takes("batch", near) };
    problems.push(problem("batch", `batch ${globalBatch}`, undefined, more));
  } else if (chunks > 1 && (stages === 1 || m % stages !== 0)) {
    const found = `vp ${chunks} with ${m} micro-batches over ${stages} stages`;
    problems.push(
      problem("vp", found, "stages, and micro-batches that are a multiple of them", {
        nextStep: "take vp=1, or a batch so that they divide",
      }),
    );
  }
  if (contextRanks > 1 && seqTokens % (2 * contextRanks) !== 0) {
    const fits = (n: number): boolean => seqTokens % (2 * n) === 0;
    problems.push(
      problem("cp", `cp ${contextRanks} for ${seqTokens} tokens`, undefined, {
        expected: "twice cp divides the sequence",
        nextStep: takes("cp", nearest(seqTokens, contextRanks, fits)),
      }),
    );
  }
  if (seqTokens > contextTokens) {
    problems.push({
      ...problem("seq", `${seqTokens} tokens`, `at most the model's ${contextTokens}`, {
        nextStep: `take seq=${contextTokens}, or a configuration with a longer context`,
      }),
      code: "out-of-range",
    });
  }
  return problems;
}

function problem(
  key: string,
  found: string,
  expected: string | undefined,
  more: { readonly expected?: string; readonly nextStep: string },
): LayoutProblem {
  const wanted = expected ?? more.expected ?? "";
  return { key, code: "does-not-divide", found, expected: wanted, nextStep: more.nextStep };
}

const takes = (key: string, near: readonly number[]): string =>
  near.length === 0 ? `no ${key} fits` : `take ${near.map((n) => `${key}=${n}`).join(" or ")}`;

/** The next value below and above that keeps a rule, the nearer one first. */
function nearest(most: number, from: number, keeps: (n: number) => boolean): number[] {
  let below = Math.min(from, most);
  while (below >= 1 && !keeps(below)) below -= 1;
  let above = from + 1;
  while (above <= most && !keeps(above)) above += 1;
  const found = [...(below >= 1 ? [below] : []), ...(above <= most ? [above] : [])];
  return found.sort((a, b) => Math.abs(a - from) - Math.abs(b - from));
}
