/** Each rank holds, computes, reads and sends its share only: by closed forms. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "vitest";
import { present } from "../../src/base/assert.ts";
import type { Parallel } from "../../src/training/parallel.ts";
import { trainInProcesses } from "../../src/training/processes.ts";
import { layout, one, STEPS } from "./layouts.ts";

/** The sizes of gpt.yaml: tokens of a batch, width, layers, vocabulary, context. */
const [ROWS, H, L, V, C] = [8 * 64, 128, 2, 256, 64] as const;

/**
 * Bytes of a rank's parameters under t tensor-parallel ranks: of a layer's 12h² + 13h numbers the
 * matrices and the biases of what is split by outputs, 3h + 4h, are divided; the table too.
 */
function parameterBytes(t: number): number {
  return 4 * ((V * H) / t + C * H + L * ((12 * H * H + 7 * H) / t + 6 * H) + 2 * H);
}

/** Every rank's loss to all others, and the sum of squares to rank 3, which tells them the sum. */
const sharedBytes = (rank: number) => 8 * 3 + 8 * (rank === 3 ? 3 : 1);

interface Wanted {
  readonly bytes: number;
  readonly flopShare: number;
  readonly sequences: number;
  readonly sentBytes: number;
}

async function closedForm(parallel: Parallel, wanted: (rank: number) => Wanted): Promise<void> {
  const { training, report } = await one("gpt");
  for (const { rank } of await trainInProcesses(training, { parallel })) {
    const { bytes, flopShare, sequences, sentBytes } = wanted(rank.rank);
    deepEqual(
      [rank.parameterBytes, rank.matmulFlop, rank.sequences, rank.sentBytes],
      [
        bytes,
        report.rank.matmulFlop * flopShare,
        STEPS * sequences,
        STEPS * (sentBytes + sharedBytes(rank.rank)),
      ],
      `rank ${rank.rank}`,
    );
  }
}

test("by closed form: two data-parallel pairs of tensor-parallel ranks", () =>
  closedForm(layout({ data: 2, tensor: 2 }), () => {
    // Sums of rows × width: 2 forward and 2 backward in each layer, 1 in the embedding and 1
    // where the logits' gradient leaves; and 3 numbers a row in the cross-entropy.
    const tensor = (4 * ROWS * ((4 * L + 2) * H + 3)) / 2;
    // 2 · (n − 1) / n is 1 for both groups of two.
    const sentBytes = tensor + parameterBytes(2);
    return { bytes: parameterBytes(2), flopShare: 1 / 4, sequences: 4, sentBytes };
  }));

test("by closed form: four stages, of which the ends share the table of tokens", () =>
  closedForm(layout({ pipeline: 4 }), (rank) => {
    const hidden = 4 * ROWS * H;
    const layer = 4 * (12 * H * H + 13 * H);
    const [table, positions, norm] = [4 * V * H, 4 * C * H, 4 * 2 * H];
    const isEnd = rank === 0 || rank === 3;
    const bytes = isEnd ? table + (rank === 0 ? positions : norm) : layer;
    // Products: forward, and twice as much backward. In a layer 24h² a row, in the head 2Vh.
    const [inLayer, inHead] = [24 * H * H, 2 * V * H];
    const whole = L * inLayer + inHead;
    const own = rank === 0 ? 0 : rank === 3 ? inHead : inLayer;
    // Activations forward, gradients back; an end sends one way, and 2 · 1/2 of the table.
    const sentBytes = isEnd ? hidden + table : 2 * hidden;
    return { bytes, flopShare: own / whole, sequences: 8, sentBytes };
  }));

for (const zero of [1, 2] as const) {
  test(`by closed form: ZeRO ${zero} sends as much as plain data parallelism`, () =>
    closedForm(layout({ data: 4 }, { zero }), () => {
      // All buckets divide by four: 3/4 to scatter gradients, 3/4 to gather parameters.
      const sentBytes = 1.5 * parameterBytes(1);
      return { bytes: parameterBytes(1), flopShare: 1 / 4, sequences: 2, sentBytes };
    }));
}

test("ZeRO shares out optimizer state, gradients and parameters stage by stage", async () => {
  const { training } = await one("gpt");
  const whole = parameterBytes(1);
  const found = [];
  for (const zero of [0, 1, 2, 3] as const) {
    const parallel = layout({ data: 4 }, { zero });
    const [first] = await trainInProcesses(training, { parallel });
    found.push(present(first, "a report").rank);
  }
  const [plain, state, gradients, parameters] = found.map((rank) => rank);
  equal(plain!.optimizerBytes, 2 * whole);
  for (const rank of found.slice(1)) equal(rank.optimizerBytes, (2 * whole) / 4);
  deepEqual(
    found.map((rank) => rank.parameterBytes),
    [whole, whole, whole, whole / 4],
  );
  // Whole gradients and the own part's sums; then no more than a few buckets of 2^16 numbers,
  // the table of tokens and the sums.
  equal(state!.gradientBytes, 1.25 * whole);
  ok(gradients!.gradientBytes < 0.85 * whole, `${gradients!.gradientBytes}`);
  // Gathered forward and backward at most once each, and a table at both ends of each.
  const gathered = parameters!.sentBytes / STEPS / (0.75 * whole);
  ok(gathered > 2 && gathered < 3.5, `${gathered}`);
});

test("by closed form: ZeRO 3 leaves a rank of a pipeline its part of the shared table", () => {
  // Two ranks a stage; both stages have a layer, and of the table each rank has a half.
  const [table, positions, norm] = [4 * V * H, 4 * C * H, 4 * 2 * H];
  const layer = 4 * (12 * H * H + 13 * H);
  const parallel = layout({ pipeline: 2, data: 2 }, { zero: 3 });
  return heldBytes("gpt", parallel, (rank) => {
    return (table + layer + (rank < 2 ? positions : norm)) / 2;
  });
});

/** The sizes of moe.yaml beside those of gpt.yaml: shared columns, width of an expert, experts. */
const [KV, F, E] = [64, 192, 4] as const;

test("by closed form: ZeRO 3 leaves each rank its part of the experts too", async () => {
  // Queries, keys, values and projection, two norms, the router; both tables, the last norm.
  const dense = L * (2 * H * H + 2 * H * KV + 2 * H + H * E) + 2 * V * H + H;
  const experts = L * E * 3 * H * F;
  await heldBytes("moe", layout({ data: 4 }, { zero: 3 }), () => dense + experts);
  // Of two expert-parallel ranks each has half the experts, which two data-parallel ranks share.
  await heldBytes("moe", layout({ expert: 2, data: 2 }, { zero: 3 }), () => dense + experts);
});

/** By rank. Of parts of 4 bytes and four ranks each there is nothing to round up. */
async function heldBytes(id: string, parallel: Parallel, wanted: (rank: number) => number) {
  const { training } = await one(id);
  const short = { ...training, steps: 1 };
  for (const { rank } of await trainInProcesses(short, { parallel })) {
    equal(rank.parameterBytes, wanted(rank.rank), `rank ${rank.rank}`);
  }
}
