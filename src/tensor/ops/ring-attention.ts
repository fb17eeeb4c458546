/**
 * Attention over sequences whose tokens are split among the ranks of a context group. Keys and
 * values go round a ring; each rank attends to what it holds and merges the parts by their
 * logarithms of sums (Liu et al. 2023, arXiv:2310.01889). Backward sends them round again, and
 * their gradients along with them until these are home.
 *
 * Under a causal mask late tokens see more than early ones. So a sequence is cut into twice as
 * many chunks as ranks, and rank r has chunks r and 2n − 1 − r: then every rank has the same
 * work at every step of the ring.
 */
import { assert, at } from "../../base/assert.ts";
import type { AttentionShape, Backend, Numbers } from "../arithmetic.ts";
import type { Communicator } from "../communicator.ts";
import type { OpRecord, Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { addRows, chunksOf, copyRows, merge } from "./ring-chunks.ts";
import type { Matrix } from "./ring-chunks.ts";

const BACKWARD_RATIO = 2.5;

export interface RingKind {
  readonly heads: number;
  readonly isCausal: boolean;
  readonly context: Communicator;
}

/** One ring: sizes, and who passes what to whom. */
interface Ring {
  readonly name: string;
  readonly kind: RingKind;
  readonly batch: number;
  readonly tokens: number;
  readonly width: number;
  /** Of one chunk. */
  readonly shape: AttentionShape;
}

/** A pair of chunks that meet: own queries, and keys and values of another rank or the same. */
interface Meeting {
  readonly query: number;
  readonly key: number;
  readonly isCausal: boolean;
}

/** qkv is [batch, own tokens, 3·width]: queries, keys and values of all heads. */
export function ringAttention(tape: Tape, name: string, qkv: Tensor, kind: RingKind): Tensor {
  const ring = ringOf(name, qkv, kind);
  const { batch, tokens, width } = ring;
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
        merge({ out: out.data, statistics, part, partStatistics }, ring, meeting.query);
      }
    });
  });
  tape.save(qkv);
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

function ringOf(name: string, qkv: Tensor, kind: RingKind): Ring {
  const [batch, tokens] = [at(qkv.shape, 0), at(qkv.shape, 1)];
  const width = at(qkv.shape, 2) / 3;
  const { heads, isCausal, context } = kind;
  const chunkCount = chunksOf(context.rank, context.rankCount, isCausal).length;
  assert(tokens % chunkCount === 0, `${name} divides its tokens into chunks`);
  const shape = { batch, tokens: tokens / chunkCount, heads, headSize: width / heads, isCausal };
  return { name, kind, batch, tokens, width, shape };
}

function attendBlock(
  backend: Backend,
  { shape }: Ring,
  { isCausal }: Meeting,
  arrays: { readonly block: Numbers; readonly part: Numbers; readonly partStatistics: Numbers },
): void {
  backend.attention(arrays.block, arrays.part, arrays.partStatistics, { ...shape, isCausal });
}

/** Keys and values of all ranks in turn, this one's first; `held` is [batch, tokens, 2·width]. */
function goRound(
  tape: Tape,
  ring: Ring,
  qkv: Tensor,
  visit: (held: Numbers, step: number) => void,
): void {
  const { context } = ring.kind;
  const { batch, tokens, width } = ring;
  const count = 2 * batch * tokens * width;
  const [first, second] = [tape.device.allocate(count), tape.device.allocate(count)];
  for (let step = 0; step < context.rankCount; step++) {
    const [held, next] = step % 2 === 0 ? [first, second] : [second, first];
    const isLast = step === context.rankCount - 1;
    if (step === 0 && tape.device.kind === "native") packOwn(ring, qkv.data, held);
    if (!isLast) passOn(tape, ring, held, next);
    visit(held, step);
  }
}

function packOwn({ batch, tokens, width }: Ring, qkv: Numbers, held: Numbers): void {
  const rows = { rows: batch * tokens, columns: 2 * width };
  copyRows(
    { data: qkv, firstIndex: width, rowLength: 3 * width },
    { data: held, firstIndex: 0, rowLength: 2 * width },
    rows,
  );
}

function passOn(tape: Tape, ring: Ring, sent: Numbers, received: Numbers): void {
  const { name, batch, tokens, width } = ring;
  const { context } = ring.kind;
  const { rank, rankCount, group } = context;
  const bytes = tape.bytes(2 * batch * tokens * width);
  tape.collective({ kind: "exchange", group, rankCount, name, bytes }, () =>
    context.exchange((rank + 1) % rankCount, sent, (rank + rankCount - 1) % rankCount, received),
  );
}

/** Which chunks meet when what is held came from `step` ranks before. */
function meetings({ kind }: Ring, step: number): readonly Meeting[] {
  const { rank, rankCount } = kind.context;
  const queries = chunksOf(rank, rankCount, kind.isCausal);
  const keys = chunksOf((rank - step + rankCount) % rankCount, rankCount, kind.isCausal);
  return queries.flatMap((query, i) =>
    keys.flatMap((key, j): Meeting[] => {
      if (kind.isCausal && key > query) return [];
      return [{ query: i, key: j, isCausal: kind.isCausal && key === query }];
    }),
  );
}

function stepRecord(tape: Tape, ring: Ring, step: number, ratio: number): OpRecord {
  const { name, batch, shape, width } = ring;
  const { heads, headSize, tokens } = shape;
  const met = meetings(ring, step);
  const halves = met.reduce((sum, { isCausal }) => sum + (isCausal ? 1 : 2), 0);
  const elements = batch * tokens * width * met.length;
  const statisticBytes = batch * heads * tokens * met.length * STATISTIC_BYTES;
  const isForward = ratio === 1;
  return {
    kind: "attention",
    name,
    shape: [batch, heads, tokens, headSize],
    flop: ratio * 2 * halves * batch * heads * tokens * tokens * headSize,
    readBytes: tape.bytes((isForward ? 3 : 5) * elements) + (isForward ? 0 : statisticBytes),
    writtenBytes: tape.bytes((isForward ? 1 : 3) * elements) + (isForward ? statisticBytes : 0),
  };
}

/** A chunk of queries beside one of keys and values, as the kernel of attention reads them. */
function pack(
  ring: Ring,
  arrays: { readonly qkv: Numbers; readonly held: Numbers; readonly block: Numbers },
  { query, key }: Meeting,
): void {
  const { batch, width, shape } = ring;
  for (let b = 0; b < batch; b++) {
    const to = (column: number): Matrix => {
      const first = b * shape.tokens * 3 * width + column;
      return { data: arrays.block, firstIndex: first, rowLength: 3 * width };
    };
    const rows = { rows: shape.tokens, columns: width };
    copyRows(chunk(ring, arrays.qkv, b, query, 3 * width), to(0), rows);
    const pair = { rows: shape.tokens, columns: 2 * width };
    copyRows(chunk(ring, arrays.held, b, key, 2 * width), to(width), pair);
  }
}

/** Where a chunk of one sequence begins in an array of all own tokens. */
function chunk(ring: Ring, data: Numbers, b: number, index: number, rowLength: number): Matrix {
  return { data, firstIndex: (b * ring.tokens + index * ring.shape.tokens) * rowLength, rowLength };
}

interface Saved {
  readonly qkv: Tensor;
  readonly out: Numbers;
  readonly statistics: Numbers;
  readonly dout: Numbers;
  readonly dqkv: Numbers;
}

function backward(tape: Tape, ring: Ring, saved: Saved): void {
  const { batch, tokens, width, shape, kind } = ring;
  const held = 2 * batch * tokens * width;
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
        takeChunk(ring, saved, meeting.query, { out, dout, statistics });
        const arrays = { qkv: block, out, statistics, dout, dqkv: gradient };
        backend.attentionBackward(arrays, { ...shape, isCausal });
        unpack(ring, { gradient, dqkv: saved.dqkv, sum }, meeting);
      }
    });
    passOn(tape, ring, sum, next);
  });
  const home = kind.context.rankCount % 2 === 0 ? sums[0] : sums[1];
  if (tape.device.kind === "shape-only") return;
  const rows = { rows: batch * tokens, columns: 2 * width };
  copyRows(
    { data: home, firstIndex: 0, rowLength: 2 * width },
    { data: saved.dqkv, firstIndex: width, rowLength: 3 * width },
    rows,
  );
}

function takeChunk(
  ring: Ring,
  saved: Saved,
  query: number,
  to: { readonly out: Numbers; readonly dout: Numbers; readonly statistics: Numbers },
): void {
  const { batch, width, shape, tokens, kind } = ring;
  const rows = { rows: shape.tokens, columns: width };
  for (let b = 0; b < batch; b++) {
    const first = b * shape.tokens * width;
    copyRows(
      chunk(ring, saved.out, b, query, width),
      { data: to.out, firstIndex: first, rowLength: width },
      rows,
    );
    copyRows(
      chunk(ring, saved.dout, b, query, width),
      { data: to.dout, firstIndex: first, rowLength: width },
      rows,
    );
  }
  copyRows(
    { data: saved.statistics, firstIndex: query * shape.tokens, rowLength: tokens },
    { data: to.statistics, firstIndex: 0, rowLength: shape.tokens },
    { rows: batch * kind.heads, columns: shape.tokens },
  );
}

function unpack(
  ring: Ring,
  arrays: { readonly gradient: Numbers; readonly dqkv: Numbers; readonly sum: Numbers },
  { query, key }: Meeting,
): void {
  const { batch, width, shape } = ring;
  for (let b = 0; b < batch; b++) {
    const from = (column: number): Matrix => {
      const first = b * shape.tokens * 3 * width + column;
      return { data: arrays.gradient, firstIndex: first, rowLength: 3 * width };
    };
    const rows = { rows: shape.tokens, columns: width };
    addRows(from(0), chunk(ring, arrays.dqkv, b, query, 3 * width), rows);
    const pair = { rows: shape.tokens, columns: 2 * width };
    addRows(from(width), chunk(ring, arrays.sum, b, key, 2 * width), pair);
  }
}
