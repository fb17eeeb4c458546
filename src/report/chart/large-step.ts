/** Where the step of a large model goes: the waterfall of its causes. */
import { fixed, percent } from "../../base/format.ts";
import type { LargePart, StepCause } from "../../records/large-step.ts";
import { timeScale } from "../round.ts";
import { capitalized } from "../words.ts";
import type { Chart } from "./chart.ts";
import { fallBars, fallDrawing } from "./waterfall.ts";
import type { Fall } from "./waterfall.ts";

const LOOKS: Readonly<Record<StepCause, readonly [fill: string, cause: string]>> = {
  "ideal compute": ["f-comp", "model flop at dense peak"],
  "products below peak": ["f-comp2", "shapes and sustained clocks"],
  "memory-bound ops": ["f-mem", "norm, softmax, element-wise"],
  "launches and software": ["f-bub", "gaps between kernels"],
  optimizer: ["f-mem", "Adam on its share of parameters"],
  recompute: ["f-rec", "activations made again"],
  bubble: ["f-bub", "stages that wait for each other"],
  "exposed tensor traffic": ["f-tp", "inside the node"],
  "exposed context traffic": ["f-tp", "keys and values"],
  "exposed expert traffic": ["f-ep", "tokens to their experts"],
  "exposed data traffic": ["f-dp", "gradients and parameters"],
  "exposed pipeline traffic": ["f-pp", "activations between stages"],
  jitter: ["f-bub", "the slowest rank"],
};

export interface LargeStep extends Fall {
  readonly parts: readonly LargePart[];
  readonly where: string;
}

export function largeStepChart(step: LargeStep): Chart {
  const { parts, stepTimeS, where } = step;
  const scale = timeScale(stepTimeS);
  const kept = parts.map(({ name, durationS }) => ({
    name: capitalized(name),
    cause: LOOKS[name][1],
    fill: LOOKS[name][0],
    exposed: name.startsWith("exposed"),
    durationS,
    // The ring that was run on the fabric is that of the data ranks.
    isLimited: name === "exposed data traffic",
  }));
  const bars = fallBars(step, kept, scale);
  const time = (seconds: number): string =>
    `${fixed(seconds * scale.perS, scale.decimals)}\u00a0${scale.unit}`;
  const exposedS = kept.reduce((sum, one) => sum + (one.exposed ? one.durationS : 0), 0);
  const share = percent(exposedS / stepTimeS);
  return {
    name: "waterfall",
    index: 1,
    title: `Communication takes ${time(exposedS)} of ${time(stepTimeS)} a step, ${share}`,
    subtitle: `One step ${where}, ${scale.unit}. Hatched: communication that nothing hides.`,
    subject: `Where a step ${where} goes`,
    desc:
      `Waterfall of one training step of ${time(stepTimeS)}: ${bars.length} parts that sum ` +
      `exactly, ${share} of it exposed communication.`,
    ...fallDrawing(step, bars, scale),
    values: {
      columns: ["Part", "Duration, s", "Of the step, %"],
      rows: [
        ...parts.map(({ name, durationS }) => [
          capitalized(name),
          durationS,
          (durationS / stepTimeS) * 100,
        ]),
        ["Step time", stepTimeS, 100],
      ],
    },
  };
}
