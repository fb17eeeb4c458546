/**
 * The layers of one transformer block, attention and then the feed-forward half, as Calculon lays
 * them out over tensor-parallel ranks (calculon-ai/calculon, llm/llm.py).
 */
import type { CalculonApplication, CalculonExecution } from "../../records/calculon.ts";
import type { Keeping, Layer, LayerSetting } from "./layer.ts";
import { batchedMatmul, dropout, fork, gelu, layerNorm } from "./layer.ts";
import { linear, residual, softmax } from "./layer.ts";
import { overlappedLinear, tensorComm } from "./tensor-comm.ts";

/** What the two halves of a block share. */
interface Plan {
  readonly app: CalculonApplication;
  readonly execution: CalculonExecution;
  readonly setting: LayerSetting;
  /** Rows of a micro-batch. */
  readonly rows: number;
  /** Elements between the halves: whole, and as sequence parallelism keeps them. */
  readonly size: number;
  readonly kept: number;
  /** All of a block is computed again; only its attention is. */
  readonly isFull: boolean;
}

export function blockLayers(
  app: CalculonApplication,
  execution: CalculonExecution,
  bytesPerElement: number,
): Layer[] {
  const { tensorRanks, microBatch, dataRanks } = execution;
  const rows = microBatch * app.sequenceTokens;
  const size = rows * app.hiddenSize;
  const isSequenceSplit = execution.tensorComm === "rs_ag";
  const plan: Plan = {
    ...{ app, execution, rows, size },
    setting: { bytesPerElement, shardRanks: execution.isOptimizerSharded ? dataRanks : 1 },
    kept: isSequenceSplit ? Math.floor(rows / tensorRanks) * app.hiddenSize : size,
    isFull: execution.recompute === "full",
  };
  return [...attention(plan), ...feedForward(plan)];
}

/** An activation that the fork before holds for its users. */
function shared(isRecomputed: boolean): Keeping {
  return { isRecomputed, isStored: false, isReused: true };
}

function attention(plan: Plan): Layer[] {
  const { app, setting, kept, isFull, execution } = plan;
  const { recompute, isGatherRedone, tensorOverlap } = execution;
  const isAgain = recompute !== "none";
  const isRegathered = isAgain || isGatherRedone;
  return [
    fork("AttnBlock_Fork", setting, { size: kept, users: 2 }, { isRecomputed: isFull }),
    layerNorm("AttnBlock_LayerNorm", setting, [kept, app.hiddenSize], shared(isFull)),
    ...(tensorOverlap === "none"
      ? projections(plan, isRegathered)
      : overlappedProjections(plan, isRegathered)),
    ...scores(plan, isAgain),
    ...closing(plan, {
      name: ["AttnBlock_MLP", "AttnBlock_G", "AttnBlock_MLP_RS"],
      width: app.headCount * app.headSize,
    }),
    dropout("AttnBlock_DropOut", setting, kept, { isRecomputed: isFull }),
    residual("AttnBlock_Residual", setting, kept, shared(isFull)),
  ];
}

function projections({ app, setting, isFull, ...plan }: Plan, isRegathered: boolean): Layer[] {
  const { execution, rows, size } = plan;
  const { tensorRanks, attention: type } = execution;
  const width = Math.floor((app.headCount * app.headSize) / tensorRanks);
  const others = type === "multihead" ? width : app.headSize;
  const keeping = shared(isFull);
  const part = { size, isConjugate: false, isRedone: isRegathered };
  return [
    tensorComm("AttnBlock_F", setting, execution, part, {}),
    fork("AttnBlock_Multihead_Fork", setting, { size, users: 3 }, again(isRegathered)),
    linear("AttnBlock_Query", setting, [rows, app.hiddenSize, width], keeping),
    linear("AttnBlock_Key", setting, [rows, app.hiddenSize, others], keeping),
    linear("AttnBlock_Value", setting, [rows, app.hiddenSize, others], keeping),
  ];
}

function overlappedProjections(plan: Plan, isRegathered: boolean): Layer[] {
  const { app, setting, isFull, execution, rows, size } = plan;
  const width = app.headCount * app.headSize;
  const isMultihead = execution.attention === "multihead";
  const first = overlappedLinear(
    isMultihead ? "AttnBlock_QKV_AG" : "AttnBlock_Query_AG",
    setting,
    execution,
    {
      shape: [rows, app.hiddenSize, isMultihead ? width * 3 : width],
      ...{ isConjugate: false, isRedone: isRegathered },
    },
    { isRecomputed: isFull },
  );
  if (isMultihead) return [first];
  const shape = [rows, app.hiddenSize, app.headSize] as const;
  return [
    first,
    fork("AttnBlock_KV_Fork", setting, { size, users: 2 }, again(isRegathered)),
    linear("AttnBlock_Key", setting, shape, shared(isFull)),
    linear("AttnBlock_Value", setting, shape, shared(isFull)),
  ];
}

function again(isRecomputed: boolean): Keeping {
  return { isRecomputed, isStored: !isRecomputed };
}

/** Queries on keys, softmax, dropout, and on values. */
function scores({ app, setting, isFull, execution }: Plan, isAgain: boolean): Layer[] {
  const { microBatch, tensorRanks } = execution;
  const { sequenceTokens: tokens, headCount, headSize } = app;
  const products = Math.floor((microBatch * headCount) / tensorRanks);
  const size = Math.floor(headCount / tensorRanks) * tokens ** 2 * microBatch;
  const forgotten = { isRecomputed: isAgain, isOutputStored: !isAgain };
  const [shape, back] = [
    [products, tokens, headSize, tokens] as const,
    [products, tokens, tokens, headSize] as const,
  ];
  return [
    batchedMatmul("AttnBlock_Multihead_Key_Query", setting, shape, forgotten),
    softmax("AttnBlock_Multihead_SoftMax", setting, size, forgotten),
    dropout("AttnBlock_Multihead_DropOut", setting, size, again(isAgain)),
    batchedMatmul("AttnBlock_Multihead_Attn", setting, back, { isRecomputed: isFull }),
  ];
}

/** From a width split over ranks back to the hidden size. */
function closing(
  { app, setting, isFull, execution, rows, size }: Plan,
  part: { readonly name: readonly [string, string, string]; readonly width: number },
): Layer[] {
  const [product, comm, both] = part.name;
  const { tensorRanks, tensorOverlap } = execution;
  const keeping = { isRecomputed: isFull };
  const end = { isConjugate: true, isRedone: isFull };
  if (tensorOverlap === "none") {
    const width = Math.floor(part.width / tensorRanks);
    return [
      linear(product, setting, [rows, width, app.hiddenSize], keeping),
      tensorComm(comm, setting, execution, { size, ...end }, { isStored: false }),
    ];
  }
  const shape = [rows, part.width, app.hiddenSize] as const;
  return [overlappedLinear(both, setting, execution, { shape, ...end }, keeping)];
}

function feedForward(plan: Plan): Layer[] {
  const { app, setting, kept, isFull, execution, rows, size } = plan;
  const { tensorRanks, tensorOverlap, isActivationFused, isGatherRedone } = execution;
  const wide = app.feedForwardSize;
  const start = { isConjugate: false, isRedone: isFull || isGatherRedone };
  const keeping = { isRecomputed: isFull };
  const shape = [rows, app.hiddenSize, wide] as const;
  const narrow = [rows, app.hiddenSize, Math.floor(wide / tensorRanks)] as const;
  const isStored = !start.isRedone;
  const opening =
    tensorOverlap === "none"
      ? [
          tensorComm("MlpBlock_F", setting, execution, { size, ...start }, {}),
          linear("MlpBlock_Mlp1", setting, narrow, { ...keeping, isStored }),
        ]
      : [overlappedLinear("MlpBlock_Mlp1_AG", setting, execution, { shape, ...start }, keeping)];
  const hidden = { size: Math.floor((wide * rows) / tensorRanks), isFused: isActivationFused };
  return [
    fork("MlpBlock_Fork", setting, { size: kept, users: 2 }, keeping),
    layerNorm("MlpBlock_LayerNorm", setting, [kept, app.hiddenSize], shared(isFull)),
    ...opening,
    gelu("MlpBlock_GeLU", setting, hidden, keeping),
    ...closing(plan, { name: ["MlpBlock_Mlp2", "MlpBlock_G", "MlpBlock_Mlp2_RS"], width: wide }),
    dropout("MlpBlock_DropOut", setting, kept, keeping),
    residual("MlpBlock_Residual", setting, kept, shared(isFull)),
  ];
}
