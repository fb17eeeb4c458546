/**
 * How long one op takes on an accelerator: the roofline, with the constants of a software
 * profile, split so that "where the step goes" sums.
 *
 *     time = max(flop / rate, bytes · passes / memory rate) + launch
 *     time of a matmul = max(flop / rate, read bytes / memory rate)
 *                        + written bytes / memory rate + launch
 *
 * A matmul's output is added, not hidden: the shares of the profiles were fitted on published
 * training steps with it added, so they hold only together with it.
 *
 *     rate, attention    attentionShare · best matmul / (1 + attentionHalfTokens / T)
 *     rate, else         matmulShare · best matmul
 *     passes, optimizer  optimizerPasses
 *     passes, matmul and attention  1: their operands stream through once
 *     passes, else       memoryPasses
 *
 * The best matmul is the largest rate ever measured, not the peak. T is the sequence length:
 * an attention kernel fills and drains its tiles once a row, so short sequences run slower.
 * Sources: Williams, Waterman & Patterson 2009, "Roofline", doi:10.1145/1498765.1498785, for
 * the law; each constant carries its own source in its record.
 *
 * Only matmul and attention use the matrix units, so only they have an ideal time. What the
 * other kinds compute runs beside their bytes on units no slower than needed; their flop over
 * the matmul rate is kept as a lower bound, which binds only if a trace counts far more flop
 * than bytes.
 */
import { assert, at } from "../../base/assert.ts";
import { Refusal } from "../../base/errors.ts";
import { fixed } from "../../base/format.ts";
import type { Accelerator, SoftwareProfile } from "../../records/cluster.ts";
import type { OpKind, TraceOp } from "../../records/trace.ts";

/** Parts of a time of compute; none is negative, and they sum to totalS. */
export interface ComputeTime {
  /** Flop of matmul and attention at the dense bf16 peak. */
  readonly idealS: number;
  /** What matmul and attention take above it, as their kernels reach less than the peak. */
  readonly matmulLossS: number;
  /** Waiting for memory: byte-bound ops, and a matmul's bytes beyond its flop. */
  readonly memoryS: number;
  readonly launchS: number;
  readonly totalS: number;
}

export function opTime(
  op: TraceOp,
  accelerator: Accelerator,
  software: SoftwareProfile,
): ComputeTime {
  const flopS = op.flop / sustainedFlopPerS(op, accelerator, software);
  const outputBytes = op.kind === "matmul" ? op.writtenBytes : 0;
  const besideBytes = op.readBytes + op.writtenBytes - outputBytes;
  const perByteS = passes(op.kind, software) / accelerator.memoryBytesPerS.value;
  const besideS = besideBytes * perByteS;

  const isMatrix = usesMatrixUnits(op.kind);
  const idealS = isMatrix ? op.flop / accelerator.peakBf16FlopPerS.value : 0;
  const matmulLossS = isMatrix ? flopS - idealS : 0;
  const waitS = isMatrix ? Math.max(0, besideS - flopS) : Math.max(flopS, besideS);
  const memoryS = waitS + outputBytes * perByteS;
  const launchS = software.launchS.value;
  return {
    idealS,
    matmulLossS,
    memoryS,
    launchS,
    totalS: idealS + matmulLossS + memoryS + launchS,
  };
}

/** Kinds whose flop the peak and the MFU speak of. */
export function usesMatrixUnits(kind: OpKind): boolean {
  return kind === "matmul" || kind === "attention";
}

function sustainedFlopPerS(
  op: TraceOp,
  accelerator: Accelerator,
  software: SoftwareProfile,
): number {
  const bestFlopPerS = accelerator.matmulBf16FlopPerS.value;
  const share = op.kind === "attention" ? attentionShare(op, software) : software.matmulShare.value;
  const flopPerS = share * bestFlopPerS;
  assert(flopPerS > 0, "an accelerator computes");
  if (flopPerS > accelerator.peakBf16FlopPerS.value) throw fasterThanPeak(flopPerS, accelerator);
  return flopPerS;
}

function attentionShare(op: TraceOp, software: SoftwareProfile): number {
  assert(op.shape.length === 4, "attention has a shape of [batch, heads, tokens, head size]");
  const tokens = at(op.shape, 2);
  return software.attentionShare.value / (1 + software.attentionHalfTokens.value / tokens);
}

function passes(kind: OpKind, software: SoftwareProfile): number {
  if (usesMatrixUnits(kind)) return 1;
  return kind === "optimizer" ? software.optimizerPasses.value : software.memoryPasses.value;
}

/** Refused rather than clipped: one of the three figures is wrong, and we cannot know which. */
function fasterThanPeak(flopPerS: number, accelerator: Accelerator): Refusal {
  const tera = (value: number) => `${fixed(value / 1e12, 1)} Tflop/s`;
  return new Refusal({
    code: "faster-than-peak",
    pointer: "/node/accelerator/matmulBf16FlopPerS",
    found: `${tera(flopPerS)} sustained on ${accelerator.name}`,
    expected: `at most its dense bf16 peak of ${tera(accelerator.peakBf16FlopPerS.value)}`,
    nextStep: "lower the best matmul or its share in the software profile, or raise the peak",
  });
}
