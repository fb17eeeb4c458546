/**
 * Which kernel an op of a record ran, and at which sizes, told from the record alone: its kind,
 * phase, shape, and how many operations it counts an element. Machine models have a law for each.
 */
import { at } from "../base/assert.ts";
import type { Trace, TraceOp } from "../records/trace.ts";
import { elementCount } from "./tensor.ts";

export interface KernelCall {
  /** "matmul wgrad bias", "attention backward 5", "activation forward 9" … */
  readonly kernel: string;
  /** What its time depends on: [batch, m, n, k], [rows, columns] or [elements]. */
  readonly shape: readonly number[];
}

/** What the ops of a trace call, in their order. */
export function kernelCalls(trace: Trace): KernelCall[] {
  const biased = new Set<number>();
  for (const { op, elementCount: count } of trace.gradients) {
    const { kind, shape } = at(trace.ops, op);
    // The column sums that a weight's gradient brings with it: one number for each column.
    if (kind === "matmul" && count === shape[2]) biased.add(op);
  }
  return trace.ops.map((op, i) => kernelCall(op, trace.elementBytes, biased.has(i)));
}

export function kernelCall(op: TraceOp, elementBytes: number, hasBias = false): KernelCall {
  const { kind, phase, shape, flop, readBytes, writtenBytes } = op;
  const count = elementCount(shape);
  const each = (elements: number) => `${kind} ${phase} ${ratio(flop / elements)}`;
  switch (kind) {
    case "matmul": {
      const kernel = `matmul ${productOf(op.name)}${hasBias ? " bias" : ""}`;
      return { kernel, shape: groupedShape(op, elementBytes) };
    }
    case "attention":
      return { kernel: each(count * at(shape, 2)), shape };
    case "norm":
    case "softmax":
    case "embedding":
      return { kernel: each(count), shape: rowsOf(shape) };
    case "loss": {
      if (phase !== "forward") return { kernel: each(count), shape: rowsOf(shape) };
      // The mean square of all elements is one op; an entropy has a number for each row.
      const isSquare = count === 1 && 3 * readBytes === 8 * flop;
      if (isSquare) return { kernel: "loss forward squares", shape: [1, flop / 3] };
      return { kernel: "loss forward entropy", shape: [count, flop / 4 / count] };
    }
    case "element-wise":
      // Turned queries and keys: as much is written as read, unlike any sum.
      if (readBytes === writtenBytes) return rotaryCall(op, elementBytes);
      return { kernel: each(count), shape: [count] };
    case "activation":
    case "optimizer":
      return { kernel: each(count), shape: [count] };
  }
}

/** Products of several experts are one op: its bytes say how many matrices it reads or writes. */
function groupedShape(op: TraceOp, elementBytes: number): readonly number[] {
  const { name, shape, readBytes, writtenBytes } = op;
  const [batch, m, n, k] = [at(shape, 0), at(shape, 1), at(shape, 2), at(shape, 3)];
  if (batch !== 1) return shape;
  const isWeight = productOf(name) === "wgrad";
  const matrices = isWeight
    ? writtenBytes / elementBytes / (m * n)
    : (readBytes / elementBytes - m * k) / (k * n);
  if (!(matrices > 1)) return shape;
  const experts = Math.round(matrices);
  return isWeight ? [experts, m, n, k / experts] : [experts, m / experts, n, k];
}

/** [rows, columns of queries, columns of keys]. */
function rotaryCall({ phase, shape, readBytes }: TraceOp, elementBytes: number): KernelCall {
  const columns = shape.at(-1) ?? 1;
  const rows = elementCount(shape) / columns;
  // Of q + 2k columns q + k are turned.
  const turned = readBytes / elementBytes / rows;
  return { kernel: `rotary ${phase}`, shape: [rows, 2 * turned - columns, columns - turned] };
}

/** All but the last axis, and the last. */
function rowsOf(shape: readonly number[]): readonly number[] {
  const columns = shape.at(-1) ?? 1;
  return [elementCount(shape) / columns, columns];
}

/** Modules name the products of backward so. */
function productOf(name: string): string {
  if (name.endsWith(" dgrad")) return "dgrad";
  return name.endsWith(" wgrad") ? "wgrad" : "forward";
}

const ratio = (value: number): string => String(Math.round(value * 100) / 100);
