/** What the figures of a sweep are called, the units they are shown in, how a point is named. */
import { significant } from "../base/format.ts";
import type { AxisValue, SweepView } from "../records/sweep.ts";

interface Shown {
  readonly name: string;
  /** Shown = value / unit. */
  readonly unit: number;
}

const SHOWN: Readonly<Record<string, Shown>> = {
  stepS: { name: "Step time, s", unit: 1 },
  tokensPerS: { name: "Throughput, tokens/s", unit: 1 },
  tokensPerSPerAccelerator: { name: "Throughput of one, tokens/s", unit: 1 },
  mfu: { name: "MFU, %", unit: 0.01 },
  memoryBytes: { name: "Memory, GB", unit: 1e9 },
  memoryShare: { name: "Memory used, %", unit: 0.01 },
  exposedShare: { name: "Exposed communication, %", unit: 0.01 },
  bubbleShare: { name: "Bubble, %", unit: 0.01 },
  days: { name: "Days of the run", unit: 1 },
  runUsd: { name: "Cost of the run, million USD", unit: 1e6 },
};

/** A figure that a file derives keeps its own name. */
export const numberName = (name: string): string => SHOWN[name]?.name ?? name;

export const shownNumber = (name: string, value: number): number =>
  value / (SHOWN[name]?.unit ?? 1);

export function valueText(name: string, value: AxisValue | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : significant(shownNumber(name, value), 4);
}

/** "b200-sxm, 1024 accelerators, tp 4, …": the inputs that differ at all. */
export function pointName(
  { axes }: Pick<SweepView, "axes">,
  values: readonly (AxisValue | null)[],
): string {
  const words = axes.flatMap(({ name, values: all }, i) => {
    const value = values[i];
    if (all.length < 2 || value === null || value === undefined) return [];
    if (name === "accelerators") return [`${value} accelerators`];
    return [typeof value === "string" ? value : `${name} ${value}`];
  });
  return words.join(", ");
}
