/**
 * Llama (Touvron et al. 2023, arXiv:2302.13971): root-mean-square norms before each half, turned
 * queries and keys, keys and values shared by several heads of queries (Ainslie et al. 2023,
 * arXiv:2305.13245), gated layers, no biases; and the same with mixtures of experts. Weights
 * start as GPT-2's do.
 */
import { assert, at } from "../base/assert.ts";
import type { LlamaSpec, MoeSpec } from "../records/trace.ts";
import type { Communicator } from "../tensor/communicator.ts";
import type { Numbers } from "../tensor/arithmetic.ts";
import { attention } from "../tensor/ops/attention.ts";
import { rmsNorm, rotary, turnsOf } from "../tensor/ops/llama.ts";
import { add } from "../tensor/ops/pointwise.ts";
import type { Region } from "../tensor/ops/region.ts";
import { ringAttention } from "../tensor/ops/ring-attention.ts";
import type { Declarer, Parameters, Placement } from "../tensor/parameters.ts";
import { constantly, normally } from "../tensor/parameters.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import type { Experts } from "./experts.ts";
import { applyExperts, createExperts } from "./experts.ts";
import type { Gated } from "./gated.ts";
import { applyGated, createGated } from "./gated.ts";
import type { Layout } from "./layout.ts";
import { holdings, regionOf, WHOLE_MODEL } from "./layout.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";
import type { Pass, Transformer } from "./transformer.ts";
import type { Head } from "./vocabulary.ts";
import { createTable, embedTokens, logitsOf, lossOf } from "./vocabulary.ts";

const DEVIATION = 0.02;

export interface LlamaBlock {
  readonly name: string;
  readonly attentionNorm: Parameter;
  readonly input: Linear;
  readonly output: Linear;
  readonly mlpNorm: Parameter;
  readonly mlp: Gated | Experts;
}

export interface Llama {
  readonly tokens: Parameter;
  readonly blocks: readonly LlamaBlock[];
  readonly norm: Parameter;
  readonly head: Head;
  readonly region: Region;
  readonly context: Communicator;
  /** Heads of this rank. */
  readonly heads: {
    readonly heads: number;
    readonly keyValueHeads: number;
    readonly headSize: number;
  };
}

export function createLlama(
  parameters: Parameters,
  spec: LlamaSpec | MoeSpec,
  layout: Layout = WHOLE_MODEL,
): Llama {
  const { hiddenSize: columns, layerCount, vocabularySize, tiesEmbedding } = spec;
  const region = regionOf(layout);
  const here = holdings(layout, layerCount);
  const initial = normally(DEVIATION);
  const outputInitial = normally(DEVIATION / Math.sqrt(2 * layerCount));
  const table = [vocabularySize, columns];
  const hasTokens = here.isFirst || (here.isLast && tiesEmbedding);
  const tokens = createTable(parameters.where(hasTokens), "embedding.tokens", table, {
    ...{ initial, region, placement: { isTied: here.isTied && tiesEmbedding } },
  });
  const blocks = Array.from({ length: layerCount }, (_, i) => {
    const where = (isHere: boolean) => parameters.where(isHere && here.hasLayer(i));
    return createLlamaBlock({ where }, `layers.${i}`, spec, {
      ...{ layout, region, initial, outputInitial },
    });
  });
  const last = parameters.where(here.isLast);
  const norm = createNorm(last, "norm", columns, { isPartial: region.splitsRows });
  const own = tiesEmbedding ? tokens : createTable(last, "head.tokens", table, { initial, region });
  const ranks = region.tensor.rankCount;
  const heads = {
    heads: spec.headCount / ranks,
    keyValueHeads: spec.keyValueHeadCount / ranks,
    headSize: columns / spec.headCount,
  };
  const { context } = layout.groups;
  return { tokens, blocks, norm, head: { table: own, region }, region, context, heads };
}

function createNorm(
  parameters: Declarer,
  name: string,
  columns: number,
  placement: Placement,
): Parameter {
  return parameters.declare(`${name}.scale`, [columns], constantly(1), placement);
}

interface BlockOptions {
  readonly layout: Layout;
  readonly region: Region;
  readonly initial: ReturnType<typeof normally>;
  readonly outputInitial: ReturnType<typeof normally>;
}

function createLlamaBlock(
  parameters: { where(isHere: boolean): Declarer },
  name: string,
  spec: LlamaSpec | MoeSpec,
  { layout, region, initial, outputInitial }: BlockOptions,
): LlamaBlock {
  const { hiddenSize: columns, headCount, keyValueHeadCount, feedForwardSize: innerCount } = spec;
  const here = parameters.where(true);
  const shared = keyValueHeadCount * (columns / headCount);
  const placement = { isPartial: region.splitsRows };
  const attentionNorm = createNorm(here, `${name}.attention.norm`, columns, placement);
  const input = createLinear(here, `${name}.attention.qkv`, {
    ...{ inputs: columns, outputs: columns + 2 * shared, initial, region, hasBias: false },
    ...{ splits: "outputs", sections: [columns, shared, shared] },
  });
  const output = createLinear(here, `${name}.attention.projection`, {
    ...{ inputs: columns, outputs: columns, initial: outputInitial, region, hasBias: false },
    splits: "inputs",
  });
  const mlpNorm = createNorm(here, `${name}.mlp.norm`, columns, placement);
  const sizes = { columns, innerCount, initial, outputInitial, region };
  const mlp =
    spec.family === "llama"
      ? createGated(here, `${name}.mlp`, sizes)
      : createExperts(parameters, `${name}.mlp`, {
          ...{ ...sizes, choice: perLayer(spec), group: layout.groups.expert },
          context: layout.groups.context,
        });
  return { name, attentionNorm, input, output, mlpNorm, mlp };
}

/** The balancing loss is the mean of the layers', so that its weight does not depend on depth. */
function perLayer(spec: MoeSpec): MoeSpec {
  const { balanceWeight = 0, layerCount } = spec;
  return { ...spec, balanceWeight: balanceWeight / layerCount };
}

export function llamaTransformer(
  parameters: Parameters,
  spec: LlamaSpec | MoeSpec,
  layout: Layout,
): Transformer {
  const llama = createLlama(parameters, spec, layout);
  const turns = new WeakMap<Int32Array, Numbers>();
  return {
    isCausal: true,
    embed: (tape, ids) =>
      embedTokens(tape, "embedding", ids, { table: llama.tokens, region: llama.region }),
    layer(tape, index, x, pass) {
      const { places } = pass.sequences;
      const known = turns.get(places) ?? turnsFor(tape, spec, places, x.data);
      turns.set(places, known);
      return applyLlamaBlock(tape, llama, at(llama.blocks, index), x, { ...pass, turns: known });
    },
    logits: (tape, x, _, { shape }) => llamaHead(tape, llama, x, shape),
    loss: (tape, logits, targets) => lossOf(tape, llama.head, logits, targets),
  };
}

/** Angles in the precision of `like`; none on a device without numbers. */
export function turnsFor(
  tape: Tape,
  { hiddenSize, headCount, ropeBase }: LlamaSpec | MoeSpec,
  places: ArrayLike<number>,
  like: Numbers,
): Numbers {
  if (tape.device.kind === "shape-only") return like;
  const kind = like instanceof Float64Array ? Float64Array : Float32Array;
  return turnsOf(places, hiddenSize / headCount, ropeBase, kind);
}

function applyLlamaBlock(
  tape: Tape,
  llama: Llama,
  block: LlamaBlock,
  x: Tensor,
  pass: Pass & { readonly turns: Numbers },
): Tensor {
  const { name } = block;
  const normed = rmsNorm(tape, `${name}.attention.norm`, x, block.attentionNorm);
  const qkv = applyLinear(tape, block.input, normed, pass.shape);
  const turned = rotary(tape, `${name}.attention.rotary`, qkv, {
    ...{ ...llama.heads, turns: pass.turns },
  });
  const core = `${name}.attention.core`;
  const { heads, keyValueHeads } = llama.heads;
  const kind = { heads, isCausal: true };
  const { context } = llama;
  const mixed =
    context.rankCount === 1
      ? attention(tape, core, turned, { ...kind, keyValueHeads })
      : ringAttention(tape, core, turned, { ...kind, keyValueHeads, context });
  return finishLlamaBlock(tape, block, { x, mixed }, pass);
}

/** What follows the attention: shared with the cached path, whose attention is another. */
export function finishLlamaBlock(
  tape: Tape,
  block: LlamaBlock,
  { x, mixed }: { readonly x: Tensor; readonly mixed: Tensor },
  { shape, sequences: { places }, addLoss }: Pass,
): Tensor {
  const { name, mlp } = block;
  const projected = applyLinear(tape, block.output, mixed);
  const middle = add(tape, `${name}.attention.residual`, x, projected);
  const normed = rmsNorm(tape, `${name}.mlp.norm`, middle, block.mlpNorm);
  const refined =
    "router" in mlp
      ? applyExperts(tape, mlp, normed, { shape, places, addLoss })
      : applyGated(tape, mlp, normed, shape);
  assert(refined.elementCount === middle.elementCount, "a block keeps its shape");
  return add(tape, `${name}.mlp.residual`, middle, refined);
}

export function llamaHead(
  tape: Tape,
  llama: Llama,
  x: Tensor,
  shape: readonly number[] = x.shape,
): Tensor {
  return logitsOf(tape, llama.head, rmsNorm(tape, "norm", x, llama.norm), shape);
}
