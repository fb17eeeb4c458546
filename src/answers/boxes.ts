/**
 * Which of the boxes quoted, and how many of each, under several caps at once: a mixed-integer
 * program, solved to proven optimality by HiGHS.
 *
 *     maximize  Σ accelerators · best bf16 matmul · n     over whole n, 0 ≤ n ≤ offered
 *     with      Σ price · n ≤ budget,  Σ maximum power · n ≤ power,  Σ n / boxes a rack ≤ racks
 *
 * The sum is an upper bound of what one job could use: boxes of different parts rarely train
 * one model together.
 */
import { InfeasibleError } from "../base/errors.ts";

export interface QuotedBox {
  readonly id: string;
  readonly name: string;
  readonly priceUsd: number;
  readonly nodeMaxW: number;
  readonly perRackCount: number;
  readonly acceleratorCount: number;
  readonly matmulFlopPerS: number;
}

export interface BoxCaps {
  readonly budgetUsd?: number;
  readonly powerW?: number;
  readonly rackCount?: number;
  /** Most of one box. */
  readonly offeredCount: number;
}

export interface BoxChoice {
  readonly boxes: readonly { readonly id: string; readonly name: string; readonly count: number }[];
  readonly matmulFlopPerS: number;
  readonly totalUsd: number;
  readonly powerW: number;
  readonly rackCount: number;
  /** Caps used to within one more of the smallest box. */
  readonly binding: readonly string[];
}

interface Solver {
  solve(program: string): {
    readonly Status: string;
    readonly Columns: Readonly<Record<string, { readonly Primal?: number }>>;
  };
}

/** Peta, so that the solver meets numbers of ordinary size. */
const PETA = 1e15;

export async function chooseBoxes(boxes: readonly QuotedBox[], caps: BoxCaps): Promise<BoxChoice> {
  // Its types describe the CommonJS build; what loads here is the other one.
  const loaded: { readonly default: unknown } = await import("highs");
  const solver = await (loaded.default as () => Promise<Solver>)();
  const { Status, Columns } = solver.solve(programOf(boxes, caps));
  if (Status !== "Optimal") throw new InfeasibleError(`no choice of boxes: ${Status} [infeasible]`);
  const counts = boxes.map((_, i) => Math.round(Columns[`n${i}`]?.Primal ?? 0));
  const sum = (of: (box: QuotedBox) => number): number =>
    boxes.reduce((total, box, i) => total + of(box) * (counts[i] ?? 0), 0);
  const used = {
    totalUsd: sum(({ priceUsd }) => priceUsd),
    powerW: sum(({ nodeMaxW }) => nodeMaxW),
    rackCount: sum(({ perRackCount }) => 1 / perRackCount),
  };
  return {
    boxes: boxes.map(({ id, name }, i) => ({ id, name, count: counts[i] ?? 0 })),
    matmulFlopPerS: sum((box) => box.acceleratorCount * box.matmulFlopPerS),
    ...used,
    rackCount: Math.ceil(used.rackCount - 1e-9),
    binding: bindingOf(boxes, caps, used),
  };
}

/** In the text form that CPLEX made usual. */
function programOf(boxes: readonly QuotedBox[], caps: BoxCaps): string {
  const terms = (of: (box: QuotedBox) => number): string =>
    boxes.map((box, i) => `${of(box)} n${i}`).join(" + ");
  const rows = [
    row(
      "budget",
      terms(({ priceUsd }) => priceUsd / 1e6),
      scaled(caps.budgetUsd, 1e6),
    ),
    row(
      "power",
      terms(({ nodeMaxW }) => nodeMaxW / 1e6),
      scaled(caps.powerW, 1e6),
    ),
    row(
      "racks",
      terms(({ perRackCount }) => 1 / perRackCount),
      caps.rackCount,
    ),
    row("some", boxes.map((_, i) => `n${i}`).join(" + "), caps.offeredCount * boxes.length),
  ].flat();
  return [
    "Maximize",
    ` obj: ${terms((box) => (box.acceleratorCount * box.matmulFlopPerS) / PETA)}`,
    "Subject To",
    ...rows,
    "Bounds",
    ...boxes.map((_, i) => ` 0 <= n${i} <= ${caps.offeredCount}`),
    "General",
    ` ${boxes.map((_, i) => `n${i}`).join(" ")}`,
    "End",
  ].join("\n");
}

const scaled = (value: number | undefined, by: number): number | undefined =>
  value === undefined ? undefined : value / by;

const row = (name: string, terms: string, most: number | undefined): string[] =>
  most === undefined ? [] : [` ${name}: ${terms} <= ${most}`];

function bindingOf(
  boxes: readonly QuotedBox[],
  caps: BoxCaps,
  used: { readonly totalUsd: number; readonly powerW: number; readonly rackCount: number },
): string[] {
  const least = (of: (box: QuotedBox) => number): number => Math.min(...boxes.map(of));
  const tight = (most: number | undefined, amount: number, step: number): boolean =>
    most !== undefined && amount + step > most;
  return [
    ...(tight(
      caps.budgetUsd,
      used.totalUsd,
      least(({ priceUsd }) => priceUsd),
    )
      ? ["budget"]
      : []),
    ...(tight(
      caps.powerW,
      used.powerW,
      least(({ nodeMaxW }) => nodeMaxW),
    )
      ? ["power"]
      : []),
    ...(tight(
      caps.rackCount,
      used.rackCount,
      least((box) => 1 / box.perRackCount),
    )
      ? ["racks"]
      : []),
  ];
}
