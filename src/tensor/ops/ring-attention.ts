/**
 * Attention over sequences whose tokens are split among the ranks of a context group. Keys and
 * values go round a ring; each rank attends to what it holds and merges the parts by their
 * logarithms of sums (Liu et al. 2023, arXiv:2310.01889). Backward sends them round again, and
 * their gradients along with them until these are home. Where heads of queries share keys and
 * values, only those that differ travel.
 *
 * Under a causal mask late tokens see more than early ones. So a sequence is cut into twice as
 * many chunks as ranks, and rank r has chunks r and 2n − 1 − r: then every rank has the same
 * work at every step of the ring.
 */
import type { Backend, Numbers } from "../arithmetic.ts";
import type { OpRecord, Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { merge } from "./ring-chunks.ts";
import type { Meeting, Ring, RingKind, Saved } from "./ring-pack.ts";
import { meetings, pack, packOwn, ringOf, takeChunk, unpack, unpackOwn } from "./ring-pack.ts";

const BACKWARD_RATIO = 2.5;

/** qkv is [batch, own tokens, 3·width]: queries, keys and values of all heads. */
export function ringAttention(tape: Tape, name: string, qkv: Tensor, kind: RingKind): Tensor {
  const ring = ringOf(name, qkv, kind);
  const { batch, tokens, wideColumns: width } = ring;
  const out = tape.output([batch, tokens, width], qkv.needsGradient);
  const statisticCount = batch * kind.heads * tokens;
  const statistics = tape.device.allocate(statisticCount);
  const chunkCount = batch * ring.shape.tokens * width;
  const block = tape.device.allocate(3 * chunkCount);
  const part = tape.device.allocate(chunkCount);
  const partStatistics = tape.device.allocate(batch * kind.heads * ring.shape.tokens);
  goRound(tape, ring, qkv, (held, step) => {
    tape.run(stepRecord(tape, ring, step, 1), (backend) => {
      if (step === 0) statistics.fill(-Infinity);
      for (const meeting of meetings(ring, step)) {
        pack(ring, { qkv: qkv.data, held, block }, meeting);
        attendBlock(backend, ring, meeting, { block, part, partStatistics });
        merge({ out: out.data, statistics, part, partStatistics }, ring, meeting.queryIndex);
      }
    });
  });
  tape.saveElements(batch * tokens * (width + 2 * ring.sharedColumns));
  tape.save(out);
  tape.saveStatistics(statisticCount);
  tape.onBackward(out, (dout) => {
    if (!qkv.needsGradient) return;
    const dqkv = tape.device.allocate(qkv.elementCount);
    backward(tape, ring, { qkv, out: out.data, statistics, dout, dqkv });
    tape.addGradient(qkv, dqkv, name);
  });
  return out;
}

function attendBlock(
  backend: Backend,
  { shape }: Ring,
  { isCausal }: Meeting,
  arrays: { readonly block: Numbers; readonly part: Numbers; readonly partStatistics: Numbers },
): void {
  backend.attention(arrays.block, arrays.part, arrays.partStatistics, { ...shape, isCausal });
}

/** Keys and values of all ranks in turn, own first; `held` is [batch, tokens, 2·sharedColumns]. */
function goRound(
  tape: Tape,
  ring: Ring,
  qkv: Tensor,
  visit: (held: Numbers, step: number) => void,
): void {
  const { context } = ring.kind;
  const { batch, tokens, sharedColumns } = ring;
  const count = 2 * batch * tokens * sharedColumns;
  const [first, second] = [tape.device.allocate(count), tape.device.allocate(count)];
  for (let step = 0; step < context.rankCount; step++) {
    const [held, next] = step % 2 === 0 ? [first, second] : [second, first];
    const isLast = step === context.rankCount - 1;
    if (step === 0 && tape.device.kind === "native") packOwn(ring, qkv.data, held);
    if (!isLast) passOn(tape, ring, held, next);
    visit(held, step);
  }
}

function passOn(tape: Tape, ring: Ring, sent: Numbers, received: Numbers): void {
  const { name, batch, tokens, sharedColumns } = ring;
  const { context } = ring.kind;
  const { rank, rankCount, group } = context;
  const bytes = tape.bytes(2 * batch * tokens * sharedColumns);
  tape.collective({ kind: "exchange", group, rankCount, name, bytes }, () =>
    context.exchange((rank + 1) % rankCount, sent, (rank + rankCount - 1) % rankCount, received),
  );
}

function stepRecord(tape: Tape, ring: Ring, step: number, ratio: number): OpRecord {
  const { name, batch, shape, wideColumns: width, sharedColumns } = ring;
  const { heads, headSize, tokens } = shape;
  const met = meetings(ring, step);
  const halves = met.reduce((sum, { isCausal }) => sum + (isCausal ? 1 : 2), 0);
  const elements = batch * tokens * width * met.length;
  const inputs = batch * tokens * (width + 2 * sharedColumns) * met.length;
  const statisticBytes = batch * heads * tokens * met.length * STATISTIC_BYTES;
  const isForward = ratio === 1;
  return {
    kind: "attention",
    name,
    shape: [batch, heads, tokens, headSize],
    flop: ratio * 2 * halves * batch * heads * tokens * tokens * headSize,
    readBytes:
      tape.bytes(inputs + (isForward ? 0 : 2 * elements)) + (isForward ? 0 : statisticBytes),
    writtenBytes: tape.bytes(isForward ? elements : inputs) + (isForward ? statisticBytes : 0),
  };
}

function backward(tape: Tape, ring: Ring, saved: Saved): void {
  const { batch, tokens, wideColumns: width, sharedColumns, shape, kind } = ring;
  const held = 2 * batch * tokens * sharedColumns;
  const sums: readonly [Numbers, Numbers] = [
    tape.device.allocate(held),
    tape.device.allocate(held),
  ];
  const count = batch * shape.tokens * width;
  const [block, gradient] = [tape.device.allocate(3 * count), tape.device.allocate(3 * count)];
  const [out, dout] = [tape.device.allocate(count), tape.device.allocate(count)];
  const statistics = tape.device.allocate(batch * kind.heads * shape.tokens);
  goRound(tape, ring, saved.qkv, (keys, step) => {
    const [sum, next] = step % 2 === 0 ? sums : [sums[1], sums[0]];
    tape.run(stepRecord(tape, ring, step, BACKWARD_RATIO), (backend) => {
      if (step === 0) {
        sum.fill(0);
        saved.dqkv.fill(0);
      }
      for (const meeting of meetings(ring, step)) {
        const { isCausal } = meeting;
        pack(ring, { qkv: saved.qkv.data, held: keys, block }, meeting);
        takeChunk(ring, saved, meeting.queryIndex, { out, dout, statistics });
        const arrays = { qkv: block, out, statistics, dout, dqkv: gradient };
        backend.attentionBackward(arrays, { ...shape, isCausal });
        unpack(ring, { gradient, dqkv: saved.dqkv, sum }, meeting);
      }
    });
    passOn(tape, ring, sum, next);
  });
  const home = kind.context.rankCount % 2 === 0 ? sums[0] : sums[1];
  if (tape.device.kind === "shape-only") return;
  unpackOwn(ring, home, saved.dqkv);
}
