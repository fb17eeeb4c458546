/**
 * The loss that keeps experts evenly busy (Lepikhin et al. 2021, arXiv:2006.16668, section 2.2;
 * Fedus et al. 2022, arXiv:2101.03961, equation 4). Of N experts, with f_i the share of picks
 * that went to expert i and P_i the mean probability that the router gave it,
 *
 *     loss = weight · N · Σ f_i · P_i,
 *
 * which is the weight where all are alike. Both means run over the tokens of one sequence,
 * GShard's group, and the losses of sequences are averaged: a product of means over a batch would
 * depend on how the batch is divided. Picks are no function of the router that has a derivative,
 * so with R rows
 *
 *     d loss / d p[r, i] = weight · N · f_i / R.
 */
import { assert, at } from "../../base/assert.ts";
import type { Numbers } from "../arithmetic.ts";
import type { Communicator } from "../communicator.ts";
import type { Tape } from "../tape.ts";
import { STATISTIC_BYTES } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { exchangeOf } from "./region.ts";

export interface Balance {
  /** `picks` of each row. */
  readonly experts: Int32Array;
  readonly picks: number;
  /** Rows of one sequence that are here, one behind the other. */
  readonly tokens: number;
  readonly weight: number;
  /** Its ranks have tokens of the same sequences. */
  readonly context: Communicator;
  /** So many ranks do the same and add up gradients. */
  readonly copyCount: number;
}

/** `probabilities` are [rows, experts]; undefined on the shape-only device. */
export function balanceLoss(
  tape: Tape,
  name: string,
  probabilities: Tensor,
  balance: Balance,
): number | undefined {
  const { picks, tokens, weight, context, copyCount } = balance;
  const expertCount = at(probabilities.shape, probabilities.shape.length - 1);
  const rows = probabilities.elementCount / expertCount;
  const sequences = rows / tokens;
  assert(Number.isInteger(sequences), `${name} has whole sequences`);
  const counts = new Float32Array(tape.device.kind === "native" ? sequences * expertCount : 0);
  const idBytes = rows * picks * STATISTIC_BYTES;
  const head = { kind: "element-wise", name, shape: probabilities.shape } as const;
  const read = tape.bytes(probabilities.elementCount);
  const counted = { ...exchangeOf(context, name), kind: "all-reduce" } as const;
  let loss: number | undefined;
  // Two operations a probability, and one a pick.
  const flop = 2 * probabilities.elementCount + rows * picks;
  const written = sequences * expertCount * STATISTIC_BYTES;
  tape.run({ ...head, flop, readBytes: read + idBytes, writtenBytes: written }, () =>
    count(balance, counts, expertCount),
  );
  if (context.rankCount > 1) {
    tape.collective({ ...counted, bytes: written }, () => context.allReduce(counts));
  }
  // Of one sequence, d loss / d p before the mean: weight · N · f.
  const share = (weight * expertCount) / (tokens * context.rankCount * picks);
  if (tape.device.kind === "native") {
    loss = share * meanOver(counts, probabilities.data, { rows, tokens, expertCount });
  }
  tape.onLoss(() => {
    const gradient = tape.device.allocate(probabilities.elementCount);
    const record = { flop: probabilities.elementCount, readBytes: written, writtenBytes: read };
    tape.run({ ...head, ...record }, () => {
      const each = share / (rows * copyCount);
      for (let i = 0; i < gradient.length; i++) {
        gradient[i] = each * counts[placeOf(i, tokens, expertCount)]!;
      }
    });
    tape.addGradient(probabilities, gradient, name);
  });
  return loss;
}

/** Of an element of [sequences · tokens, experts], its sequence's place in [sequences, experts]. */
function placeOf(i: number, tokens: number, expertCount: number): number {
  return Math.floor(i / (tokens * expertCount)) * expertCount + (i % expertCount);
}

function count({ experts, picks, tokens }: Balance, counts: Float32Array, expertCount: number) {
  for (const [i, expert] of experts.entries()) {
    counts[Math.floor(i / (picks * tokens)) * expertCount + expert]! += 1;
  }
}

function meanOver(
  counts: Float32Array,
  probabilities: Numbers,
  sizes: { readonly rows: number; readonly tokens: number; readonly expertCount: number },
): number {
  const { rows, tokens, expertCount } = sizes;
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    sum += counts[placeOf(i, tokens, expertCount)]! * probabilities[i]!;
  }
  return sum / rows;
}
