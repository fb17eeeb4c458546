/** Sections of docs/accuracy.md on the other tier, on anchors, and on the worst rows. */
import { percent, significant } from "../../base/format.ts";
import type { Anchored } from "./anchor-study.ts";
import type { EngineStep } from "./engine-study.ts";
import { quantile, summaryOf } from "./errors.ts";
import { cells, ERROR_HEADS, signed, table } from "./page-tables.ts";
import type { Judged } from "./study.ts";
import { worstOf } from "./study.ts";

const SHOWN = 8;

export function engineSection(sample: readonly EngineStep[]): string[] {
  const sizes = sample
    .map(({ differenceShare }) => Math.abs(differenceShare))
    .sort((a, b) => a - b);
  const furthest = [...sample].sort(
    (a, b) => Math.abs(b.differenceShare) - Math.abs(a.differenceShare),
  );
  const rows = furthest
    .slice(0, SHOWN)
    .map(({ judged, engineS, differenceShare, errorShare }) => [
      judged.step.id,
      significant(judged.predictedS, 4),
      significant(engineS, 4),
      signed(differenceShare),
      signed(errorShare),
    ]);
  const names = sample.map(({ judged }) => judged.step.id).join(", ");
  return [
    "## On the flow engine",
    `Of ${sample.length} runs, every n-th with a vote, the rings of tensor- and data-parallel ` +
      "groups were run as messages, all groups at once, on a fat tree that blocks nothing, with " +
      "the NICs of the row. Nothing is shared there, so the two tiers should agree: they lie " +
      `${percent(quantile(sizes, 0.5))} apart in the median, ${percent(quantile(sizes, 0.95))} ` +
      `at the 95th percentile and ${percent(quantile(sizes, 1))} at most.`,
    table(
      ["check of the sample", ...ERROR_HEADS],
      [
        ["closed form", ...cells(summaryOf(sample.map(({ judged }) => judged.errorShare)))],
        ["flow engine", ...cells(summaryOf(sample.map(({ errorShare }) => errorShare)))],
      ],
    ),
    table(["furthest apart", "closed form s", "engine s", "apart", "engine's error"], rows),
    `<details><summary>The sample</summary>\n\n${names}\n\n</details>`,
  ];
}

export function anchorSection(found: readonly Anchored[]): string[] {
  const rows = found.flatMap(({ of, series, plain, anchored }) => [
    [`${of} (${series} series), as it stands`, ...cells(plain)],
    ["the same, anchored to the smallest scales", ...cells(anchored)],
  ]);
  return [
    "## Anchored to small scales",
    "The smallest third of the scales of a published series moves at most two named constants, " +
      "as `calibrate --from steps` does; the larger scales are then predicted.",
    table(["series of", ...ERROR_HEADS], rows),
  ];
}

export function worstSection(dense: readonly Judged[]): string[] {
  const rows = worstOf(dense, 10).map((one) => [
    one.step.id,
    significant(one.step.measuredS, 4),
    significant(one.predictedS, 4),
    signed(one.errorShare),
    reasonOf(one, dense),
  ]);
  return [
    "## The ten worst dense rows",
    table(["row", "measured s", "predicted s", "error", "likely reason"], rows),
  ];
}

/** Runs of the same model at the same size, of which this one alone is far off. */
const NEAR_SHARE = 0.08;
const NEIGHBORS_MIN = 3;

export function reasonOf({ step }: Judged, dense: readonly Judged[]): string {
  const { assumed, run } = step.reading;
  const { layout, software, part } = run;
  const told = assumed.filter((name) => !name.startsWith("network"));
  if (told.length > 0) return `assumed ${told.join(", ")}`;
  if (layout.contextRanks > 1) return "context parallelism: few published rows decide its law";
  if (layout.tensorRanks >= 8 && part.family === "blackwell" && !software.overlapsTensor) {
    return "a wide tensor split without overlap: no other row on this family has it";
  }
  const others = dense.filter((other) => {
    const isAlike = other.step.model === step.model && other.step.part === step.part;
    return isAlike && other.step.reading.gpus === step.reading.gpus && other.step.id !== step.id;
  });
  const near = summaryOf(others.map(({ errorShare }) => errorShare));
  if (others.length >= NEIGHBORS_MIN && near.medianErrorShare < NEAR_SHARE) {
    const said = `${percent(near.medianErrorShare)} in the median`;
    return `the run: its ${others.length} neighbors of the same model are off by ${said}`;
  }
  return "unexplained";
}
