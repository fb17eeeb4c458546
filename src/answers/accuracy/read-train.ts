/** A training row as the step-time model takes it. */
import type { PartRow } from "../../workload/dense/parts.ts";
import { rankMemory } from "../../workload/dense/memory.ts";
import type { DenseRun } from "../../workload/dense/types.ts";
import { readGpus, readLayout } from "./read-layout.ts";
import { readModel } from "./read-model.ts";
import { readPart } from "./read-part.ts";
import { readSoftware } from "./read-software.ts";
import type { Row } from "./row.ts";
import { Assumptions, cell } from "./row.ts";

export interface TrainReading {
  readonly run: DenseRun & { readonly part: PartRow };
  readonly gpus: number;
  readonly slices: number;
  readonly assumed: readonly string[];
}

/** Some chips show as two devices, which degrees and micro-batches count. */
export function devicesPerChip(row: Row): 1 | 2 {
  return /JAX devices|NeuronCore/.test(cell(row, "notes")) ? 2 : 1;
}

function halved(part: PartRow): PartRow {
  return {
    ...part,
    matmulBf16FlopPerS: part.matmulBf16FlopPerS / 2,
    matmulFp8FlopPerS: part.matmulFp8FlopPerS / 2,
    attentionFlopPerS: part.attentionFlopPerS / 2,
    narrowAttentionFlopPerS: part.narrowAttentionFlopPerS / 2,
    memoryBytes: part.memoryBytes / 2,
    memoryBytesPerS: part.memoryBytesPerS / 2,
    ringBytesPerS: part.ringBytesPerS / 2,
    nicBytesPerS: part.nicBytesPerS / 2,
    domainRanks: part.domainRanks * 2,
  };
}

/** Memory estimates may be this far over before they say that a run must have recomputed. */
const TOO_FULL = 1.2;

const fits = (run: DenseRun): boolean =>
  rankMemory(run).totalBytes <= TOO_FULL * run.part.memoryBytes;

/**
 * What ran did fit: an assumed micro-batch is halved until it does, and where recompute is only
 * assumed and nothing else fits, it was full.
 */
function fitting(run: DenseRun, assumptions: Assumptions): DenseRun["layout"] {
  // Frozen products keep no inputs, which the estimate does not know of.
  if (run.layout.isLora) return run.layout;
  if (run.part.family === "tpu") return withLessRecompute(run, assumptions);
  const layout = withSmallerBatch(run, assumptions);
  const isFree = assumptions.names.includes("recompute none");
  if (!isFree || fits({ ...run, layout })) return layout;
  assumptions.replace("recompute none", "recompute full, since nothing else fits");
  return withSmallerBatch({ ...run, layout: { ...layout, recompute: "full" } }, assumptions);
}

/** Chips with memory to spare keep the results of their large products. */
function withLessRecompute(run: DenseRun, assumptions: Assumptions): DenseRun["layout"] {
  const layout = { ...run.layout, recompute: "per-op" } as const;
  const isFree = assumptions.names.includes("recompute full");
  if (!isFree || rankMemory({ ...run, layout }).totalBytes > run.part.memoryBytes) {
    return run.layout;
  }
  assumptions.replace("recompute full", "recompute per-op, since that fits");
  return layout;
}

function withSmallerBatch(run: DenseRun, assumptions: Assumptions): DenseRun["layout"] {
  let { layout } = run;
  const name = assumptions.names.find((one) => one.startsWith("micro_batch"));
  if (name === undefined) return layout;
  while (layout.microBatch > 1 && !fits({ ...run, layout })) {
    layout = { ...layout, microBatch: Math.max(1, layout.microBatch / 2) };
  }
  // Nothing fits with one sequence either: then it is not the batch that is at fault.
  if (!fits({ ...run, layout })) return run.layout;
  assumptions.replace(name, `micro_batch ${layout.microBatch}`);
  return layout;
}

export function readTrain(row: Row): TrainReading {
  const assumptions = new Assumptions();
  const whole = readPart(row, assumptions);
  const part = devicesPerChip(row) === 2 ? halved(whole) : whole;
  const software = readSoftware(row, part, assumptions);
  const plain = readModel(row, assumptions);
  const hasDropout = !software.hasFlashAttention;
  const model = { ...plain, hasDropout };
  const read = readLayout(row, { model, part, devices: devicesPerChip(row) }, assumptions);
  const layout = fitting({ model, layout: read, part, software }, assumptions);
  const slices = /(\d+) slices?/.exec(cell(row, "network"))?.[1];
  return {
    run: { model, layout, part, software },
    gpus: readGpus(row, assumptions),
    slices: slices === undefined ? 1 : Number(slices),
    assumed: assumptions.names,
  };
}
