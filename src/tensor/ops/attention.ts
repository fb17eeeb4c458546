/**
 * Attention as one op each way, as the fused kernels of today run it (Dao et al. 2022,
 * arXiv:2205.14135): the matrix of scores is never written.
 *
 * Forward: two products of T²·d multiply-adds a head: 4·b·h·T²·d flop, of which a causal mask
 * leaves half. Backward makes the scores again and then has four more products: five
 * against two, hence 2.5 times the flop (as flash-attention's benchmarks count it).
 */
import { assert, at } from "../../base/assert.ts";
import type { AttentionShape } from "../arithmetic.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Tensor } from "../tensor.ts";

const BACKWARD_RATIO = 2.5;

export interface AttentionKind {
  readonly heads: number;
  readonly isCausal: boolean;
  /**
   * Heads of different keys and values, where several heads of queries share them and they come
   * repeated. The record counts them once, as a kernel that knows of it moves them.
   */
  readonly keyValueHeads?: number;
}

/** qkv is [batch, tokens, 3·width]: queries, keys and values of all heads. */
export function attention(
  tape: Tape,
  name: string,
  qkv: Tensor,
  { heads, isCausal, keyValueHeads = heads }: AttentionKind,
): Tensor {
  const [batch, tokens] = [at(qkv.shape, 0), at(qkv.shape, 1)];
  const width = at(qkv.shape, 2) / 3;
  const headSize = width / heads;
  assert(Number.isInteger(headSize), `${name} divides its width among its heads`);
  const shape: AttentionShape = { batch, tokens, heads, headSize, isCausal };
  const elements = batch * tokens * width;
  const inputs = (elements * (heads + 2 * keyValueHeads)) / heads;
  const statisticCount = batch * heads * tokens;
  const flop = (isCausal ? 2 : 4) * batch * heads * tokens * tokens * headSize;
  const out = tape.output([batch, tokens, width], qkv.needsGradient);
  const statistics = tape.device.allocate(statisticCount);
  tape.run(
    {
      ...{ kind: "attention", name, shape: [batch, heads, tokens, headSize], flop },
      readBytes: tape.bytes(inputs),
      writtenBytes: tape.bytes(elements) + statisticCount * STATISTIC_BYTES,
    },
    (backend) => backend.attention(qkv.data, out.data, statistics, shape),
  );
  if (keyValueHeads === heads) tape.save(qkv);
  else tape.saveElements(inputs);
  tape.save(out);
  tape.saveStatistics(statisticCount);
  tape.onBackward(out, (dout) => {
    if (!qkv.needsGradient) return;
    const dqkv = tape.device.allocate(qkv.elementCount);
    tape.run(
      {
        ...{ kind: "attention", name, shape: [batch, heads, tokens, headSize] },
        flop: BACKWARD_RATIO * flop,
        // Reads q, k, v, out and its gradient; writes the gradients of q, k and v.
        readBytes: tape.bytes(inputs + 2 * elements) + statisticCount * STATISTIC_BYTES,
        writtenBytes: tape.bytes(inputs),
      },
      (backend) =>
        backend.attentionBackward({ qkv: qkv.data, out: out.data, statistics, dout, dqkv }, shape),
    );
    tape.addGradient(qkv, dqkv, name);
  });
  return out;
}
