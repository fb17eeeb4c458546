/**
 * A step as slices in time, a row for each class of ranks: its pipeline turn by turn by 1F1B,
 * then the traffic and the update that nothing hides.
 */
import { at } from "../../base/assert.ts";
import type { LargeResult } from "../../records/result.ts";
import type { LargePart } from "../../records/large-step.ts";

export interface Slice {
  readonly row: string;
  readonly name: string;
  readonly group: string;
  readonly startS: number;
  readonly durationS: number;
}

/** Turns of a row beyond these are one slice. */
const TURNS_MOST = 512;

/** At the end of a step, in this order. */
const TAIL = ["exposed pipeline traffic", "exposed data traffic", "optimizer", "jitter"];

export function largeTimeline(result: LargeResult): Slice[] {
  const { layout, parts, memory } = result;
  const stages = layout.stages;
  const m = layout.globalBatch / (layout.replicas * layout.microBatch);
  const bubbleS = secondsOf(parts, "bubble");
  const tail = TAIL.map((name) => ({ name, durationS: secondsOf(parts, name) }));
  const tailS = tail.reduce((sum, { durationS }) => sum + durationS, 0);
  const busyS = result.stepTimeS - tailS - bubbleS;
  const turnS = busyS / m;
  return memory.flatMap(({ rankClass }, index) => {
    const stage = stageOf(index, memory.length, stages);
    const row = rankClass;
    const fillS = stages === 1 ? 0 : (bubbleS * stage) / (stages - 1) / 3;
    const drainS = bubbleS - fillS;
    const slices: Slice[] = [];
    let nowS = 0;
    const add = (name: string, group: string, durationS: number): void => {
      if (durationS > 0) slices.push({ row, name, group, startS: nowS, durationS });
      nowS += durationS;
    };
    add("wait for the first activations", "bubble", fillS);
    const warm = Math.min(m, stages - stage);
    turns(m, warm).forEach(([name, thirds]) => add(name, "compute", (turnS * thirds) / 3));
    add("wait for the last gradients", "bubble", drainS);
    tail.forEach(({ name, durationS }) => add(name, "tail", durationS));
    return slices;
  });
}

/** Forward third and backward two thirds of each micro-batch, `warm` forwards first. */
function turns(m: number, warm: number): (readonly [string, number])[] {
  if (m > TURNS_MOST) return [[`${m} micro-batches`, 3 * m]];
  const order: (readonly [string, number])[] = [];
  for (let k = 0; k < m + warm - 1; k += 1) {
    if (k < m) order.push([`forward ${k}`, 1]);
    if (k >= warm - 1) order.push([`backward ${k - warm + 1}`, 2]);
  }
  return order;
}

function stageOf(index: number, classes: number, stages: number): number {
  return at([0, 1, stages - 1], index === 0 ? 0 : index === classes - 1 ? 2 : 1);
}

const secondsOf = (parts: readonly LargePart[], name: string): number =>
  parts.find((part) => part.name === name)?.durationS ?? 0;
