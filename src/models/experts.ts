/**
 * A mixture of experts in place of one gated layer (Shazeer et al. 2017, arXiv:1701.06538; as in
 * Jiang et al. 2024, arXiv:2401.04088): a router weighs experts, the best take the token, and the
 * result is the weighted sum of what they make. No expert has a capacity, so no token is dropped.
 *
 * Ranks of an expert group hold some experts each; tokens go to them and come back. Ranks of a
 * tensor group hold a part of every expert, and so make a part of every sum.
 */
import { at } from "../base/assert.ts";
import type { MoeSpec } from "../records/trace.ts";
import type { Communicator } from "../tensor/communicator.ts";
import { allToAllRows } from "../tensor/ops/all-to-all.ts";
import { balanceLoss } from "../tensor/ops/balance.ts";
import { gatherRows } from "../tensor/ops/embedding.ts";
import { combine, groupedLinear, route } from "../tensor/ops/experts.ts";
import { swiglu } from "../tensor/ops/llama.ts";
import type { Region } from "../tensor/ops/region.ts";
import { enterRegion, leaveRegion } from "../tensor/ops/region.ts";
import { softmax } from "../tensor/ops/rows.ts";
import type { Declarer } from "../tensor/parameters.ts";
import { partRange } from "../tensor/slice.ts";
import type { Tape } from "../tensor/tape.ts";
import type { Parameter, Tensor } from "../tensor/tensor.ts";
import { NO_IDS } from "../tensor/tensor.ts";
import type { Gated, GatedSizes } from "./gated.ts";
import { createGated } from "./gated.ts";
import type { Linear } from "./linear.ts";
import { applyLinear, createLinear } from "./linear.ts";
import type { Order } from "./routing.ts";
import { givenExperts, regrouped, sortedByExpert } from "./routing.ts";

type Choice = Pick<MoeSpec, "expertCount" | "expertsPerToken" | "routing" | "balanceWeight">;

export interface Experts {
  readonly name: string;
  readonly router: Linear;
  /** Those of this rank. */
  readonly own: readonly Gated[];
  readonly choice: Choice;
  readonly group: Communicator;
  readonly context: Communicator;
  readonly region: Region;
}

export interface ExpertSizes extends GatedSizes {
  readonly choice: Choice;
  readonly group: Communicator;
  /** Whose ranks have tokens of the same sequences. */
  readonly context: Communicator;
}

export function createExperts(parameters: Where, name: string, sizes: ExpertSizes): Experts {
  const { columns, initial, choice, group, context, region } = sizes;
  const { firstIndex: start, count } = partRange(choice.expertCount, group.rank, group.rankCount);
  const router = createLinear(parameters.where(true), `${name}.router`, {
    ...{ inputs: columns, outputs: choice.expertCount, initial, hasBias: false },
    placement: { isPartial: region.tensor.rankCount > 1 },
  });
  const experts = Array.from({ length: choice.expertCount }, (_, expert) => {
    const isHere = expert >= start && expert < start + count;
    const declarer = asExperts(parameters.where(isHere));
    return createGated(declarer, `${name}.experts.${expert}`, sizes);
  });
  const own = experts.slice(start, start + count);
  return { name, router, own, choice, group, context, region };
}

/** Declares, or declares elsewhere. */
export interface Where {
  where(isHere: boolean): Declarer;
}

function asExperts(parameters: Declarer): Declarer {
  return {
    declare: (name, shape, initial, placement) =>
      parameters.declare(name, shape, initial, { ...placement, isExpert: true }),
  };
}

export interface Tokens {
  /** Of x with all rows of the tensor group. */
  readonly shape: readonly number[];
  /** Of the tokens of a sequence. */
  readonly places: Int32Array;
  /** Takes the loss that balances loads; where it is absent there is none, as in inference. */
  readonly addLoss?: ((loss: number | undefined) => void) | undefined;
}

export function applyExperts(tape: Tape, layer: Experts, x: Tensor, tokens: Tokens): Tensor {
  const { name, choice, region, router } = layer;
  const { expertCount, expertsPerToken: picks, routing } = choice;
  const entered = enterRegion(tape, name, x, region, tokens.shape);
  const rows = entered.elementCount / at(entered.shape, entered.shape.length - 1);
  const logits = applyLinear(tape, router, entered);
  const all = () =>
    Int32Array.from({ length: rows }, (_, i) => tokens.places[i % tokens.places.length]!);
  const given =
    routing === "learned" ? undefined : givenExperts(all(), { expertCount, picks }, routing);
  const { weights, experts } = route(tape, `${name}.route`, logits, { picks, given });
  if (tokens.addLoss !== undefined && (choice.balanceWeight ?? 0) > 0) {
    tokens.addLoss(balanceOf(tape, layer, logits, { experts, tokens: tokens.places.length }));
  }
  const order = sortedByExpert(experts, picks, expertCount);
  const ids = { shape: [rows * picks], data: order.rows };
  const sent = gatherRows(tape, `${name}.dispatch`, entered, ids);
  const made = byExperts(tape, layer, sent, order);
  const y = combine(tape, `${name}.combine`, made, { weights, places: order.places });
  return leaveRegion(tape, name, y, region);
}

function balanceOf(
  tape: Tape,
  { name, choice, context, region }: Experts,
  logits: Tensor,
  routed: { readonly experts: Int32Array; readonly tokens: number },
): number | undefined {
  const { expertsPerToken: picks, balanceWeight: weight = 0 } = choice;
  const probabilities = softmax(tape, `${name}.balance`, logits);
  const copyCount = region.tensor.rankCount;
  return balanceLoss(tape, `${name}.balance`, probabilities, {
    ...{ ...routed, picks, weight, context, copyCount },
  });
}

/** Rows sorted by expert through their experts, wherever these are, and back in their order. */
function byExperts(tape: Tape, layer: Experts, x: Tensor, order: Order): Tensor {
  const { name, group } = layer;
  if (group.rankCount === 1) return throughOwn(tape, layer, x, order.counts);
  const columns = at(x.shape, 1);
  const counts = exchangedCounts(tape, layer, order, at(x.shape, 0));
  const rows = { sentRows: counts.sent.map(sum), receivedRows: counts.received.map(sum) };
  const there = { to: group, counts: rows, columns };
  const arrived = allToAllRows(tape, `${name}.dispatch`, x, there);
  const hasNumbers = tape.device.kind === "native";
  const { order: grouped, back, counts: ownCounts } = regrouped(counts.received);
  const shape = [sum(rows.receivedRows)];
  const ids = (data: Int32Array) => ({ shape, data: hasNumbers ? data : NO_IDS });
  const sorted = gatherRows(tape, `${name}.group`, arrived, ids(grouped));
  const made = throughOwn(tape, layer, sorted, ownCounts);
  const ungrouped = gatherRows(tape, `${name}.ungroup`, made, ids(back));
  const home = { sentRows: rows.receivedRows, receivedRows: rows.sentRows };
  return allToAllRows(tape, `${name}.return`, ungrouped, { to: group, counts: home, columns });
}

/** Rows for each expert of each rank, and from each rank for each expert of this one. */
interface ExpertCounts {
  readonly sent: readonly (readonly number[])[];
  readonly received: readonly (readonly number[])[];
}

function exchangedCounts(tape: Tape, layer: Experts, order: Order, rows: number): ExpertCounts {
  const { name, group, own, choice } = layer;
  const { rankCount } = group;
  const each = own.length;
  const perRank = (counts: ArrayLike<number>) =>
    Array.from({ length: rankCount }, (_, rank) =>
      Array.from({ length: each }, (__, i) => counts[rank * each + i] ?? 0),
    );
  const hasPicks = order.places.length > 0;
  const expected = evenly(rows, choice.expertCount);
  const sent = Float32Array.from(hasPicks ? order.counts : expected);
  const received = new Float32Array(choice.expertCount);
  // Without numbers, other ranks are taken to send to these experts what this one does.
  const like = perRank(sent)[group.rank] ?? [];
  for (let rank = 0; rank < rankCount; rank++) received.set(like, rank * each);
  const same = Array.from({ length: rankCount }, () => each);
  const record = { kind: "all-to-all", group: group.group, rankCount } as const;
  const bytes = choice.expertCount * Float32Array.BYTES_PER_ELEMENT;
  tape.collective({ ...record, name: `${name}.counts`, bytes }, () =>
    group.allToAll(sent, received, { sentCounts: same, receivedCounts: same }),
  );
  return { sent: perRank(sent), received: perRank(received) };
}

/** Whole numbers that add up to `total`. */
function evenly(total: number, partCount: number): readonly number[] {
  return Array.from({ length: partCount }, (_, part) => partRange(total, part, partCount).count);
}

function throughOwn(tape: Tape, layer: Experts, x: Tensor, counts: readonly number[]): Tensor {
  const { name, own } = layer;
  const weights = (of: (gated: Gated) => Parameter) => own.map((gated) => of(gated));
  const up = { counts, weights: weights(({ up: { weight } }) => weight) };
  const down = { counts, weights: weights(({ down: { weight } }) => weight) };
  const hidden = groupedLinear(tape, `${name}.experts.up`, x, up);
  const gated = swiglu(tape, `${name}.experts.swiglu`, hidden);
  return groupedLinear(tape, `${name}.experts.down`, gated, down);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
