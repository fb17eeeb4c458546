/**
 * What-ifs: one thing changed, the whole step evaluated again, and why it changes by as much.
 * Ratios are per token, so that changes of the batch compare.
 */
import { Refusal } from "../../base/errors.ts";
import { percent } from "../../base/format.ts";
import type { LargeModel, ModelShape } from "../../records/large-model.ts";
import type { LargeChange, LayoutRequest } from "../../records/large-step.ts";
import { layoutProblems } from "../../workload/layout-legal.ts";
import { layerParameterCount } from "../../workload/dense/parameters.ts";
import type { Evaluated, LargeCase } from "./evaluate.ts";
import { evaluate } from "./evaluate.ts";
import { whyNot } from "./search.ts";
import { denseLayoutOf } from "./setting.ts";

interface Outcome {
  readonly after: Evaluated;
  readonly memoryBytes: number;
  readonly cause: string;
}

/** Gain of sparse products over dense ones that training kernels reach; not the printed 2. */
const SPARSE_GAIN = 1.3;
/** A kept gradient travels with its index. */
const SPARSE_ENTRY_BYTES = 6;
/** What was not sent is kept for the next step. */
const RESIDUAL_BYTES = 2;

export function changeOf(
  about: LargeCase,
  base: Evaluated,
  text: string,
  read: (layout: string) => LayoutRequest,
): LargeChange {
  const { after, memoryBytes, cause } = outcome(about, base, text, read);
  const tokens = (one: Evaluated): number => one.run.layout.globalBatch * one.run.layout.seqTokens;
  const perToken = after.stepTimeS / tokens(after) / (base.stepTimeS / tokens(base));
  return {
    ...{ change: text, cause },
    stepTimeRatio: perToken,
    memoryRatio: memoryBytes / base.memoryBytes,
    // The same accelerators for another time.
    costRatio: perToken,
  };
}

function outcome(
  about: LargeCase,
  base: Evaluated,
  text: string,
  read: (layout: string) => LayoutRequest,
): Outcome {
  const [, key = "", value = ""] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  if (key === "prune") return pruned(about, base, value);
  if (key === "compress") return compressed(about, base, value);
  if (key === "accumulate") return accumulated(about, base, value);
  if (key === "") throw unreadable(text);
  return relaid(about, base, read(text));
}

function relaid(about: LargeCase, base: Evaluated, changed: LayoutRequest): Outcome {
  const request = { ...base.request, ...changed };
  const { model, part, rankCount } = about;
  const asked = { model: model.shape, part, rankCount, contextTokens: model.contextTokens };
  const [problem] = layoutProblems({ ...asked, layout: denseLayoutOf(request) });
  if (problem !== undefined) {
    const { key: _key, ...said } = problem;
    throw new Refusal({ ...said, pointer: "/whatIf" });
  }
  const after = evaluate(about, request);
  const isSlower = after.stepTimeS >= base.stepTimeS;
  const cause = isSlower ? whyNot(base, after) : `before, ${whyNot(after, base)}`;
  return { after, memoryBytes: after.memoryBytes, cause };
}

function accumulated(about: LargeCase, base: Evaluated, value: string): Outcome {
  const count = Number(value);
  if (!/^\d{1,6}$/.test(value) || count < 1) throw unreadable(`accumulate=${value}`);
  const { replicas, microBatch } = base.request;
  const found = relaid(about, base, { globalBatch: replicas * microBatch * count });
  const tokens = found.after.run.layout.globalBatch / base.run.layout.globalBatch;
  const cause =
    `${count} micro-batches a step, ${percent(tokens, 0)} of the batch: gradients, optimizer and ` +
    "bubble are paid once for them";
  return { ...found, cause };
}

function pruned(about: LargeCase, base: Evaluated, value: string): Outcome {
  if (value === "2:4") return sparse(about, base);
  const [, structured, share] = /^(structured:)?(0\.\d+)$/.exec(value) ?? [];
  if (share === undefined) throw unreadable(`prune=${value}`);
  if (structured === undefined) {
    const cause =
      `unstructured: ${percent(Number(share), 0)} of weights are zero, but dense kernels ` +
      "multiply zeros as fast as anything else, and they are stored; no time and no memory is " +
      "saved. " +
      "prune=structured: removes whole channels";
    return { after: base, memoryBytes: base.memoryBytes, cause };
  }
  const model: LargeModel = {
    ...about.model,
    shape: narrowed(about.model.shape, 1 - Number(share), base.request.tensorRanks),
  };
  const after = evaluate({ ...about, model }, base.request);
  const { heads, ffnChannels } = model.shape;
  const cause =
    `structured: ${heads} heads and ${ffnChannels} channels are left, so the products of a layer ` +
    "shrink; logits and tables do not";
  return { after, memoryBytes: after.memoryBytes, cause };
}

/** Whole groups of heads, and channels in multiples of 128, that tensor ranks divide. */
function narrowed(shape: ModelShape, kept: number, tensorRanks: number): ModelShape {
  const whole = (count: number, unit: number): number =>
    Math.max(unit, Math.round((count * kept) / unit) * unit);
  const group = shape.heads / shape.kvHeads;
  const kvHeads = whole(shape.kvHeads, Math.min(shape.kvHeads, tensorRanks));
  return {
    ...shape,
    ...{ kvHeads, heads: kvHeads * group },
    ffnChannels: whole(shape.ffnChannels, Math.min(shape.ffnChannels, 128 * tensorRanks)),
  };
}

function sparse(about: LargeCase, base: Evaluated): Outcome {
  const hasUnits = ["ampere", "hopper", "blackwell", "ada"].includes(about.part.family);
  if (!hasUnits) {
    const cause = `${about.part.id} has no units for 2:4 sparsity: nothing changes`;
    return { after: base, memoryBytes: base.memoryBytes, cause };
  }
  // Two of the three products of a weight have it as a sparse operand; its gradient has not.
  const factor = 1 / ((2 / 3) * (1 / SPARSE_GAIN) + 1 / 3);
  const { part } = about;
  const faster = {
    ...part,
    matmulBf16FlopPerS: part.matmulBf16FlopPerS * factor,
    matmulFp8FlopPerS: part.matmulFp8FlopPerS * factor,
  };
  const after = evaluate({ ...about, part: faster }, base.request);
  const cause =
    `2:4: two of three products run ${SPARSE_GAIN} times as fast (assumed; the printed factor of ` +
    "2 is a peak), the gradients of weights stay dense; masters and moments are kept, so memory " +
    "stays";
  return { after, memoryBytes: base.memoryBytes, cause };
}

function compressed(about: LargeCase, base: Evaluated, value: string): Outcome {
  const [, text] = /^topk:(0?\.\d+|1e-\d+)$/.exec(value) ?? [];
  if (text === undefined) throw unreadable(`compress=${value}`);
  const { replicas, contextRanks, tensorRanks, stages, expertRanks } = base.request;
  const ranks = replicas * contextRanks;
  const gradientBytes = Number(text) * SPARSE_ENTRY_BYTES * ranks;
  const software = { ...base.run.software, gradientBytes };
  const after = evaluate({ ...about, software }, base.request);
  const { shape } = about.model;
  const held = ((shape.layers / stages) * layerParameterCount(shape, expertRanks)) / tensorRanks;
  const dense = base.run.software.gradientBytes;
  const cause =
    `top-k is gathered, not reduced: ${ranks} ranks each send ${SPARSE_ENTRY_BYTES} B for a kept ` +
    `entry, ${gradientBytes.toPrecision(3)} B a parameter in all against ${dense} B dense; the ` +
    "rest is kept beside the weights. Selecting the entries is not counted";
  return { after, memoryBytes: base.memoryBytes + RESIDUAL_BYTES * held, cause };
}

function unreadable(text: string): Refusal {
  return new Refusal({
    code: "invalid-flag",
    pointer: "/whatIf",
    found: `what-if "${text}"`,
    expected:
      "prune=0.5, prune=structured:0.5, prune=2:4, compress=topk:0.01, accumulate=4, or a key of " +
      "the layout such as precision=fp8 or recompute=full",
    nextStep: "write it as one of these",
  });
}
